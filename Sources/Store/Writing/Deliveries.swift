import Documents
import PurgeCore

extension Transaction {
  /// Makes these the subscribers: a new one hears what happens from now on, one that is gone hears
  /// nothing more, and what it was owed waits for its return.
  func subscribe(_ names: [String]) throws(StoreError) {
    let known = try connection.subscribers()
    for name in known where !names.contains(name) {
      try connection.run("DELETE FROM destination WHERE name = \(name)")
    }
    for name in names where !known.contains(name) {
      try connection.run(
        """
        INSERT INTO destination(name, heard_through)
        VALUES (\(name), (SELECT COALESCE(MAX(sequence), 0) FROM outbox))
        """)
    }
  }

  /// Makes deliveries of the oldest notices that have none yet; returns how many notices it was, at
  /// most the limit.
  func distribute(
    to subscribers: [NoticeSubscriber], upTo limit: Int, at now: Instant
  ) throws(StoreError) -> Int {
    let notices = try connection.notices(after: 0, limit: limit)
    for notice in notices {
      let kind = NoticeKind(rawValue: notice.kind)
      var isWanted = false
      for subscriber in subscribers where kind.map(subscriber.wants) ?? false {
        guard try connection.isNews(notice.sequence, to: subscriber.name) else { continue }
        try insert(notice.sequence, to: subscriber.name, at: now)
        isWanted = true
      }
      let payload = isWanted ? try connection.payload(of: notice) : ""
      try connection.run(
        """
        UPDATE outbox SET delivered = 1, payload = \(payload) WHERE sequence = \(notice.sequence)
        """)
    }
    return notices.count
  }

  private func insert(
    _ sequence: Int, to subscriber: String, at now: Instant
  ) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO delivery(notice, destination, state, since, due_at, attempts)
      VALUES (\(sequence), \(subscriber), 'waiting', \(now), \(now), 0)
      ON CONFLICT (notice, destination) DO NOTHING
      """)
  }

  /// Writes what came of a try; nothing when the delivery is not waiting any more.
  func record(
    _ outcome: DeliveryOutcome, of delivery: NoticeDelivery, at now: Instant
  ) throws(StoreError) {
    let row = DeliveryColumns(outcome, at: now)
    try connection.run(
      """
      UPDATE delivery SET state = \(row.state.rawValue), due_at = \(row.due ?? now),
        attempts = attempts + 1, code = \(row.code), status = \(row.status),
        ended_at = \(row.ended)
      WHERE notice = \(delivery.notice.sequence) AND destination = \(delivery.subscriber)
        AND state = 'waiting'
      """)
    if row.state == .delivered { try forgetText(of: delivery.notice.sequence) }
  }

  /// The text of a notice that everybody has is of no more use.
  private func forgetText(of sequence: Int) throws(StoreError) {
    let owed = try connection.first(
      "SELECT 1 FROM delivery WHERE notice = \(sequence) AND state <> 'delivered' LIMIT 1"
    ) { (row) throws(StoreError) in row.integer(0) }
    guard owed == nil else { return }
    try connection.run("UPDATE outbox SET payload = '' WHERE sequence = \(sequence)")
  }

  /// Gives up what a subscriber has been owed since before an instant; returns how much that was.
  func giveUp(
    on subscriber: String, owedSince instant: Instant, _ code: Code, at now: Instant
  ) throws(StoreError) -> Int {
    try connection.run(
      """
      UPDATE delivery SET state = 'failed', code = \(code), ended_at = \(now)
      WHERE destination = \(subscriber) AND state = 'waiting' AND since <= \(instant)
      """)
  }

  /// Has failed deliveries tried again, of one notice or of all; returns how many.
  func retryNotices(
    _ sequence: Int?, by actor: String, at now: Instant
  ) throws(StoreError) -> Int {
    let count =
      if let sequence { try retryOne(sequence, at: now) } else { try retryAll(at: now) }
    guard count > 0 else { return 0 }
    try audit(
      AuditRecord(
        at: now, actor: actor, action: "notices.retried",
        detail: "\(count) deliveries\(sequence.map { " of notice \($0)" } ?? "")"))
    noteNotice()
    return count
  }

  private func retryOne(_ sequence: Int, at now: Instant) throws(StoreError) -> Int {
    try connection.run(
      """
      UPDATE delivery SET state = 'waiting', since = \(now), due_at = \(now), attempts = 0,
        ended_at = NULL
      WHERE notice = \(sequence) AND state = 'failed'
      """)
  }

  private func retryAll(at now: Instant) throws(StoreError) -> Int {
    try connection.run(
      """
      UPDATE delivery SET state = 'waiting', since = \(now), due_at = \(now), attempts = 0,
        ended_at = NULL
      WHERE state = 'failed' AND notice > 0
      """)
  }
}

/// What came of a try as columns.
private struct DeliveryColumns {
  var state: NoticeDelivery.State
  var due: Instant?
  var code: Code?
  var status: Int?
  var ended: Instant?

  init(_ outcome: DeliveryOutcome, at now: Instant) {
    switch outcome {
    case .delivered(let status): (state, self.status, ended) = (.delivered, status, now)
    case .again(let due, let code, let status):
      (state, self.due, self.code, self.status) = (.waiting, due, code, status)
    case .failed(let code, let status):
      (state, self.code, self.status, ended) = (.failed, code, status, now)
    }
  }
}

extension Connection {
  fileprivate func isNews(_ sequence: Int, to subscriber: String) throws(StoreError) -> Bool {
    let heard = try first("SELECT heard_through FROM destination WHERE name = \(subscriber)") {
      (row) throws(StoreError) in row.integer(0)
    }
    return heard.map { sequence > $0 } ?? false
  }
}
