import HTTPTypes
import PurgeCore

// S6 to S10: what may be sent.
extension Watch {
  mutating func checkSend(_ key: CallKey, _ world: World) {
    let (connector, name) = (position(key.task.connector), key.task.connector)
    expect("S21", !isDraining, "\(key.words) is sent while draining")
    expect("S7", states[connector]?.isDisabled == false, "\(name) sends while disabled")
    expect("S7", passed >= pausedUntil[connector], "\(name) sends although asked for patience")
    expect("S7", !ended.contains(key.task), "\(key.words) is sent though its task ended")
    expect("S6", !inAir[connector].contains(key), "\(key.words) is under way twice")
    checkBreaker(key, connector)
    checkRate(connector)
    checkSlowStart(key, connector)
    countAhead(key, world)
    movedAt[connector] = world.elapsed
    inAir[connector].append(key)
    // A call that goes on was begun under the limit of its time, which may have been halved since.
    if !unrecorded[connector].contains(key) {
      unrecorded[connector].append(key)
      let limit = max(limits[connector], world.engine.connector(name)?.limit ?? 0)
      let count = unrecorded[connector].count
      expect("S10", count <= limit, "\(name) has \(count) calls not durable, limit \(limit)")
    }
    guard let row = world.store.leg(key.task)?.row(key.range) else { return }
    expect("S7", row.schedule.due <= latest, "\(key.words) is sent before it is due")
    // Whoever is told that an applied batch failed may give back what was given out again; the real
    // process ends where a commit's outcome is unknown.
    if isCommitDenied { return }
    expect("S6", row.schedule.isHeld, "\(key.words) is sent though the store has it")
  }

  private mutating func checkBreaker(_ key: CallKey, _ connector: Int) {
    guard case .degraded? = states[connector] else { return }
    let name = names[connector]
    expect("S7", passed >= quietUntil[connector], "\(name) sends while its breaker is open")
    expect("S7", probes[connector] == nil, "\(name) sends a second probe")
    probes[connector] = key
  }

  private mutating func checkRate(_ connector: Int) {
    let (traits, name) = (traits[connector], names[connector])
    if let last = lastSent[connector] {
      expect("S7", passed - last >= traits.spacing.milliseconds, "\(name) is too quick")
    }
    lastSent[connector] = passed
    for rate in traits.rates {
      let perMillisecond = Double(rate.count) / Double(rate.per.milliseconds)
      let capacity = max(1, perMillisecond * 1_000)
      let pool = traits.pool ?? name.description
      let known = buckets[pool] ?? (capacity, passed)
      let filled = min(capacity, known.level + Double(passed - known.at) * perMillisecond)
      buckets[pool] = (filled - 1, passed)
      expect("S7", filled - 1 > -0.01, "\(name) is over its rate")
    }
  }

  /// S8, S9: what leaves; a request repeated within one try, or changed between two, is wrong.
  mutating func departs(_ key: CallKey, _ request: HTTPRequest) {
    let now = SentOnce(
      method: request.method, url: request.url, body: request.body,
      operation: request.fields["Idempotency-Key"])
    let earlier = operations[key]?.first { $0.url == now.url && $0.method == now.method }
    if let earlier {
      expect(
        "S8", earlier.operation == now.operation && earlier.body == now.body,
        "\(key.words) is sent again as something else")
    } else {
      operations[key, default: []].append(now)
    }
    if let operation = now.operation, former[key]?.contains(operation) == true {
      breaks("S8", "\(key.words) is replayed under the name of an operation that is done")
    }
    let connector = position(key.task.connector)
    let isRepeated =
      sent[connector][key]?.contains { $0.url == now.url && $0.method == now.method } ?? false
    expect("S9", !isRepeated, "\(key.words) sends the same request twice in one try")
    sent[connector][key, default: []].append(now)
  }

  mutating func tokenAnswered(_ connector: Int) { failedProbes[connector] += 1 }

  /// What a vendor's answer asks of the engine from now on.
  mutating func answered(
    _ trip: Trip, _ key: CallKey, _ result: Result<HTTPResponse, HTTPFailure>, _ world: World
  ) {
    pass(to: world.now)
    let connector = trip.connector
    inAir[connector].removeAll { $0 == key }
    // What a vendor says to a former revision, perhaps with another account, binds no later one.
    let isOutdated = outdated[connector].contains(key)
    if !isOutdated { isStartingSlowly[connector] = false }
    countFailure(connector, result)
    if ended.contains(key.task) || outdated[connector].contains(key) {
      unrecorded[connector].removeAll { $0 == key }
      outdated[connector].removeAll { $0 == key }
    }
    if probes[connector] == key { probes[connector] = nil }
    if case .degraded? = states[connector] { failedProbes[connector] += 1 }
    guard case .success(let response) = result else { return }
    if response.status == 200 { heardOfJob(trip, world) }
    if response.status == 401 { sent[connector][key] = nil }
    if response.status == 429 { disturb(connector) }
    if response.status == 429, !isOutdated, let text = response.fields["Retry-After"],
      let seconds = Int64(text), seconds > 0
    {
      let patience = passed + min(seconds, 86_400) * 1_000
      pausedUntil[connector] = max(pausedUntil[connector], patience)
    }
  }

  /// A job that the vendor called failed is begun anew, not asked about for ever.
  private mutating func heardOfJob(_ trip: Trip, _ world: World) {
    guard world.scenario.kinds[trip.connector] == .job, trip.request.method == .get,
      let number = trip.request.url.split(separator: "/").last.flatMap({ Int($0) }),
      world.vendors[trip.connector].papers.indices.contains(number - 1)
    else { return }
    let paper = world.vendors[trip.connector].papers[number - 1]
    guard paper.isFailed, paper.doneAt <= world.elapsed else { return }
    failuresTold[trip.connector].append(number)
    let times = failuresTold[trip.connector].count { $0 == number }
    expect("L8", times <= 12, "job \(number) failed and is asked about \(times) times")
  }
}
