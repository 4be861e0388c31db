import PurgeCore

extension Transaction {
  /// Gives out a connector's due calls, now held by the engine, and its tasks to plan.
  func load(
    _ connector: ConnectorName, calls limit: Int, tasksPerLane: Int, now: Instant
  ) throws(StoreError) -> LoadedWork {
    _ = try startWaiting(now: now)
    let isDisabled = try connection.state(of: connector)?.isDisabled ?? false
    // The engine may have asked just before a person disabled the connector.
    let due = isDisabled ? [] : try dueCalls(connector, limit: limit, now: now)
    var calls: [Call] = []
    for (key, schedule) in due.prefix(limit) {
      try hold(key)
      do throws(StoreError) { calls.append(try call(key, schedule)) } catch {
        // One person's unreadable block must not keep a connector from everybody else.
        try setAside(key, because: error, at: now)
      }
    }
    return LoadedWork(
      connector: connector, calls: calls, tasks: try tasksToPlan(connector, tasksPerLane),
      nextDue: isDisabled ? nil : try nextDue(connector), hasMore: due.count > limit)
  }

  private func dueCalls(
    _ connector: ConnectorName, limit: Int, now: Instant
  ) throws(StoreError) -> [(CallKey, CallSchedule)] {
    try connection.rows(
      """
      SELECT request, first, people, due_at, job, job_since, give_up_at, attempts, first_tried,
        tries
      FROM call WHERE connector = \(connector) AND held = 0 AND due_at <= \(now)
      ORDER BY due_at LIMIT \(limit + 1)
      """
    ) { (row) throws(StoreError) in
      let first = row.integer(1)
      let key = CallKey(
        TaskKey(row.request(0), connector), first..<(first + row.integer(2)))
      return (
        key,
        CallSchedule(
          due: row.instant(3), phase: JobColumns(row, from: 4).phase, attempts: row.integer(7),
          tries: row.integer(9), firstTried: row.optionalInstant(8), isHeld: true)
      )
    }
  }

  private func hold(_ key: CallKey) throws(StoreError) {
    try connection.run(
      """
      UPDATE call SET held = 1 WHERE request = \(key.task.request)
        AND connector = \(key.task.connector) AND first = \(key.range.lowerBound)
      """)
  }

  private func tasksToPlan(
    _ connector: ConnectorName, _ limit: Int
  ) throws(StoreError) -> [UnplannedTask] {
    var tasks: [UnplannedTask] = []
    for lane in Lane.allCases {
      tasks += try connection.rows(
        """
        SELECT request, deadline, total, planned_through FROM task
        WHERE connector = \(connector) AND lane = \(lane) AND plannable = 1
        ORDER BY deadline LIMIT \(limit)
        """
      ) { (row) throws(StoreError) in
        UnplannedTask(
          key: TaskKey(row.request(0), connector), lane: lane, deadline: row.instant(1),
          total: row.integer(2), plannedThrough: row.integer(3))
      }
    }
    return tasks
  }

  /// When the next call comes due or the next waiting request starts; nil when neither will.
  private func nextDue(_ connector: ConnectorName) throws(StoreError) -> Instant? {
    let call = try connection.first(
      """
      SELECT due_at FROM call WHERE connector = \(connector) AND held = 0 ORDER BY due_at LIMIT 1
      """
    ) { (row) throws(StoreError) in row.instant(0) }
    let start = try connection.nextStart()
    return [call, start].compactMap { $0 }.min()
  }

  /// Starts requests whose waiting period is over; returns the connectors that have work by it.
  func startWaiting(now: Instant) throws(StoreError) -> Set<ConnectorName> {
    guard let next = try connection.nextStart(), next <= now else { return [] }
    let requests = try connection.rows(
      "SELECT id FROM request WHERE state = 'pending' AND start_at <= \(now) ORDER BY start_at"
    ) { (row) throws(StoreError) in row.request(0) }
    var connectors: Set<ConnectorName> = []
    for request in requests { connectors.formUnion(try start(request, at: now)) }
    return connectors
  }

  /// Moves a waiting request past its point of no return; returns its connectors.
  func start(
    _ request: PurgeRequestID, at now: Instant
  ) throws(StoreError) -> [ConnectorName] {
    try connection.run(
      "UPDATE request SET state = 'inProgress' WHERE id = \(request) AND state = 'pending'")
    let tasks = try connection.tasks(of: request).filter { !$0.task.state.isClosed }
    for var stored in tasks {
      stored.isStarted = true
      try connection.update(stored)
      try tellAttention(stored.task, before: nil, at: now)
    }
    try audit(
      AuditRecord(at: now, actor: "hub", action: "request.started", request: request))
    return tasks.map(\.task.key.connector)
  }
}

extension Connection {
  /// When the next waiting request starts; nil when none waits.
  func nextStart() throws(StoreError) -> Instant? {
    try first(
      """
      SELECT start_at FROM request WHERE state = 'pending' AND start_at > -1
      ORDER BY start_at LIMIT 1
      """
    ) { (row) throws(StoreError) in row.instant(0) }
  }
}
