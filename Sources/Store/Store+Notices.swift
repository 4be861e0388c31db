public import PurgeCore

extension Store {
  /// Calls back after each commit that left a notice, before anybody is told of the commit; it must
  /// return at once.
  public func whenNoticeIsLeft(_ heard: @escaping @Sendable () -> Void) async throws(StoreError) {
    try await writer.between { (desk) throws(StoreError) in desk.onNotice = heard }
  }

  /// Makes these the only ones who are told; a new one hears what happens from now on.
  ///
  /// Writes nothing when they are the ones of before.
  public func subscribe(_ names: [String]) async throws(StoreError) {
    let known = try await readers.read { (connection) throws(StoreError) in
      try connection.subscribers()
    }
    guard Set(known) != Set(names) else { return }
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.subscribe(names)
    }
  }

  /// Leaves notices of the marks that requests have passed, at 50, 75, 90 and 100 percent of their
  /// time, each once; returns when the next is passed, nil when none will be.
  ///
  /// It looks only at requests that have passed one; it writes nothing when none has.
  public func tellDeadlines(at now: Instant) async throws(StoreError) -> Instant? {
    while true {
      let next = try await readers.read { (connection) throws(StoreError) in
        try connection.nextMark()
      }
      guard let next, next <= now else { return next }
      _ = try await writer.write { (transaction) throws(StoreError) in
        try transaction.tellDeadlines(upTo: 200, at: now)
      }
    }
  }

  /// Makes a delivery of each new notice for each subscriber that wants it; says whether there was one.
  ///
  /// Writes nothing when there was none.
  @discardableResult
  public func distribute(
    to subscribers: [NoticeSubscriber], at now: Instant
  ) async throws(StoreError) -> Bool {
    let page = 200
    var isNew = false
    while try await !notices(limit: 1).isEmpty {
      isNew = true
      let count = try await writer.write { (transaction) throws(StoreError) in
        try transaction.distribute(to: subscribers, upTo: page, at: now)
      }
      guard count == page else { break }
    }
    return isNew
  }

  /// What a subscriber is owed first, due or not; nil when it is owed nothing.
  public func nextDelivery(to subscriber: String) async throws(StoreError) -> NoticeDelivery? {
    try await readers.read { (connection) throws(StoreError) in
      try connection.nextDelivery(to: subscriber)
    }
  }

  /// How many deliveries wait for a subscriber.
  public func countWaiting(for subscriber: String) async throws(StoreError) -> Int {
    try await readers.read { (connection) throws(StoreError) in
      try connection.countWaiting(for: subscriber)
    }
  }

  /// Writes what came of a try.
  public func record(
    _ outcome: DeliveryOutcome, of delivery: NoticeDelivery, at now: Instant
  ) async throws(StoreError) {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.record(outcome, of: delivery, at: now)
    }
  }

  /// Gives up what a subscriber has been owed since before an instant; returns how much that was.
  public func giveUp(
    on subscriber: String, owedSince instant: Instant, _ code: Code, at now: Instant
  ) async throws(StoreError) -> Int {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.giveUp(on: subscriber, owedSince: instant, code, at: now)
    }
  }

  /// Gives up what those who are not told any more have been owed since before an instant; until then
  /// they may come back, as after a start with another settings file.
  public func giveUp(
    onAllBut names: [String], owedSince instant: Instant, _ code: Code, at now: Instant
  ) async throws(StoreError) {
    let owed = try await readers.read { (connection) throws(StoreError) in
      try connection.owedSubscribers()
    }
    for name in owed where !names.contains(name) {
      _ = try await giveUp(on: name, owedSince: instant, code, at: now)
    }
  }

  /// Leaves a notice that goes to everybody, so that a person sees whether they can be told.
  public func leaveTestNotice(by actor: String, at now: Instant) async throws(StoreError) {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.tell(.hubTest, of: nil, at: now)
      try transaction.audit(AuditRecord(at: now, actor: actor, action: "notices.tested"))
    }
  }

  /// Has failed deliveries tried again, of one notice or of all; returns how many.
  public func retryNotices(
    _ sequence: Int?, by actor: String, at now: Instant
  ) async throws(StoreError) -> Int {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.retryNotices(sequence, by: actor, at: now)
    }
  }

  /// Notices not yet distributed, after one of them.
  public func notices(
    after sequence: Int = 0, limit: Int
  ) async throws(StoreError) -> [OutboxNotice] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.notices(after: sequence, limit: limit)
    }
  }

  /// A page of all notices with their deliveries, before one of them, newest first.
  public func outbox(
    before sequence: Int?, limit: Int
  ) async throws(StoreError) -> [(notice: OutboxNotice, deliveries: [NoticeDelivery])] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.outbox(before: sequence ?? .max, limit: limit).map {
        (notice) throws(StoreError) in
        (notice, try connection.deliveries(of: notice.sequence))
      }
    }
  }

  /// A page of deliveries that were given up, of notices before one, newest first.
  public func failedDeliveries(
    before sequence: Int?, limit: Int
  ) async throws(StoreError) -> [NoticeDelivery] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.failedDeliveries(before: sequence ?? .max, limit: limit)
    }
  }
}
