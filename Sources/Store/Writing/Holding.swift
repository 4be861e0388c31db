import PurgeCore

extension HoldID: SQLBindable { var sqlValue: SQLValue { .integer(number) } }

extension Transaction {
  /// Writes a hold and holds back what has not begun; nil when its random number is taken.
  func place(
    _ order: HoldOrder, _ fingerprints: [Fingerprint], as id: HoldID, at now: Instant
  ) throws(StoreError) -> PlacedHold? {
    guard try insert(order, as: id, at: now) else { return nil }
    try audit(
      AuditRecord(
        at: now, actor: order.actor, action: "hold.placed",
        detail: "\(id), \(order.names) names: \(order.reason)"))
    var placed = PlacedHold(id: id)
    for name in fingerprints {
      try connection.run("INSERT INTO hold_name(fingerprint, hold) VALUES (\(name), \(id))")
      for (request, state) in try connection.requests(purging: name) {
        if state.canBeHeld {
          try holdBack(request, state, by: id, order.actor, &placed, at: now)
        } else if !placed.tooLate.contains(request) {
          placed.tooLate.append(request)
        }
      }
    }
    return placed
  }

  private func insert(
    _ order: HoldOrder, as id: HoldID, at now: Instant
  ) throws(StoreError) -> Bool {
    try connection.run(
      """
      INSERT INTO hold(id, reason, matter, names, placed_by, placed_at, until_at)
      VALUES (\(id), \(order.reason), \(order.matter), \(order.names), \(order.actor), \(now),
        \(order.until))
      ON CONFLICT (id) DO NOTHING
      """) == 1
  }

  /// One more hold on a request; the first one stops it, and is when its waiting period stood still.
  private func holdBack(
    _ request: PurgeRequestID, _ state: RequestState, by hold: HoldID, _ actor: String,
    _ placed: inout PlacedHold, at now: Instant
  ) throws(StoreError) {
    guard !placed.heldBack.contains(request) else { return }
    placed.heldBack.append(request)
    let since = try connection.first(
      "SELECT since FROM hold_request WHERE request = \(request) LIMIT 1"
    ) { (row) throws(StoreError) in row.instant(0) }
    try connection.run(
      """
      INSERT INTO hold_request(request, hold, since) VALUES (\(request), \(hold), \(since ?? now))
      """)
    if state == .pending {
      try connection.run(
        "UPDATE request SET state = \(RequestState.onHold) WHERE id = \(request)")
    }
    try audit(
      AuditRecord(
        at: now, actor: actor, action: "request.held", request: request, detail: "\(hold)"))
  }

  /// Ends a hold by a person's decision; returns the requests that go on.
  func release(
    _ hold: HoldID, by actor: String, reason: String, at now: Instant
  ) throws(StoreError) -> [PurgeRequestID] {
    guard let known = try connection.hold(hold) else { throw .unknown(hold) }
    guard known.end == nil else { throw .wrong("release", "\(hold) has ended") }
    return try end(hold, as: "hold.released", by: actor, reason: reason, at: now)
  }

  /// Ends the holds whose time is over; returns the requests that go on.
  func endHolds(at now: Instant) throws(StoreError) -> [PurgeRequestID] {
    let holds = try connection.rows(
      "SELECT id FROM hold WHERE ended_at IS NULL AND until_at <= \(now) ORDER BY until_at"
    ) { (row) throws(StoreError) in row.hold(0) }
    var resumed: [PurgeRequestID] = []
    for hold in holds {
      resumed += try end(
        hold, as: "hold.ended", by: "hub", reason: "its time was over", at: now)
    }
    return resumed
  }

  /// Its names go with it: whoever is not held any more need not be known.
  private func end(
    _ hold: HoldID, as action: String, by actor: String, reason: String, at now: Instant
  ) throws(StoreError) -> [PurgeRequestID] {
    try connection.run(
      """
      UPDATE hold SET ended_at = \(now), ended_by = \(actor), ended_reason = \(reason)
      WHERE id = \(hold)
      """)
    try connection.run("DELETE FROM hold_name WHERE hold = \(hold)")
    try audit(
      AuditRecord(at: now, actor: actor, action: action, detail: "\(hold): \(reason)"))
    let held = try connection.requests(heldBy: hold)
    try connection.run("DELETE FROM hold_request WHERE hold = \(hold)")
    var resumed: [PurgeRequestID] = []
    for (request, since) in held where try connection.holds(on: request).isEmpty {
      if try resume(request, heldSince: since, after: hold, by: actor, at: now) {
        resumed.append(request)
      }
    }
    return resumed
  }

  /// Lets a request go on that no hold stops any more, with the rest of its waiting period; `false`
  /// when it waits for an approval anyway.
  private func resume(
    _ request: PurgeRequestID, heldSince since: Instant, after hold: HoldID, by actor: String,
    at now: Instant
  ) throws(StoreError) -> Bool {
    let left = max(.seconds(0), try startOf(request) - since)
    let isResumed =
      try connection.run(
        """
        UPDATE request SET state = \(RequestState.pending), start_at = \(now + left)
        WHERE id = \(request) AND state = 'onHold'
        """) == 1
    guard isResumed else { return false }
    try audit(
      AuditRecord(
        at: now, actor: actor, action: "request.resumed", request: request, detail: "\(hold)"))
    return true
  }

  private func startOf(_ request: PurgeRequestID) throws(StoreError) -> Instant {
    try connection.first("SELECT start_at FROM request WHERE id = \(request)") {
      (row) throws(StoreError) in row.instant(0)
    } ?? Instant(milliseconds: 0)
  }

  /// Refuses a request one of whose people is under a hold; its tombstones are written.
  func refuseHeld(_ prepared: PreparedAcceptance) throws(StoreError) {
    guard try connection.hasHolds() else { return }
    // A large request's people outnumber those who are held.
    let isHeld =
      prepared.people.isStaged
      ? try connection.isHeld(prepared.id) : try connection.isHeld(prepared.people.tombstones)
    if isHeld { throw .held }
  }
}

extension RequestState {
  /// Whether a hold still comes in time.
  fileprivate var canBeHeld: Bool { [.awaitingApproval, .pending, .onHold].contains(self) }
}

extension StoreError {
  static let held = StoreError(.held, call: "hold", detail: "a person is under a legal hold")
}
