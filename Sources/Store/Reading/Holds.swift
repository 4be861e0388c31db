import PurgeCore

extension Row {
  func hold(_ column: Int32) -> HoldID { HoldID(bits: UInt64(bitPattern: Int64(integer(column)))) }
}

extension Connection {
  /// A hold; nil when there is none.
  func hold(_ id: HoldID) throws(StoreError) -> LegalHold? {
    try first(
      """
      SELECT id, reason, matter, names, placed_by, placed_at, until_at, ended_at, ended_by,
        ended_reason
      FROM hold WHERE id = \(id)
      """
    ) { (row) throws(StoreError) in LegalHold(row) }
  }

  func allHolds(after place: HoldCursor, _ limit: Int) throws(StoreError) -> [LegalHold] {
    try rows(
      """
      SELECT id, reason, matter, names, placed_by, placed_at, until_at, ended_at, ended_by,
        ended_reason
      FROM hold WHERE (placed_at, id) < (\(place.placed), \(place.id))
      ORDER BY placed_at DESC, id DESC LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in LegalHold(row) }
  }

  func activeHolds(after place: HoldCursor, _ limit: Int) throws(StoreError) -> [LegalHold] {
    try rows(
      """
      SELECT id, reason, matter, names, placed_by, placed_at, until_at, ended_at, ended_by,
        ended_reason
      FROM hold WHERE ended_at IS NULL AND (placed_at, id) < (\(place.placed), \(place.id))
      ORDER BY placed_at DESC, id DESC LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in LegalHold(row) }
  }

  /// When the next hold ends by itself; nil when none will.
  func nextHoldEnd() throws(StoreError) -> Instant? {
    try first(
      """
      SELECT until_at FROM hold WHERE ended_at IS NULL AND until_at > -1
      ORDER BY until_at LIMIT 1
      """
    ) { (row) throws(StoreError) in row.instant(0) }
  }

  /// Whether any name is held; the names of holds that ended are gone.
  func hasHolds() throws(StoreError) -> Bool {
    try first("SELECT hold FROM hold_name WHERE hold > -1 LIMIT 1") { (row) throws(StoreError) in
      row.hold(0)
    } != nil
  }

  /// The active holds that list a name.
  func holds(naming fingerprint: Fingerprint) throws(StoreError) -> [HoldID] {
    try rows("SELECT hold FROM hold_name WHERE fingerprint = \(fingerprint) ORDER BY hold") {
      (row) throws(StoreError) in row.hold(0)
    }
  }

  func isHeld(_ names: [Fingerprint]) throws(StoreError) -> Bool {
    for name in names where try !holds(naming: name).isEmpty { return true }
    return false
  }

  /// Whether a request purges somebody who is held, by going through all who are.
  func isHeld(_ request: PurgeRequestID) throws(StoreError) -> Bool {
    try first(
      """
      SELECT hold_name.hold FROM hold_name JOIN tombstone
        ON tombstone.fingerprint = hold_name.fingerprint AND tombstone.request = \(request)
      WHERE hold_name.hold > -1 LIMIT 1
      """
    ) { (row) throws(StoreError) in row.hold(0) } != nil
  }

  /// The requests, those left out that came to nothing, that name a person so.
  func requests(
    purging name: Fingerprint
  ) throws(StoreError) -> [(request: PurgeRequestID, state: RequestState)] {
    try rows(
      """
      SELECT request.id, request.state FROM tombstone JOIN request ON request.id = tombstone.request
      WHERE tombstone.fingerprint = \(name) AND request.state NOT IN ('cancelled', 'rejected')
      ORDER BY tombstone.request
      """
    ) { (row) throws(StoreError) in
      guard let state = RequestState(rawValue: row.text(1)) else {
        throw StoreError.damaged("a request")
      }
      return (row.request(0), state)
    }
  }

  /// The requests that a hold keeps from going on, and since when they are held by any.
  func requests(
    heldBy hold: HoldID
  ) throws(StoreError) -> [(request: PurgeRequestID, since: Instant)] {
    try rows("SELECT request, since FROM hold_request WHERE hold = \(hold) ORDER BY request") {
      (row) throws(StoreError) in (row.request(0), row.instant(1))
    }
  }

  /// The holds that keep a request from going on.
  func holds(on request: PurgeRequestID) throws(StoreError) -> [HoldID] {
    try rows("SELECT hold FROM hold_request WHERE request = \(request) ORDER BY hold") {
      (row) throws(StoreError) in row.hold(0)
    }
  }
}

extension LegalHold {
  fileprivate init(_ row: borrowing Row) {
    id = row.hold(0)
    reason = row.text(1)
    matter = row.optionalText(2)
    names = row.integer(3)
    actor = row.text(4)
    placed = row.instant(5)
    until = row.optionalInstant(6)
    end = row.optionalInstant(7).map { at in
      End(at: at, actor: row.optionalText(8) ?? "", reason: row.optionalText(9) ?? "")
    }
  }
}
