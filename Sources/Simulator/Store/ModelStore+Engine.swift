public import PurgeCore

// What the engine asks: the rules of the real store's load and commit.
extension ModelStore {
  /// Brings what waits back by as much as the clock was.
  public mutating func setClockBack(by span: Span) {
    for request in requests.indices {
      for connector in requests[request].legs.indices {
        requests[request].legs[connector]?.rows.setBack(by: span)
      }
    }
  }
}

extension [ModelStore.Row] {
  fileprivate mutating func setBack(by span: Span) {
    for place in indices where !self[place].schedule.isHeld {
      let due = self[place].schedule.due
      guard due.milliseconds > 0 else { continue }
      self[place].schedule.due = due + .milliseconds(-span.milliseconds)
    }
  }
}

extension ModelStore {
  /// Gives out due calls, now held by the engine, and tasks to plan.
  public mutating func load(
    _ name: ConnectorName, calls: Int, tasksPerLane: Int, at now: Instant
  ) -> LoadedWork {
    load(name, calls: calls, tasksPerLane: tasksPerLane, at: now, flaw: nil)
  }

  mutating func load(
    _ name: ConnectorName, calls: Int, tasksPerLane: Int, at now: Instant, flaw: Flaw?
  ) -> LoadedWork {
    startWaiting(at: now)
    let connector = position(name)
    let isDisabled = states[connector]?.isDisabled ?? false
    let due = isDisabled ? [] : dueCalls(connector, at: now)
    let calls = flaw == .loadUnbounded ? .max : calls
    for key in due.prefix(calls) { hold(key, true) }
    return LoadedWork(
      connector: name, calls: due.prefix(calls).compactMap(call),
      tasks: unplanned(connector, tasksPerLane),
      nextDue: isDisabled ? nil : nextDue(connector), hasMore: due.count > calls)
  }

  private func dueCalls(_ connector: Int, at now: Instant) -> [CallKey] {
    var due: [(key: CallKey, due: Instant)] = []
    for request in requests {
      guard let leg = request.legs[connector] else { continue }
      for row in leg.rows where !row.schedule.isHeld && row.schedule.due <= now {
        due.append((CallKey(leg.task.key, row.range), row.schedule.due))
      }
    }
    // Sorting is stable in effect: equal instants keep the order of requests and ranges.
    return due.enumerated().sorted { ($0.element.due, $0.offset) < ($1.element.due, $1.offset) }
      .map(\.element.key)
  }

  private mutating func hold(_ key: CallKey, _ isHeld: Bool) {
    let (request, connector) = (position(key.task.request), position(key.task.connector))
    guard
      let place = requests[request].legs[connector]?.rows.firstIndex(where: {
        $0.range == key.range
      })
    else { return }
    requests[request].legs[connector]?.rows[place].schedule.isHeld = isHeld
  }

  private func unplanned(_ connector: Int, _ perLane: Int) -> [UnplannedTask] {
    let legs = requests.compactMap { $0.legs[connector] }.filter(\.isPlannable)
    return Lane.allCases.flatMap { lane in
      legs.filter { $0.lane == lane }.enumerated()
        .sorted { ($0.element.deadline, $0.offset) < ($1.element.deadline, $1.offset) }
        .prefix(perLane).map { _, leg in
          UnplannedTask(
            key: leg.task.key, lane: lane, deadline: leg.deadline, total: leg.task.total,
            plannedThrough: leg.task.plannedThrough)
        }
    }
  }

  private func nextDue(_ connector: Int) -> Instant? {
    var next = requests.compactMap { $0.state == .pending ? $0.startAt : nil }.min()
    for request in requests {
      for row in request.legs[connector]?.rows ?? [] where !row.schedule.isHeld {
        next = min(next ?? row.schedule.due, row.schedule.due)
      }
    }
    return next
  }

  /// Starts requests whose waiting period is over.
  mutating func startWaiting(at now: Instant) {
    let waiting = requests.indices.filter { index in
      requests[index].state == .pending && requests[index].startAt.map { $0 <= now } ?? false
    }
    for index in waiting.sorted(by: { isEarlier($0, $1) }) { start(index) }
  }
}

extension ModelStore {
  private func isEarlier(_ a: Int, _ b: Int) -> Bool {
    guard let first = requests[a].startAt, let second = requests[b].startAt else { return false }
    return (first, a) < (second, b)
  }

  /// Moves a waiting request past its point of no return.
  mutating func start(_ index: Int) {
    requests[index].state = .inProgress
    for connector in names.indices { requests[index].legs[connector]?.isStarted = true }
    audit(.started, requests[index].id)
  }

  /// Makes an engine's changes, in order; returns the planned calls with their people.
  public mutating func apply(_ changes: [Change], at now: Instant) -> [Call] {
    apply(changes, at: now, flaw: nil)
  }

  mutating func apply(_ changes: [Change], at now: Instant, flaw: Flaw?) -> [Call] {
    var planned: [CallKey] = []
    for change in changes {
      switch change {
      case .planned(let key, let ranges, let at): planned += plan(key, ranges, at: at, flaw)
      case .concluded(let attempt, let segments): conclude(attempt, segments, flaw)
      case .released(let keys): for key in keys { release(key) }
      case .connector(let name, let state): hear(state, of: position(name), flaw)
      }
    }
    settle(flaw)
    return planned.compactMap { key in
      guard var call = call(key) else { return nil }
      call.schedule = CallSchedule(due: now, isHeld: true)
      return call
    }
  }

  private mutating func plan(
    _ key: TaskKey, _ ranges: [Range<Int>], at instant: Instant, _ flaw: Flaw?
  ) -> [CallKey] {
    guard var leg = leg(key), leg.isPlannable, Self.follow(ranges), let first = ranges.first,
      let last = ranges.last, leg.task.plan(first.lowerBound..<last.upperBound)
    else {
      ignored += 1
      return []
    }
    if flaw != .cursorMovedWithoutRows {
      for range in ranges {
        leg.insert(Row(range: range, schedule: CallSchedule(due: instant, isHeld: true)))
      }
    }
    put(leg)
    return ranges.map { CallKey(key, $0) }
  }

  private static func follow(_ ranges: [Range<Int>]) -> Bool {
    !ranges.contains(where: \.isEmpty)
      && zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }
  }

  private mutating func conclude(
    _ attempt: Attempt, _ segments: [CallSegment], _ flaw: Flaw?
  ) {
    let key = attempt.call
    guard var leg = leg(key.task), let row = leg.remove(key.range) else { return ignored += 1 }
    leg.task.receive(segments, wasPolling: row.schedule.phase.isPolling)
    if flaw == .countersCountTwice, segments.count > 1 {
      leg.task.receive(segments, wasPolling: row.schedule.phase.isPolling)
    }
    leg.attempts += 1
    for segment in segments { leg.write(segment, flaw) }
    put(leg)
  }

  private mutating func release(_ key: CallKey) {
    guard var leg = leg(key.task), let row = leg.row(key.range), row.schedule.isHeld,
      let place = leg.rows.firstIndex(of: row)
    else { return }
    leg.rows[place].schedule.isHeld = false
    leg.rows[place].schedule.due = Instant(milliseconds: 0)
    put(leg)
  }

  /// What the engine found never ends or replaces what a person decided.
  private mutating func hear(_ state: ConnectorState, of connector: Int, _ flaw: Flaw?) {
    guard flaw == .engineOverrulesPeople || states[connector]?.isDisabled != true,
      states[connector] != state
    else { return }
    change(connector, to: state, flaw)
    touchedSince = touched.count
    audit(.connector(state.word), nil, names[connector])
  }

  /// Ends requests whose last task closed, in the order of those tasks.
  mutating func settle(_ flaw: Flaw? = nil) {
    let changed = touched.map { position($0.request) }
    (touched, touchedSince) = ([], 0)
    for (place, index) in changed.enumerated() where requests[index].state == .inProgress {
      guard !changed[(place + 1)...].contains(index) else { continue }
      let tasks = requests[index].legs.compactMap { $0?.task }
      guard tasks.allSatisfy(\.state.isClosed) else { continue }
      let hasWaiver = tasks.contains { $0.state == .waived }
      end(index, as: hasWaiver ? .completedWithExceptions : .completed, flaw)
    }
  }
}

extension ModelStore.Leg {
  fileprivate mutating func write(_ segment: CallSegment, _ flaw: Flaw?) {
    switch segment.fate {
    case .again(let schedule): insert(ModelStore.Row(range: segment.range, schedule: schedule))
    case .settled(let verdict) where verdict.isSettled:
      results.append((segment.range, verdict))
    case .settled(let verdict):
      if flaw == .exceptionsForgotten { return }
      for position in segment.range { exceptions.append((position, verdict)) }
    }
  }
}
