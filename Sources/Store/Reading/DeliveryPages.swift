import PurgeCore

extension Connection {
  /// Who is told at present, by name.
  func subscribers() throws(StoreError) -> [String] {
    try rows("SELECT name FROM destination ORDER BY name") { (row) throws(StoreError) in
      row.text(0)
    }
  }

  /// Notices that have no deliveries yet, after one of them.
  func notices(after sequence: Int, limit: Int) throws(StoreError) -> [OutboxNotice] {
    try rows(
      """
      SELECT sequence, kind, request, at, connector, code FROM outbox
      WHERE sequence > \(sequence) AND delivered = 0
      ORDER BY sequence LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in OutboxNotice(row) }
  }

  /// What a subscriber is owed first; nil when it is owed nothing.
  func nextDelivery(to subscriber: String) throws(StoreError) -> NoticeDelivery? {
    try first(
      """
      SELECT o.sequence, o.kind, o.request, o.at, o.connector, o.code, o.payload, d.destination,
        d.state, d.since, d.due_at, d.attempts, d.code, d.status
      FROM delivery d JOIN outbox o ON o.sequence = d.notice
      WHERE d.destination = \(subscriber) AND d.state = 'waiting' ORDER BY d.due_at LIMIT 1
      """
    ) { (row) throws(StoreError) in try NoticeDelivery(row) }
  }

  /// Everybody for whom deliveries wait, one look-up each.
  func owedSubscribers() throws(StoreError) -> [String] {
    var names: [String] = []
    while let next = try first(
      """
      SELECT destination FROM delivery
      WHERE state = 'waiting' AND destination > \(names.last ?? "")
      ORDER BY destination LIMIT 1
      """, { (row) throws(StoreError) in row.text(0) })
    {
      names.append(next)
    }
    return names
  }

  /// How many deliveries wait for a subscriber.
  func countWaiting(for subscriber: String) throws(StoreError) -> Int {
    try first(
      """
      SELECT COUNT(*) FROM delivery WHERE destination = \(subscriber) AND state = 'waiting'
      """
    ) { (row) throws(StoreError) in row.integer(0) } ?? 0
  }

  /// A page of notices before one, newest first.
  func outbox(before sequence: Int, limit: Int) throws(StoreError) -> [OutboxNotice] {
    try rows(
      """
      SELECT sequence, kind, request, at, connector, code FROM outbox
      WHERE sequence < \(sequence) ORDER BY sequence DESC LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in OutboxNotice(row) }
  }

  /// The deliveries of a notice, by subscriber.
  func deliveries(of sequence: Int) throws(StoreError) -> [NoticeDelivery] {
    try rows(
      """
      SELECT o.sequence, o.kind, o.request, o.at, o.connector, o.code, o.payload, d.destination,
        d.state, d.since, d.due_at, d.attempts, d.code, d.status
      FROM delivery d JOIN outbox o ON o.sequence = d.notice
      WHERE d.notice = \(sequence) ORDER BY d.destination
      """
    ) { (row) throws(StoreError) in try NoticeDelivery(row) }
  }

  /// A page of deliveries that were given up, of notices before one, newest first.
  func failedDeliveries(
    before sequence: Int, limit: Int
  ) throws(StoreError) -> [NoticeDelivery] {
    try rows(
      """
      SELECT o.sequence, o.kind, o.request, o.at, o.connector, o.code, o.payload, d.destination,
        d.state, d.since, d.due_at, d.attempts, d.code, d.status
      FROM delivery d JOIN outbox o ON o.sequence = d.notice
      WHERE d.state = 'failed' AND d.notice < \(sequence) ORDER BY d.notice DESC LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in try NoticeDelivery(row) }
  }
}

extension OutboxNotice {
  /// Reads the columns sequence to code, in the order of the statements above.
  fileprivate init(_ row: borrowing Row) {
    sequence = row.integer(0)
    kind = row.text(1)
    request = row.integer(2) == 0 ? nil : row.request(2)
    at = row.instant(3)
    connector = row.isNull(4) ? nil : row.connector(4)
    code = row.optionalInteger(5).map { Code($0) }
  }
}

extension NoticeDelivery {
  fileprivate init(_ row: borrowing Row) throws(StoreError) {
    guard let state = State(rawValue: row.text(8)) else { throw StoreError.damaged("a delivery") }
    notice = OutboxNotice(row)
    payload = row.text(6)
    subscriber = row.text(7)
    self.state = state
    since = row.instant(9)
    due = row.instant(10)
    attempts = row.integer(11)
    code = row.optionalInteger(12).map { Code($0) }
    status = row.optionalInteger(13)
  }
}
