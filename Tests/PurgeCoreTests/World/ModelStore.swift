import PurgeCore

/// The store as a value: it applies changes the way the real one must, with the same
/// `ConnectorTask`, and knows every row.
struct ModelStore {
  /// An open call's row.
  struct Row {
    var schedule: CallSchedule
    /// When it was last given to the engine; what is in hand may be sent though the clock went back.
    var range: Range<Int>
  }

  /// A task and what hangs on it.
  struct Leg {
    var task: ConnectorTask
    var lane: Lane
    var requestedAt: Instant
    var deadline: Instant
    /// Open calls by the first position of their range.
    var rows: [Int: Row] = [:]
    var results: [(range: Range<Int>, verdict: Verdict)] = []
    var attempts: [Attempt] = []

    var firsts: [Int] { rows.keys.sorted() }
  }

  private(set) var legs: [TaskKey: Leg] = [:]
  private(set) var keys: [TaskKey] = []
  private(set) var states: [ConnectorName: ConnectorState] = [:]
  /// Changes that found nothing to change, such as an answer after a waiver.
  private(set) var ignored = 0

  static func person(_ index: Int) -> Subject { Subject([Identity(.externalId, "u\(index)")]) }
}

// What people do.
extension ModelStore {
  mutating func accept(
    _ key: TaskKey, total: Int, lane: Lane = .normal, at now: Instant, within span: Span
  ) {
    let code = states[key.connector].flatMap(Self.disabledCode)
    legs[key] = Leg(
      task: ConnectorTask(key, total: total, blockedBy: code), lane: lane, requestedAt: now,
      deadline: now + span)
    keys.append(key)
  }

  mutating func set(_ name: ConnectorName, _ state: ConnectorState) {
    states[name] = state
    for key in keys where key.connector == name {
      if let code = Self.disabledCode(state) {
        legs[key]?.task.block(code)
      } else {
        legs[key]?.task.unblock()
      }
    }
  }

  mutating func waive(_ key: TaskKey) {
    guard var leg = legs[key], !leg.task.state.isClosed else { return }
    let open = (0..<leg.task.total).filter { position in
      !leg.results.contains { $0.range.contains(position) && $0.verdict.isSettled }
    }
    leg.results.removeAll { !$0.verdict.isSettled }
    leg.results += open.map { ($0..<$0 + 1, .waived) }
    leg.rows = [:]
    _ = leg.task.waive()
    legs[key] = leg
  }

  /// An operator asks again for everyone who needs attention.
  mutating func retry(_ key: TaskKey, at now: Instant) {
    guard var leg = legs[key], !leg.task.state.isClosed else { return }
    let asked = leg.results.filter { !$0.verdict.isSettled }
    leg.results.removeAll { !$0.verdict.isSettled }
    leg.task.retry(asked.map { ($0.verdict, $0.range.count) })
    for result in asked {
      leg.rows[result.range.lowerBound] = Row(
        schedule: CallSchedule(due: now), range: result.range)
    }
    legs[key] = leg
  }

  /// After a restart nobody holds anything.
  mutating func forgetHolds() {
    for key in keys {
      for first in legs[key]?.firsts ?? [] { legs[key]?.rows[first]?.schedule.isHeld = false }
    }
  }

  private static func disabledCode(_ state: ConnectorState) -> Code? {
    guard case .disabled(let reason, _) = state else { return nil }
    return reason.code
  }
}

// What the engine asks.
extension ModelStore {
  mutating func load(
    _ name: ConnectorName, calls: Int, tasksPerLane: Int, at now: Instant
  ) -> LoadedWork {
    var due: [(key: CallKey, due: Instant)] = []
    var later: Instant?
    for key in keys where key.connector == name {
      guard let leg = legs[key], !leg.task.state.isResting else { continue }
      for first in leg.firsts {
        guard let row = leg.rows[first], !row.schedule.isHeld else { continue }
        if row.schedule.due <= now {
          due.append((CallKey(key, row.range), row.schedule.due))
        } else {
          later = min(later ?? row.schedule.due, row.schedule.due)
        }
      }
    }
    let given = due.sorted { $0.due < $1.due }.prefix(calls).map(\.key)
    for key in given { legs[key.task]?.rows[key.range.lowerBound]?.schedule.isHeld = true }
    return LoadedWork(
      connector: name, calls: given.compactMap(call), tasks: unplanned(name, tasksPerLane),
      nextDue: later, hasMore: due.count > calls)
  }

  func call(_ key: CallKey) -> Call? {
    guard let leg = legs[key.task], let row = leg.rows[key.range.lowerBound], row.range == key.range
    else { return nil }
    return Call(
      key, people: key.range.map(Self.person), schedule: row.schedule,
      requestedAt: leg.requestedAt, deadline: leg.deadline, lane: leg.lane)
  }

  private func unplanned(_ name: ConnectorName, _ perLane: Int) -> [UnplannedTask] {
    Lane.allCases.flatMap { lane in
      let tasks: [UnplannedTask] = keys.compactMap { key in
        guard key.connector == name, let leg = legs[key], leg.lane == lane,
          !leg.task.state.isResting, leg.task.plannedThrough < leg.task.total
        else { return nil }
        return UnplannedTask(
          key: key, lane: lane, deadline: leg.deadline, total: leg.task.total,
          plannedThrough: leg.task.plannedThrough)
      }
      return tasks.sorted { $0.deadline < $1.deadline }.prefix(perLane)
    }
  }
}

// What the engine changes.
extension ModelStore {
  /// Applies a batch; returns the calls planned in it.
  mutating func apply(_ changes: [Change]) -> [Call] {
    var planned: [CallKey] = []
    for change in changes {
      switch change {
      case .planned(let key, let ranges, let now): planned += plan(key, ranges, at: now)
      case .concluded(let attempt, let segments): conclude(attempt, segments)
      case .released(let keys): for key in keys { release(key) }
      case .connector(let name, let state): judge(name, state)
      }
    }
    return planned.compactMap(call)
  }

  private mutating func plan(
    _ key: TaskKey, _ ranges: [Range<Int>], at now: Instant
  ) -> [CallKey] {
    guard var leg = legs[key], !leg.task.state.isResting, let first = ranges.first,
      let last = ranges.last, leg.task.plan(first.lowerBound..<last.upperBound)
    else {
      ignored += 1
      return []
    }
    for range in ranges {
      leg.rows[range.lowerBound] = Row(
        schedule: CallSchedule(due: now, isHeld: true), range: range)
    }
    legs[key] = leg
    return ranges.map { CallKey(key, $0) }
  }

  private mutating func conclude(_ attempt: Attempt, _ segments: [CallSegment]) {
    let key = attempt.call
    guard var leg = legs[key.task], let row = leg.rows[key.range.lowerBound], row.range == key.range
    else { return ignored += 1 }
    leg.rows[key.range.lowerBound] = nil
    leg.attempts.append(attempt)
    for segment in segments {
      switch segment.fate {
      case .settled(let verdict): leg.results.append((segment.range, verdict))
      case .again(let schedule):
        leg.rows[segment.range.lowerBound] = Row(schedule: schedule, range: segment.range)
      }
    }
    leg.task.receive(segments, wasPolling: row.schedule.phase.isPolling)
    legs[key.task] = leg
  }

  private mutating func release(_ key: CallKey) {
    guard legs[key.task]?.rows[key.range.lowerBound]?.range == key.range else { return }
    legs[key.task]?.rows[key.range.lowerBound]?.schedule.isHeld = false
  }

  /// What the engine thinks never undoes what a person or a file decided.
  private mutating func judge(_ name: ConnectorName, _ state: ConnectorState) {
    if states[name]?.isDisabled != true { set(name, state) }
  }
}

extension TaskState {
  /// Whether nothing of the task is given out.
  var isResting: Bool {
    if case .blocked = self { true } else { isClosed }
  }
}
