import PurgeCore

extension Transaction {
  /// Remembers what one person confirmed until another decides.
  func insert(_ plan: ConfirmedPlan, of request: PurgeRequestID) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO approval(request, plan, parts)
      VALUES (\(request), \(plan.hash), \(plan.parts.joined(separator: "\n")))
      """)
  }

  /// Does at the approval what other requests do at their confirmation.
  func approve(_ approval: Approval, at now: Instant) throws(StoreError) {
    let request = approval.request
    let state = try requestState(request)
    guard state == .awaitingApproval else {
      throw .wrong("approve", "\(request) is \(state.rawValue)")
    }
    guard try connection.holds(on: request).isEmpty else { throw .held }
    for named in approval.references {
      try disable(named.name, naming: named.places, by: request, at: now)
    }
    let next: RequestState = approval.startAt == nil ? .inProgress : .pending
    try connection.run(
      """
      UPDATE request SET state = \(next), start_at = \(approval.startAt) WHERE id = \(request)
      """)
    try connection.run("DELETE FROM approval WHERE request = \(request)")
    try audit(
      AuditRecord(
        at: now, actor: approval.actor, action: "request.approved", request: request,
        detail: "plan \(approval.plan)"))
    let outset = try Outset(connection.request(request), request)
    try begin(approval.connectors, outset, at: now)
  }

  /// Ends a request that nobody wants any more; returns its connectors.
  func reject(
    _ request: PurgeRequestID, by actor: String, reason: String, at now: Instant
  ) throws(StoreError) -> [ConnectorName] {
    let state = try requestState(request)
    guard state.successors.contains(.rejected) else {
      throw .wrong("reject", "\(request) is \(state.rawValue)")
    }
    try audit(
      AuditRecord(
        at: now, actor: actor, action: "request.rejectRequested", request: request, detail: reason))
    return try withdraw(request, as: .rejected, at: now)
  }

  /// Ends a request that never began; returns its connectors.
  func withdraw(
    _ request: PurgeRequestID, as state: RequestState, at now: Instant
  ) throws(StoreError) -> [ConnectorName] {
    let tasks = try connection.tasks(of: request)
    for var stored in tasks {
      stored.task.cancel()
      try connection.update(stored)
    }
    try connection.run("DELETE FROM approval WHERE request = \(request)")
    try connection.run("DELETE FROM hold_request WHERE request = \(request)")
    try end(request, as: state, at: now)
    return tasks.map(\.task.key.connector)
  }
}

extension Connection {
  func confirmedPlan(of request: PurgeRequestID) throws(StoreError) -> ConfirmedPlan? {
    try first("SELECT plan, parts FROM approval WHERE request = \(request)") {
      (row) throws(StoreError) in
      ConfirmedPlan(
        hash: row.text(0), parts: row.text(1).split(separator: "\n").map(String.init))
    }
  }

  /// Everybody of a request, opened block by block.
  func everybody(of request: PurgeRequestID, with keys: Keys) throws(StoreError) -> [Subject] {
    let wrapped = try first("SELECT wrapped FROM request_key WHERE request = \(request)") {
      (row) throws(StoreError) in row.bytes(0)
    }
    guard let wrapped else { throw .damaged("a request whose people are gone") }
    let key = try RequestKey(wrapped: wrapped, of: request, with: keys)
    return try rows(
      "SELECT block, sealed FROM subject WHERE request = \(request) ORDER BY block"
    ) { (row) throws(StoreError) in
      try key.open(row.bytes(1), of: request, block: row.integer(0))
    }.flatMap { $0 }
  }

  func decisions(on request: PurgeRequestID) throws(StoreError) -> [AuditEntry] {
    try rows(
      """
      SELECT sequence, at, actor, action, request, connector, detail, hash FROM audit
      WHERE request = \(request) AND action IN ('request.capExceeded', 'request.approved',
        'request.rejectRequested', 'request.cancelRequested', 'request.held', 'request.resumed',
        'task.waived', 'task.attested', 'task.replayed')
      ORDER BY sequence
      """
    ) { (row) throws(StoreError) in AuditEntry(row) }
  }
}
