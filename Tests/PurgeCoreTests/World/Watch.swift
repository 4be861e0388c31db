import PurgeCore

/// Looks, after each event of a storm that can change it, at what must always hold (S) and in the end (L).
struct Watch {
  private(set) var violations: [String] = []

  /// Time as it passes: goes on with the clock, but never back.
  private var elapsed: Int64 = 0
  private var clock = World.start
  private var latest = World.start

  private var states: [ConnectorName: ConnectorState] = [:]
  private var limits: [ConnectorName: Int] = [:]
  private var inAir: [ConnectorName: [CallKey]] = [:]
  private var lastSent: [ConnectorName: Int64] = [:]
  private var pausedUntil: [ConnectorName: Int64] = [:]
  private var quietUntil: [ConnectorName: Int64] = [:]
  private var probes: [ConnectorName: CallKey] = [:]
  private var buckets: [String: (level: Double, at: Int64)] = [:]
  private var withdrawn: Set<TaskKey> = []
  private var closed: [TaskKey: TaskState] = [:]
  private var isDraining = false

  private mutating func expect(_ holds: Bool, _ sentence: @autoclosure () -> String) {
    if !holds { violations.append(sentence()) }
  }

  /// The clock moved.
  mutating func passed(to now: Instant) {
    elapsed += max(0, (now - clock).milliseconds)
    clock = now
    latest = max(latest, now)
  }

  /// A new process knows nothing of the last one.
  mutating func restart() {
    (inAir, lastSent, pausedUntil, quietUntil, probes, buckets) = ([:], [:], [:], [:], [:], [:])
    (withdrawn, states, isDraining) = ([], [:], false)
  }

  mutating func before(_ event: Event, _ storm: Storm) {
    passed(to: storm.now)
    for view in storm.engine.connectors { limits[view.name] = view.limit }
    switch event {
    case .connectorChanged(let name, _, let state):
      if case .enabled = state { (quietUntil[name], probes[name]) = (nil, nil) }
      if state.isDisabled { (quietUntil[name], probes[name]) = (nil, nil) }
      states[name] = state
    case .answered(let key, _):
      inAir[key.task.connector]?.removeAll { $0 == key }
      if probes[key.task.connector] == key { probes[key.task.connector] = nil }
    case .withdrawn(let keys): withdrawn.formUnion(keys)
    case .drain: isDraining = true
    default: break
    }
  }

  mutating func saw(_ effect: Effect, _ storm: Storm) {
    switch effect {
    case .send(let key, _): checkSend(key, storm)
    case .announce(.connector(let name, let state)): note(name, state)
    case .announce(.throttled(let name, let until)):
      pausedUntil[name] = elapsed + (until - storm.now).milliseconds
    case .load(let name, _, _):
      expect(states[name]?.isDisabled == false, "a load for \(name), which is disabled")
    default: break
    }
  }

  private mutating func note(_ name: ConnectorName, _ state: ConnectorState) {
    states[name] = state
    probes[name] = nil
    quietUntil[name] = nil
    if case .degraded = state { quietUntil[name] = elapsed + 30_000 }
  }

  mutating func expectNobodyForgotten(_ engine: Engine) {
    let forgotten = engine.forgotten
    expect(forgotten.isEmpty, "L4 \(forgotten) have work and wait for nothing")
  }

  /// Looks at what was just changed.
  mutating func check(_ keys: [TaskKey], _ store: ModelStore) {
    for key in keys { check(key, store) }
  }
}

// S7: what may be sent.
extension Watch {
  private mutating func checkSend(_ key: CallKey, _ storm: Storm) {
    let name = key.task.connector
    expect(!isDraining, "S21 \(key) is sent while draining")
    expect(states[name]?.isDisabled == false, "S7 \(name) sends while disabled")
    expect(elapsed >= pausedUntil[name] ?? 0, "S7 \(name) sends while paused")
    expect(!withdrawn.contains(key.task), "\(key) is sent though its task ended")
    expect(inAir[name]?.contains(key) != true, "\(key) is under way twice")
    checkBreaker(key)
    checkRate(name)
    inAir[name, default: []].append(key)
    let limit = max(limits[name] ?? 0, storm.engine.connector(name)?.limit ?? 0)
    expect(inAir[name, default: []].count <= limit, "S7 \(name) is over its limit")
    guard let row = storm.store.legs[key.task]?.rows[key.range.lowerBound], row.range == key.range
    else { return }
    expect(row.schedule.due <= latest, "S7 \(key) is sent before it is due")
    expect(row.schedule.isHeld, "\(key) is sent though the store has it")
  }

  private mutating func checkBreaker(_ key: CallKey) {
    let name = key.task.connector
    guard case .degraded? = states[name] else { return }
    expect(elapsed >= quietUntil[name] ?? 0, "S7 \(name) sends while its breaker is open")
    expect(probes[name] == nil, "S7 \(name) sends a second probe")
    probes[name] = key
  }

  private mutating func checkRate(_ name: ConnectorName) {
    let traits = Storm.traits(name)
    if let last = lastSent[name] {
      expect(elapsed - last >= traits.spacing.milliseconds, "OS-20 \(name) is too quick")
    }
    lastSent[name] = elapsed
    for rate in traits.rates {
      let perMillisecond = Double(rate.count) / Double(rate.per.milliseconds)
      let capacity = max(1, perMillisecond * 1_000)
      let pool = traits.pool ?? name.description
      let known = buckets[pool] ?? (capacity, elapsed)
      let filled = min(capacity, known.level + Double(elapsed - known.at) * perMillisecond)
      buckets[pool] = (filled - 1, elapsed)
      expect(filled - 1 > -0.01, "S7 \(name) is over its rate")
    }
  }
}

// S2, S3, S5: what is stored.
extension Watch {
  private mutating func check(_ key: TaskKey, _ store: ModelStore) {
    guard let leg = store.legs[key] else { return }
    var tally = Tally()
    var seen = Array(repeating: 0, count: leg.task.total)
    for result in leg.results {
      tally.add(result.verdict, result.range.count)
      for position in result.range { seen[position] += 1 }
    }
    for first in leg.firsts {
      guard let row = leg.rows[first] else { continue }
      if row.schedule.phase.isPolling { tally.pending += row.range.count }
      for position in row.range { seen[position] += 1 }
    }
    for position in leg.task.plannedThrough..<leg.task.total { seen[position] += 1 }
    expect(tally == leg.task.tally, "S2 \(key): the counters do not add up")
    expect(seen.allSatisfy { $0 == 1 }, "S3 \(key): people are missing or there twice")
    if let state = closed[key] {
      expect(state == leg.task.state, "S5 \(key): a closed task changed")
    } else if leg.task.state.isClosed {
      closed[key] = leg.task.state
    }
  }

  /// S15, S16: what a batch may say; called before it is applied.
  mutating func checkChanges(_ changes: [Change], _ store: ModelStore) {
    for case .concluded(let attempt, let segments) in changes {
      let covered = segments.flatMap { Array($0.range) }
      expect(covered == Array(attempt.call.range), "S16 \(attempt.call) is not covered")
      for (one, next) in zip(segments, segments.dropFirst()) where attempt.code != .refused {
        expect(one.fate != next.fate, "\(attempt.call): equal neighbours are not one")
      }
      guard let leg = store.legs[attempt.call.task],
        let row = leg.rows[attempt.call.range.lowerBound], attempt.code == .rateLimited
      else { continue }
      for case .again(let schedule) in segments.map(\.fate) {
        expect(schedule.attempts == row.schedule.attempts, "S15 a throttle counted as a try")
      }
    }
  }

  /// L1: in the end every task is closed or waits for a person.
  mutating func checkEnd(_ storm: Storm) {
    guard violations.isEmpty else { return }
    check(storm.store.keys, storm.store)
    expect(storm.engine.isQuiet, "L4 the engine never comes to rest")
    for view in storm.engine.connectors {
      let stored = storm.store.states[view.name]
      expect(view.state == stored, "\(view.name) is stored as another than it is")
    }
    for key in storm.store.keys {
      guard let leg = storm.store.legs[key] else { continue }
      switch leg.task.state {
      case .needsAttention: break
      default:
        expect(leg.task.state.isClosed, "L1 \(key) is left \(leg.task.state)")
      }
    }
  }
}
