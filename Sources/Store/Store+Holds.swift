import Crypto
public import PurgeCore

extension Store {
  /// Places a legal hold; requests that have not begun and purge one of its people are held back in
  /// the same transaction.
  ///
  /// Throws `wrongState` when it names nobody.
  public func place(_ order: HoldOrder, at now: Instant) async throws(StoreError) -> PlacedHold {
    let fingerprints = Set(order.fingerprints).sorted()
    guard !fingerprints.isEmpty else { throw .wrong("hold", "a hold needs at least one name") }
    while true {
      let id = HoldID(bits: try RandomBytes.bits())
      let placed = try await writer.write { (transaction) throws(StoreError) in
        try transaction.place(order, fingerprints, as: id, at: now)
      }
      if let placed { return placed }
    }
  }

  /// Ends a hold by a person's decision; returns the requests that go on by it.
  ///
  /// Throws `unknownHold`, or `wrongState` when it has ended.
  public func release(
    _ hold: HoldID, by actor: String, reason: String, at now: Instant
  ) async throws(StoreError) -> [PurgeRequestID] {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.release(hold, by: actor, reason: reason, at: now)
    }
  }

  /// Ends the holds whose time is over; returns the requests that go on by it.
  ///
  /// A hold that has ended stays so, whatever becomes of the clock.
  @discardableResult
  public func endHolds(at now: Instant) async throws(StoreError) -> [PurgeRequestID] {
    guard let next = try await nextHoldEnd(), next <= now else { return [] }
    return try await writer.write { (transaction) throws(StoreError) in
      try transaction.endHolds(at: now)
    }
  }

  /// When the next hold ends by itself; nil when none will.
  public func nextHoldEnd() async throws(StoreError) -> Instant? {
    try await readers.read { (connection) throws(StoreError) in try connection.nextHoldEnd() }
  }

  /// Whether any hold is active: if not, nobody needs to be looked up.
  public func hasHolds() async throws(StoreError) -> Bool {
    try await readers.read { (connection) throws(StoreError) in try connection.hasHolds() }
  }

  /// The active holds that list one of these names, by its place among them.
  public func holds(
    naming fingerprints: [Fingerprint]
  ) async throws(StoreError) -> [(place: Int, hold: HoldID)] {
    try await readers.read { (connection) throws(StoreError) in
      var found: [(place: Int, hold: HoldID)] = []
      for (place, fingerprint) in fingerprints.enumerated() {
        for hold in try connection.holds(naming: fingerprint) { found.append((place, hold)) }
      }
      return found
    }
  }

  /// A hold; throws `unknownHold`.
  public func hold(_ id: HoldID) async throws(StoreError) -> LegalHold {
    let hold = try await readers.read { (connection) throws(StoreError) in
      try connection.hold(id)
    }
    guard let hold else { throw .unknown(id) }
    return hold
  }

  /// A page of holds, newest first, after a place; nil begins with the newest.
  public func holds(
    after place: HoldCursor? = nil, limit: Int, activeOnly: Bool
  ) async throws(StoreError) -> [LegalHold] {
    try await readers.read { (connection) throws(StoreError) in
      let place = place ?? .newest
      return activeOnly
        ? try connection.activeHolds(after: place, limit)
        : try connection.allHolds(after: place, limit)
    }
  }

  /// The requests that a hold keeps from going on.
  public func requests(heldBy hold: HoldID) async throws(StoreError) -> [PurgeRequestID] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.requests(heldBy: hold).map(\.request)
    }
  }

  /// The holds that keep a request from going on.
  public func holds(on request: PurgeRequestID) async throws(StoreError) -> [HoldID] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.holds(on: request)
    }
  }
}

extension StoreError {
  static func unknown(_ hold: HoldID) -> StoreError {
    StoreError(.unknownHold, call: "hold", detail: "there is no hold \(hold)")
  }
}
