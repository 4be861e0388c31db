public import PurgeCore

extension Store {
  /// The open requests that have people whom a connector's vendor said to have erased since an
  /// instant, oldest first.
  public func replayable(
    at connector: ConnectorName, since instant: Instant
  ) async throws(StoreError) -> [ReplayShare] {
    try await replayable(at: connector, since: instant, page: 500)
  }

  func replayable(
    at connector: ConnectorName, since instant: Instant, page: Int
  ) async throws(StoreError) -> [ReplayShare] {
    var (shares, place): ([ReplayShare], RequestCursor?) = ([], .oldest)
    while let after = place {
      let found = try await readers.read { (connection) throws(StoreError) in
        try connection.replayable(at: connector, since: instant, after: after, limit: page)
      }
      shares += found.shares
      place = found.next
    }
    return shares
  }

  /// The people of a task who would be asked for again.
  public func replayable(
    of task: TaskKey, since instant: Instant
  ) async throws(StoreError) -> [Range<Int>] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.replayable(of: task, since: instant).map(\.range)
    }
  }

  /// Counts the people of ended requests whom a connector's vendor said to have erased since an
  /// instant; after so many requests it stops counting.
  public func forgotten(
    at connector: ConnectorName, since instant: Instant, limit: Int = 10_000
  ) async throws(StoreError) -> ForgottenPeople {
    try await forgotten(at: connector, since: instant, limit: limit, page: 500)
  }

  func forgotten(
    at connector: ConnectorName, since instant: Instant, limit: Int, page: Int
  ) async throws(StoreError) -> ForgottenPeople {
    var found = ForgottenPeople()
    var (seen, place): (Int, RequestEnd?) = (0, RequestEnd(since: instant))
    while let after = place {
      guard seen < limit else {
        found.isComplete = false
        return found
      }
      let (more, next) = try await readers.read { (connection) throws(StoreError) in
        try connection.forgotten(at: connector, since: instant, after: after, limit: page)
      }
      found.requests += more.requests
      found.people += more.people
      (seen, place) = (seen + page, next)
    }
    return found
  }

  /// The open requests that purge somebody who is under a legal hold now.
  public func requestsOfHeld() async throws(StoreError) -> Set<PurgeRequestID> {
    try await readers.read { (connection) throws(StoreError) in try connection.requestsOfHeld() }
  }

  /// Opens what had ended of an order's requests: their people are asked for again, and the old
  /// results are kept beside the new ones.
  ///
  /// The same plan again returns the replay it made before. Requests that ended meanwhile are left
  /// out; throws `wrongState` when nobody is left.
  public func replay(_ order: ReplayOrder, at now: Instant) async throws(StoreError) -> Replay {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.replay(order, at: now)
    }
  }

  /// The replays of a connector, newest first.
  public func replays(
    at connector: ConnectorName, limit: Int
  ) async throws(StoreError) -> [Replay] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.replays(at: connector, limit: limit)
    }
  }

  /// The requests that a replay opened again, in the order of their numbers.
  public func requests(
    of replay: Replay, limit: Int
  ) async throws(StoreError) -> [PurgeRequestID] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.requests(ofReplay: replay.number, limit: limit)
    }
  }

  /// What replays took back of a request's tasks, by connector, oldest first.
  public func replays(of request: PurgeRequestID) async throws(StoreError) -> [TaskReplay] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.replays(of: request)
    }
  }
}

extension RequestCursor {
  fileprivate static let oldest = RequestCursor(
    accepted: Instant(milliseconds: .min), id: PurgeRequestID(bits: 0))
}
