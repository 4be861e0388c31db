import PurgeCore

extension Transaction {
  /// Writes what the engine found; it never ends or replaces a disabled state, which is a person's
  /// decision.
  func hear(
    _ state: ConnectorState, of name: ConnectorName, at now: Instant
  ) throws(StoreError) {
    let known = try connection.state(of: name)
    guard known?.isDisabled != true, known != state else { return }
    try change(name, to: state, at: now)
    let word = state.word
    try audit(
      AuditRecord(
        at: now, actor: "hub", action: "connector.\(word)", connector: name,
        detail: state.auditDetail))
  }

  /// Writes a connector's state and blocks or unblocks its open tasks when it asks for that.
  func change(
    _ name: ConnectorName, to state: ConnectorState, at now: Instant
  ) throws(StoreError) {
    let old = try connection.state(of: name)
    try connection.run(
      """
      INSERT INTO connector_state(connector, state, changed_at)
      VALUES (\(name), \(ConnectorStateText.text(state)), \(now))
      ON CONFLICT (connector) DO UPDATE SET state = excluded.state,
        changed_at = excluded.changed_at
      """)
    if case .disabled(let reason, _) = state {
      try block(name, reason.code)
    } else if old?.isDisabled == true {
      try unblock(name, at: now)
    }
    try tell(name, was: old, is: state, at: now)
  }

  /// The connector names a purged person: disabled by reference, beside what it named before.
  func disable(
    _ name: ConnectorName, naming places: [SettingPlace], by request: PurgeRequestID,
    at now: Instant
  ) throws(StoreError) {
    var (first, all, since) = (request, places, now)
    if case .disabled(.referencesPurgedUser(let earlier, let known), let before) =
      try connection.state(of: name)
    {
      (first, all, since) = (earlier, known + places.filter { !known.contains($0) }, before)
    }
    try change(name, to: .disabled(.referencesPurgedUser(first, all), since: since), at: now)
    try audit(
      AuditRecord(
        at: now, actor: "hub", action: "connector.disabled", request: request, connector: name,
        detail: places.map { "\($0.file):\($0.line) \($0.path)" }.joined(separator: ", ")))
  }

  private func block(_ name: ConnectorName, _ code: Code) throws(StoreError) {
    try writeBack()
    try connection.run(
      """
      UPDATE task SET state = \(TaskState.blocked(code)), code = \(code), plannable = 0
      WHERE connector = \(name) AND is_open = 1
      """)
  }

  /// Tasks of which nothing was planned are queued again, all at once; the others decide.
  private func unblock(_ name: ConnectorName, at now: Instant) throws(StoreError) {
    try writeBack()
    try connection.run(
      """
      UPDATE task SET state = \(TaskState.queued), code = NULL, plannable = started
      WHERE connector = \(name) AND is_open = 1 AND planned_through = 0
        AND COALESCE(attention, 0) <> \(Code.manualRecipient)
      """)
    let requests = try connection.rows(
      """
      SELECT request FROM task
      WHERE connector = \(name) AND is_open = 1
        AND (planned_through > 0 OR attention = \(Code.manualRecipient))
      """
    ) { (row) throws(StoreError) in row.request(0) }
    for request in requests {
      guard var stored = try connection.task(TaskKey(request, name)) else { continue }
      stored.task.unblock()
      try connection.update(stored)
    }
  }
}

extension Connection {
  /// A connector's state; nil when it was never written.
  func state(of name: ConnectorName) throws(StoreError) -> ConnectorState? {
    try first("SELECT state FROM connector_state WHERE connector = \(name)") {
      (row) throws(StoreError) in try ConnectorStateText.state(row.text(0))
    }
  }
}
