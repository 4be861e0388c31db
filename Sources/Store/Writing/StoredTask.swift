import PurgeCore

/// A task with what its row says beside the task's own rules.
struct StoredTask: Sendable {
  var task: ConnectorTask
  let lane: Lane
  let acceptedAt: Instant
  let deadline: Instant
  /// Whether the request is past its waiting period.
  var isStarted: Bool
  /// Whether the row counts among its request's open tasks.
  var countsAsOpen: Bool

  /// Whether the engine may plan more of it.
  var isPlannable: Bool {
    guard isStarted, !task.state.isClosed, !task.isByHand, task.plannedThrough < task.total
    else { return false }
    if case .blocked = task.state { return false }
    return true
  }

  var unplanned: UnplannedTask {
    UnplannedTask(
      key: task.key, lane: lane, deadline: deadline, total: task.total,
      plannedThrough: task.plannedThrough)
  }
}

extension StoredTask {
  /// Reads the columns total to started, in the order of the statements below, from a column on.
  init(_ key: TaskKey, _ row: borrowing Row, from start: Int32) throws(StoreError) {
    let codes = (row.integer(start + 3), row.optionalInteger(start + 4).map { Code($0) })
    guard
      let state = TaskState(word: row.text(start + 2), code: codes.0),
      let lane = Lane(rawValue: row.integer(start + 14))
    else { throw StoreError.damaged("a task") }
    task = ConnectorTask(
      key, total: row.integer(start), plannedThrough: row.integer(start + 1),
      tally: Tally(row, from: start + 5), state: state, attention: codes.1)
    self.lane = lane
    acceptedAt = row.instant(start + 15)
    deadline = row.instant(start + 16)
    isStarted = row.flag(start + 17)
    countsAsOpen = !state.isClosed
  }
}

extension Tally {
  fileprivate init(_ row: borrowing Row, from start: Int32) {
    self.init()
    erased = row.integer(start)
    absent = row.integer(start + 1)
    accepted = row.integer(start + 2)
    verifiedAbsent = row.integer(start + 3)
    notApplicable = row.integer(start + 4)
    waived = row.integer(start + 5)
    ambiguous = row.integer(start + 6)
    failed = row.integer(start + 7)
    pending = row.integer(start + 8)
  }
}

extension Connection {
  /// The task of a key; nil when there is none.
  func task(_ key: TaskKey) throws(StoreError) -> StoredTask? {
    try first(
      """
      SELECT total, planned_through, state, code, attention, erased, absent, accepted,
        verified_absent, not_applicable, waived, ambiguous, failed, pending, lane, accepted_at,
        deadline, started
      FROM task WHERE request = \(key.request) AND connector = \(key.connector)
      """
    ) { (row) throws(StoreError) in try StoredTask(key, row, from: 0) }
  }

  /// The tasks of a request, by connector.
  func tasks(of request: PurgeRequestID) throws(StoreError) -> [StoredTask] {
    try rows(
      """
      SELECT connector, total, planned_through, state, code, attention, erased, absent, accepted,
        verified_absent, not_applicable, waived, ambiguous, failed, pending, lane, accepted_at,
        deadline, started
      FROM task WHERE request = \(request) ORDER BY connector
      """
    ) { (row) throws(StoreError) in
      try StoredTask(TaskKey(request, row.connector(0)), row, from: 1)
    }
  }

  /// Writes a new task.
  func insert(_ stored: StoredTask) throws(StoreError) {
    let (task, tally) = (stored.task, stored.task.tally)
    try run(
      """
      INSERT INTO task(request, connector, total, planned_through, state, code, attention, erased,
        absent, accepted, verified_absent, not_applicable, waived, ambiguous, failed, pending,
        lane, accepted_at, deadline, started, is_open, plannable)
      VALUES (\(task.key.request), \(task.key.connector), \(task.total), \(task.plannedThrough),
        \(task.state), \(task.state.code), \(task.attention), \(tally.erased), \(tally.absent),
        \(tally.accepted), \(tally.verifiedAbsent), \(tally.notApplicable), \(tally.waived),
        \(tally.ambiguous), \(tally.failed), \(tally.pending), \(stored.lane),
        \(stored.acceptedAt), \(stored.deadline), \(stored.isStarted), \(!task.state.isClosed),
        \(stored.isPlannable))
      """)
  }

  /// Writes a task back; `before` is what it was when it was read, nil when nobody knows.
  func update(_ stored: StoredTask, before: StoredTask? = nil) throws(StoreError) {
    try count(stored)
    guard before?.place != stored.place else { return }
    let key = stored.task.key
    try run(
      """
      UPDATE task SET started = \(stored.isStarted), is_open = \(!stored.task.state.isClosed),
        plannable = \(stored.isPlannable)
      WHERE request = \(key.request) AND connector = \(key.connector)
      """)
  }

  /// Writes what changes with every answer; no index is touched by it.
  private func count(_ stored: StoredTask) throws(StoreError) {
    let (task, tally) = (stored.task, stored.task.tally)
    try run(
      """
      UPDATE task SET planned_through = \(task.plannedThrough), state = \(task.state),
        code = \(task.state.code), attention = \(task.attention), erased = \(tally.erased),
        absent = \(tally.absent), accepted = \(tally.accepted),
        verified_absent = \(tally.verifiedAbsent), not_applicable = \(tally.notApplicable),
        waived = \(tally.waived), ambiguous = \(tally.ambiguous), failed = \(tally.failed),
        pending = \(tally.pending)
      WHERE request = \(task.key.request) AND connector = \(task.key.connector)
      """)
  }
}

extension StoredTask {
  /// What decides in which lists of tasks it stands.
  fileprivate struct Place: Equatable {
    let isStarted: Bool
    let isOpen: Bool
    let isPlannable: Bool
  }

  fileprivate var place: Place {
    Place(isStarted: isStarted, isOpen: !task.state.isClosed, isPlannable: isPlannable)
  }
}
