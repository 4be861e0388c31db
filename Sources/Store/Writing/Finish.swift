import PurgeCore

extension Transaction {
  /// The last task of a request closed: it ends, its people are shredded, and one notice is left.
  func finish(_ request: PurgeRequestID, at instant: Instant) throws(StoreError) {
    let hasWaiver = try connection.tasks(of: request).contains { $0.task.state == .waived }
    try end(request, as: hasWaiver ? .completedWithExceptions : .completed, at: instant)
  }

  /// Ends a request in a final state.
  func end(
    _ request: PurgeRequestID, as state: RequestState, at instant: Instant
  ) throws(StoreError) {
    try connection.run(
      """
      UPDATE request SET state = \(state), ended_at = \(instant), open_tasks = 0
      WHERE id = \(request)
      """)
    try shred(request)
    if let kind = NoticeKind(ending: state) { try tell(kind, of: request, at: instant) }
    try audit(
      AuditRecord(at: instant, actor: "hub", action: "request.\(state.rawValue)", request: request))
  }

  /// Destroys the key of a request and what it opens.
  private func shred(_ request: PurgeRequestID) throws(StoreError) {
    try connection.run("DELETE FROM request_key WHERE request = \(request)")
    try connection.run("DELETE FROM subject WHERE request = \(request)")
    desk.opened.forget(request)
    noteShredding()
  }
}
