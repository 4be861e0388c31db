import PurgeCore

extension Transaction {
  /// Leaves a notice that is there when, and only when, what it tells of is.
  func tell(
    _ kind: NoticeKind, of request: PurgeRequestID?, connector: ConnectorName? = nil,
    _ code: Code? = nil, at instant: Instant
  ) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO outbox(sequence, kind, request, at, payload, delivered, connector, code)
      VALUES ((SELECT COALESCE(MAX(sequence), 0) + 1 FROM outbox), \(kind.rawValue),
        \(request?.number ?? 0), \(instant), '', 0, \(connector), \(code))
      """)
    noteNotice()
  }

  /// Tells that a request was accepted, and sets the first mark of its time.
  func tellAccepted(
    _ request: PurgeRequestID, at accepted: Instant, until deadline: Instant
  ) throws(StoreError) {
    let mark = DeadlineMark.all[0]
    try connection.run(
      """
      UPDATE request SET mark = \(mark.percent), mark_at = \(mark.instant(accepted, deadline))
      WHERE id = \(request)
      """)
    try tell(.requestAccepted, of: request, at: accepted)
  }

  /// Tells that a task came to need a person, unless it did before.
  func tellAttention(
    _ task: ConnectorTask, before: TaskState?, at instant: Instant
  ) throws(StoreError) {
    guard case .needsAttention(let code) = task.state else { return }
    if case .needsAttention = before { return }
    try tell(
      .requestNeedsAttention, of: task.key.request, connector: task.key.connector, code,
      at: instant)
  }

  /// Tells that a connector stopped sending, for another reason than before, or sends again.
  func tell(
    _ name: ConnectorName, was old: ConnectorState?, is new: ConnectorState, at instant: Instant
  ) throws(StoreError) {
    guard old?.blockingCode != new.blockingCode else { return }
    try tell(
      new.isDisabled ? .connectorDisabled : .connectorEnabled, of: new.namingRequest,
      connector: name, new.blockingCode, at: instant)
  }
}

extension ConnectorState {
  /// The request whose people the connector names; nil when it is not disabled for that.
  fileprivate var namingRequest: PurgeRequestID? {
    if case .disabled(.referencesPurgedUser(let request, _), _) = self { request } else { nil }
  }
}

/// A share of a request's time that people are told of.
struct DeadlineMark: Sendable {
  let percent: Int

  static let all = [50, 75, 90, 100].map(DeadlineMark.init)

  /// When so much of the time is gone.
  func instant(_ accepted: Instant, _ deadline: Instant) -> Instant {
    accepted + .milliseconds((deadline - accepted).milliseconds / 100 * Int64(percent))
  }
}

extension Transaction {
  /// Tells of the marks that requests have passed, each of them once, also when several were passed
  /// while nobody looked; returns how many requests it was, at most the limit.
  func tellDeadlines(upTo limit: Int, at now: Instant) throws(StoreError) -> Int {
    let passed = try connection.rows(
      """
      SELECT id, accepted_at, deadline, mark FROM request
      WHERE ended_at IS NULL AND mark_at <= \(now) ORDER BY mark_at LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in
      (row.request(0), row.instant(1), row.instant(2), row.integer(3))
    }
    for (request, accepted, deadline, mark) in passed {
      let left = DeadlineMark.all.filter { $0.percent >= mark }
      let next = left.first { $0.instant(accepted, deadline) > now }
      for mark in left.prefix(while: { $0.instant(accepted, deadline) <= now }) {
        guard let kind = NoticeKind(mark: mark.percent) else { continue }
        try tell(kind, of: request, at: now)
      }
      try connection.run(
        """
        UPDATE request SET mark = \(next?.percent), mark_at = \(next?.instant(accepted, deadline))
        WHERE id = \(request)
        """)
    }
    return passed.count
  }
}

extension Connection {
  /// When the next request passes a mark of its time; nil when none will.
  func nextMark() throws(StoreError) -> Instant? {
    try first(
      """
      SELECT mark_at FROM request WHERE ended_at IS NULL AND mark_at IS NOT NULL
      ORDER BY mark_at LIMIT 1
      """
    ) { (row) throws(StoreError) in row.instant(0) }
  }
}
