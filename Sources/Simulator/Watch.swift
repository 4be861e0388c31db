import HTTPTypes
import PurgeCore

/// An invariant that broke.
public struct Violation: Sendable, Hashable {
  /// Its number: S for always, L for in the end; ALM for rules about settings that name people.
  public let rule: String
  /// What was seen.
  public let sentence: String
}

/// Looks, after each event that can change it, at what must always hold (S) and in the end (L).
struct Watch: Sendable {
  private(set) var violation: Violation?

  /// Time as the engine can know it: goes on with the wall clock, but never back.
  private var passed: Int64 = 0
  private var clock = World.start
  private var latest = World.start
  private let names: [ConnectorName]
  private let traits: [ConnectorTraits]

  // What the engine was told or said, by connector.
  private var states: [ConnectorState?]
  private var limits: [Int]
  private var inAir: [[CallKey]]
  private var unrecorded: [[CallKey]]
  /// In the air since before the connector's latest revision: given back when they are answered.
  private var outdated: [[CallKey]]
  private var lastSent: [Int64?]
  private var pausedUntil: [Int64]
  private var quietUntil: [Int64]
  private var probes: [CallKey?]
  private var failedProbes: [Int]
  private var changedAt: [Int64]
  private var buckets: [String: (level: Double, at: Int64)] = [:]
  private var ended: [TaskKey] = []
  private var isDraining = false

  // What outlives a process.
  private var sent: [[CallKey: [SentOnce]]]
  private var operations: [CallKey: [SentOnce]] = [:]
  private var closed: [TaskKey: TaskState] = [:]
  private var latestStates: [TaskKey: TaskState] = [:]
  private var settled: [TaskKey: Int] = [:]
  private var failuresTold: [[Int]]
  private var lives = 0
  private var loads: (since: Int64, count: Int) = (0, 0)

  private struct SentOnce: Sendable {
    var method: HTTPRequest.Method
    var url: String
    var body: [UInt8]
    var operation: String?
  }

  init(_ names: [ConnectorName], _ traits: [ConnectorTraits]) {
    self.names = names
    self.traits = traits
    states = names.map { _ in nil }
    limits = names.map { _ in 0 }
    inAir = names.map { _ in [] }
    unrecorded = names.map { _ in [] }
    outdated = names.map { _ in [] }
    lastSent = names.map { _ in nil }
    pausedUntil = names.map { _ in 0 }
    quietUntil = names.map { _ in 0 }
    probes = names.map { _ in nil }
    failedProbes = names.map { _ in 0 }
    changedAt = names.map { _ in 0 }
    failuresTold = names.map { _ in [] }
    sent = names.map { _ in [:] }
  }

  private mutating func expect(
    _ rule: String, _ holds: Bool, _ sentence: @autoclosure () -> String
  ) {
    if !holds { breaks(rule, sentence()) }
  }

  private mutating func breaks(_ rule: String, _ sentence: String) {
    if violation == nil { violation = Violation(rule: rule, sentence: sentence) }
  }

  private func position(_ name: ConnectorName) -> Int { names.firstIndex(of: name) ?? 0 }
}

// Time and processes.
extension Watch {
  private mutating func pass(to now: Instant) {
    passed += max(0, (now - clock).milliseconds)
    clock = now
    latest = max(latest, now)
  }

  mutating func jumped(_ world: World) { pass(to: world.now) }

  mutating func drains() { isDraining = true }

  /// A new process knows nothing of the last one; what people were told is still there.
  mutating func restart(_ store: ModelStore, _ clients: [World.Client], at elapsed: Int64) {
    lives += 1
    for position in names.indices {
      (states[position], lastSent[position], probes[position]) = (nil, nil, nil)
      (inAir[position], unrecorded[position], limits[position]) = ([], [], 0)
      outdated[position] = []
      (pausedUntil[position], quietUntil[position]) = (0, 0)
      (failedProbes[position], changedAt[position]) = (0, elapsed)
    }
    (buckets, ended, isDraining) = ([:], [], false)
    sent = names.map { _ in [:] }
    checkMemory(store, clients)
  }

  private mutating func checkMemory(_ store: ModelStore, _ clients: [World.Client]) {
    for client in clients {
      guard let id = client.id else { continue }
      let people = store.requests.first { $0.id == id }?.people
      expect("S1", people == client.people, "request \(id.number) was promised and is gone")
    }
    for leg in store.legs {
      expect(
        "S5", leg.task.tally.settled >= settled[leg.task.key] ?? 0,
        "\(leg.task.key.words) forgot results that were durable")
    }
  }

  /// The engine is told that a batch is durable: from now on it must be.
  mutating func reported(_ store: ModelStore) {
    for leg in store.legs { settled[leg.task.key] = leg.task.tally.settled }
  }

  mutating func told(_ earlier: PurgeRequestID?, _ id: PurgeRequestID) {
    expect("S13", earlier == nil || earlier == id, "one key was told two identifiers")
  }
}

// What the engine hears and says.
extension Watch {
  mutating func hears(_ event: Event, _ world: World) {
    pass(to: world.now)
    for view in world.engine.connectors { limits[position(view.name)] = view.limit }
    switch event {
    case .connectorChanged(let name, _, let state): change(position(name), state, world.elapsed)
    case .withdrawn(let keys):
      ended += keys
      for key in keys { forgetUnlessInAir(key) }
    case .drain: isDraining = true
    default: break
    }
  }

  private mutating func change(_ connector: Int, _ state: ConnectorState, _ elapsed: Int64) {
    states[connector] = state
    changedAt[connector] = elapsed
    (quietUntil[connector], probes[connector]) = (0, nil)
    // A new revision gives back what waits for its next exchange.
    unrecorded[connector].removeAll { !inAir[connector].contains($0) }
    sent[connector] = [:]
    outdated[connector] = inAir[connector]
  }

  private mutating func forgetUnlessInAir(_ task: TaskKey) {
    let connector = position(task.connector)
    unrecorded[connector].removeAll { $0.task == task && !inAir[connector].contains($0) }
  }

  mutating func saw(_ effect: Effect, _ world: World) {
    switch effect {
    case .send(let key, _): checkSend(key, world)
    case .commit(_, let changes): sees(changes)
    case .announce(.connector(let name, let state)):
      judged(position(name), state, world.elapsed)
    case .load(let name, _, _):
      countLoad(world.elapsed)
      expect("S7", states[position(name)]?.isDisabled == false, "a load for \(name), disabled")
    default: break
    }
  }

  /// L9: asking the store again and again for what it does not have is a spin.
  private mutating func countLoad(_ elapsed: Int64) {
    if elapsed - loads.since > 60_000 { loads = (elapsed, 0) }
    loads.count += 1
    let count = loads.count
    expect("L9", count <= 2_000, "the store is asked \(count) times in a minute")
  }

  private mutating func sees(_ changes: [Change]) {
    for case .released(let keys) in changes {
      for key in keys {
        let connector = position(key.task.connector)
        if !inAir[connector].contains(key) {
          unrecorded[connector].removeAll { $0 == key }
          sent[connector][key] = nil
        }
      }
    }
  }

  private mutating func judged(_ connector: Int, _ state: ConnectorState, _ elapsed: Int64) {
    states[connector] = state
    changedAt[connector] = elapsed
    (probes[connector], quietUntil[connector]) = (nil, 0)
    switch state {
    case .degraded: (quietUntil[connector], failedProbes[connector]) = (passed + 30_000, 0)
    case .disabled(.unreachable, _):
      let probes = failedProbes[connector]
      if probes < 8 { breaks("S20", "\(names[connector]) is given up after \(probes) probes") }
    default: break
    }
  }
}

// S6 to S10: what may be sent.
extension Watch {
  private mutating func checkSend(_ key: CallKey, _ world: World) {
    let (connector, name) = (position(key.task.connector), key.task.connector)
    expect("S21", !isDraining, "\(key.words) is sent while draining")
    expect("S7", states[connector]?.isDisabled == false, "\(name) sends while disabled")
    expect("S7", passed >= pausedUntil[connector], "\(name) sends although asked for patience")
    expect("S7", !ended.contains(key.task), "\(key.words) is sent though its task ended")
    expect("S6", !inAir[connector].contains(key), "\(key.words) is under way twice")
    checkBreaker(key, connector)
    checkRate(connector)
    inAir[connector].append(key)
    if !unrecorded[connector].contains(key) { unrecorded[connector].append(key) }
    let limit = max(limits[connector], world.engine.connector(name)?.limit ?? 0)
    let count = unrecorded[connector].count
    expect("S10", count <= limit, "\(name) has \(count) calls not durable, limit \(limit)")
    guard let row = world.store.leg(key.task)?.row(key.range) else { return }
    expect("S7", row.schedule.due <= latest, "\(key.words) is sent before it is due")
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
    if ended.contains(key.task) || outdated[connector].contains(key) {
      unrecorded[connector].removeAll { $0 == key }
      outdated[connector].removeAll { $0 == key }
    }
    if probes[connector] == key { probes[connector] = nil }
    if case .degraded? = states[connector] { failedProbes[connector] += 1 }
    guard case .success(let response) = result else { return }
    if response.status == 200 { heardOfJob(trip, world) }
    if response.status == 401 { sent[connector][key] = nil }
    if response.status == 429, let text = response.fields["Retry-After"],
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

// S2 to S5, S15, S16: what is stored.
extension Watch {
  mutating func applies(epoch: Int, while life: Int) {
    expect("S6", epoch == life, "a batch of process \(epoch) is applied while \(life) runs")
  }

  /// Before changes are applied.
  mutating func looks(at changes: [Change], _ world: World) {
    for case .concluded(let attempt, let segments) in changes {
      let key = attempt.call
      let connector = position(key.task.connector)
      unrecorded[connector].removeAll { $0 == key }
      sent[connector][key] = nil
      let covered = segments.flatMap { Array($0.range) }
      expect("S16", covered == Array(key.range), "\(key.words) is not covered by what follows it")
      checkEvidence(attempt)
      guard let leg = world.store.leg(key.task), let row = leg.row(key.range) else { continue }
      check(attempt, segments, row, world)
    }
  }

  private mutating func check(
    _ attempt: Attempt, _ segments: [CallSegment], _ row: ModelStore.Row, _ world: World
  ) {
    let key = attempt.call
    if key.range.count == 1 {
      expect("S16", segments.count == 1, "\(key.words), a single person, was halved")
    }
    for segment in segments {
      switch segment.fate {
      case .again(let schedule):
        let isUncounted = attempt.code == .rateLimited || attempt.code == .credentialRejected
        expect(
          "S15", !isUncounted || schedule.attempts == row.schedule.attempts,
          "\(key.words): throttling counted as a try")
        expect(
          "S11", (schedule.due - attempt.ended).milliseconds <= 90_000_000,
          "\(key.words) waits \((schedule.due - attempt.ended).milliseconds / 3_600_000) hours")
      case .settled(let verdict): checkLedger(key, segment.range, verdict, world)
      }
    }
  }

  /// S4: nobody is called erased or absent whom the vendor still has.
  private mutating func checkLedger(
    _ key: CallKey, _ range: Range<Int>, _ verdict: Verdict, _ world: World
  ) {
    guard [.erased, .absent, .verifiedAbsent].contains(verdict) else { return }
    let vendor = world.vendors[position(key.task.connector)]
    let people = world.store.requests[world.store.position(key.task.request)].people
    for place in range where !vendor.isGone(people[place], at: world.elapsed) {
      expect("S4", false, "\(key.words): person \(place) is called \(verdict), the vendor has them")
    }
  }

  /// S17: what support reads names nobody.
  private mutating func checkEvidence(_ attempt: Attempt) {
    expect(
      "S17", !attempt.evidence.values.contains { $0.contains("@") },
      "an attempt's evidence names a person")
  }

  /// After changes were applied.
  mutating func check(_ keys: [TaskKey], _ store: ModelStore, _ coverage: inout Coverage) {
    for key in keys {
      guard let leg = store.leg(key) else { continue }
      check(leg)
      let state = leg.task.state
      if let earlier = latestStates[key], earlier.word != state.word {
        coverage.visit(.task(earlier.word, state.word))
      }
      if latestStates[key]?.word != state.word, state.word == .waived {
        coverage.visit(.outcome(.waived))
      }
      latestStates[key] = state
    }
  }

  private mutating func check(_ leg: ModelStore.Leg) {
    let key = leg.task.key
    var tally = Tally()
    var seen = Array(repeating: 0, count: leg.task.total)
    for result in leg.results {
      tally.add(result.verdict, result.range.count)
      for position in result.range { seen[position] += 1 }
    }
    for exception in leg.exceptions {
      tally.add(exception.verdict, 1)
      seen[exception.position] += 1
    }
    for row in leg.rows {
      if row.schedule.phase.isPolling { tally.pending += row.range.count }
      for position in row.range { seen[position] += 1 }
    }
    for position in leg.task.plannedThrough..<leg.task.total { seen[position] += 1 }
    checkClosed(leg)
    if leg.task.state == .cancelled { return }
    expect("S2", tally == leg.task.tally, "\(key.words): the counters do not add up")
    expect(
      "S3", seen.allSatisfy { $0 == 1 }, "\(key.words): people are missing or there twice")
  }

  private mutating func checkClosed(_ leg: ModelStore.Leg) {
    let (key, state) = (leg.task.key, leg.task.state)
    if let before = closed[key] {
      expect("S5", before == state, "\(key.words) was \(before.word) and is \(state.word)")
    } else if state.isClosed {
      closed[key] = state
      expect(
        "S5", state == .cancelled || leg.task.open == 0,
        "\(key.words) is \(state.word) with \(leg.task.open) people open")
    }
  }

  /// ALM-12: what a person or a file decided is not undone by the engine.
  mutating func checkJudgements(_ before: [ConnectorState?], _ after: [ConnectorState?]) {
    for (position, state) in before.enumerated() where state?.isDisabled == true {
      expect("ALM-12", after[position] == state, "the engine changed c\(position), disabled")
    }
  }

  /// ALM-11: a connector whose accepted settings name a purged person is disabled.
  mutating func checkReferences(_ store: ModelStore) {
    for (connector, file) in store.files.enumerated() {
      guard let file,
        store.tombstones[People.owner(of: connector, edition: file.owner)]
      else { continue }
      expect(
        "ALM-11", store.states[connector]?.isDisabled == true,
        "c\(connector) names a purged person and sends")
    }
  }

  /// S13: one key, one request.
  mutating func checkKeys(_ store: ModelStore) {
    guard let last = store.requests.last else { return }
    expect(
      "S13", store.requests.count { $0.key == last.key } == 1, "one key made two requests")
  }
}

// L: what comes true in the end.
extension Watch {
  /// L4: what could be sent for a while and is not was forgotten.
  mutating func checkForgotten(_ world: World, quietFor span: Int64) {
    for (connector, name) in names.enumerated() {
      guard world.elapsed - changedAt[connector] > span, world.store.states[connector] == .enabled,
        states[connector] == .enabled, let view = world.engine.connector(name),
        view.isBreakerClosed, view.pausedUntil == nil, view.inFlight == 0
      else { continue }
      for request in world.store.requests {
        guard let leg = request.legs[connector], leg.isStarted, !leg.task.state.isClosed
        else { continue }
        checkForgotten(leg, world.now + Span(milliseconds: -span))
      }
    }
  }

  private mutating func checkForgotten(_ leg: ModelStore.Leg, _ before: Instant) {
    let key = leg.task.key
    for row in leg.rows where row.schedule.due < before {
      let who = row.schedule.isHeld ? "held by nobody" : "due"
      expect("L4", false, "\(CallKey(key, row.range).words) is \(who) and forgotten")
    }
    expect(
      "L4", !leg.isPlannable || leg.acceptedAt >= before, "\(key.words) has people nobody plans for"
    )
  }

  /// L1, L5: everything is closed, and everything is well.
  mutating func checkEnd(_ world: World) {
    check(world)
    for client in world.clients {
      expect("L1", client.id != nil, "a client was never told an identifier")
    }
    for leg in world.store.legs {
      expect("L1", leg.task.state.isClosed, "\(leg.task.key.words) is left \(leg.task.state)")
    }
    for request in world.store.requests {
      expect("L1", request.state.isFinal, "request \(request.id.number) is left \(request.state)")
    }
    expect("L4", world.engine.isQuiet, "the engine never comes to rest")
    for view in world.engine.connectors {
      expect("L5", view.isBreakerClosed, "\(view.name)'s breaker stays open")
      let stored = world.store.states[position(view.name)]
      expect("L5", view.state == stored, "\(view.name) is stored as another than it is")
    }
  }

  private mutating func check(_ world: World) {
    checkMemory(world.store, world.clients)
    checkReferences(world.store)
  }
}

extension TaskKey {
  var words: String { "\(connector) request \(request.number)" }
}

extension CallKey {
  var words: String { "\(task.words) people \(range)" }
}
