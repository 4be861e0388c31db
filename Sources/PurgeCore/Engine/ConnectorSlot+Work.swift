extension ConnectorSlot {
  /// Does whatever can be done now, and notes when to look again.
  mutating func advance(_ turn: inout Turn, _ pools: inout [RatePool]) {
    wake = nil
    if let due = nextDue, due <= turn.now {
      (nextDue, mayHaveCalls, hasComeDue) = (nil, true, true)
    }
    if let again = askAgainAt, again <= turn.now {
      askAgainAt = nil
      expectWork()
    }
    guard isServing, !turn.isDraining else { return leaveLine(&turn, &pools) }
    dispatch(&turn, &pools)
    plan(&turn)
    load(&turn)
    if let nextDue { wake(at: nextDue) }
    if let askAgainAt { wake(at: askAgainAt) }
  }

  func leaveLine(_ turn: inout Turn, _ pools: inout [RatePool]) {
    guard let pool, let next = pools[pool].leave(position) else { return }
    turn.roused.append(next)
  }
}

// Loading.
extension ConnectorSlot {
  /// Asks the store when there is room and the store may have something; never just in case.
  private mutating func load(_ turn: inout Turn) {
    let bound = turn.policy.tasksPerLane
    let size = turn.policy.window * limit.current
    let wantsCalls = mayHaveCalls && held.loaded * 2 <= size
    // What came due may be a waiting request that starts, which brings tasks. They are asked for
    // together with calls only: with a full hand the next due call would ask again and again.
    let wantsTasks = mayHaveTasks || tasks.isShort(bound: bound) || (hasComeDue && wantsCalls)
    guard !isLoading, wantsTasks || wantsCalls else { return }
    isLoading = true
    if wantsCalls { (mayHaveCalls, hasComeDue) = (false, false) }
    mayHaveTasks = false
    let calls = wantsCalls ? size - held.loaded : 0
    turn.effects.append(.load(name, calls: calls, tasksPerLane: wantsTasks ? bound : 0))
    isAskingForTasks = wantsTasks
    if wantsTasks { tasks.beginAsking() }
  }

  /// Takes what the store gave.
  mutating func receive(_ work: LoadedWork, _ turn: inout Turn) {
    let ended = withdrawnWhileLoading
    (isLoading, withdrawnWhileLoading) = (false, [])
    if work.hasMore { mayHaveCalls = true }
    nextDue = WakeTable.earlier(nextDue, work.nextDue)
    guard isServing, !turn.isDraining else { return turn.release(work.calls.map(\.key)) }
    for call in work.calls where !ended.contains(call.key.task) {
      take(call, &turn)
    }
    let alive = work.tasks.filter { !ended.contains($0.key) }
    if isAskingForTasks { tasks.learn(alive, bound: turn.policy.tasksPerLane) }
  }

  /// Holds a call; one whose last try is just being recorded comes again with the next load.
  private mutating func take(_ call: Call, _ turn: inout Turn) {
    if let flight = flights[call.key] {
      guard flight.isRecording else { return }
      turn.release([call.key])
    } else {
      hold(call, wasLoaded: true, turn)
    }
  }

  mutating func hold(_ call: Call, wasLoaded: Bool, _ turn: Turn) {
    let isUrgent = call.deadline < turn.now + turn.policy.promotion
    held.hold(HeldCall(call, lane: isUrgent ? .urgent : call.lane, wasLoaded: wasLoaded))
  }
}

// Planning.
extension ConnectorSlot {
  /// Fills each lane's window with calls for people who have none; a lane has a window of its own,
  /// so that a full one never keeps a more urgent one from being planned.
  private mutating func plan(_ turn: inout Turn) {
    let size = turn.policy.window * limit.current
    // From bulk to urgent: a task that becomes urgent on the way is planned in the same turn.
    for lane in Lane.allCases.reversed() {
      let room = size - held.planned(lane) - tasks.underPlan(lane)
      if room * 2 >= size { plan(lane, room: room, &turn) }
    }
  }

  private mutating func plan(_ lane: Lane, room: Int, _ turn: inout Turn) {
    let urgentBefore = turn.now + turn.policy.promotion
    var room = room
    var waiting = tasks.count(lane)
    while room > 0, let task = tasks.next(lane, urgentBefore: urgentBefore) {
      let ranges = self.ranges(of: task, atMost: (room + waiting - 1) / max(1, waiting))
      room -= ranges.count
      waiting = max(1, waiting - 1)
      plan(task, ranges, &turn)
    }
  }

  private mutating func plan(_ task: UnplannedTask, _ ranges: [Range<Int>], _ turn: inout Turn) {
    var planned = task
    planned.plannedThrough = ranges.last?.upperBound ?? task.plannedThrough
    tasks.beginPlan(planned, calls: ranges.count)
    turn.changes.append(.planned(task.key, ranges, at: turn.now))
  }

  private func ranges(of task: UnplannedTask, atMost count: Int) -> [Range<Int>] {
    let size = max(1, traits.peoplePerCall)
    var ranges: [Range<Int>] = []
    var first = task.plannedThrough
    while first < task.total, ranges.count < max(1, count) {
      ranges.append(first..<min(task.total, first + size))
      first = ranges[ranges.count - 1].upperBound
    }
    return ranges
  }

  /// Ends a plan that is durable and returns the calls to hold.
  ///
  /// Fewer calls than planned mean that the store knows better: the task is asked for again, but
  /// not at once, since a store that never takes a plan would be asked without end. It may also have
  /// made the plan before and reported that as failed; then its calls are given back, since nobody
  /// else holds them.
  mutating func planned(
    _ key: TaskKey, _ ranges: [Range<Int>], _ calls: [Call], _ turn: inout Turn
  ) -> [HeldCall] {
    guard let task = tasks.endPlan(key) else { return [] }
    guard isServing, !turn.isDraining, calls.count == ranges.count else {
      turn.release(ranges.map { CallKey(key, $0) })
      if isServing { askAgainAt = turn.now + turn.policy.refusedPlanWait }
      return []
    }
    tasks.goOn(with: task)
    // They fill the window of the lane they were planned in, also when the clock was set back and
    // their deadline is not near any more: in another lane they would leave room without end.
    return calls.map { HeldCall($0, lane: task.lane, wasLoaded: false) }
  }
}
