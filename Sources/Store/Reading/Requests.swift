import PurgeCore

extension Connection {
  /// A request with its tasks; nil when there is none.
  func request(_ id: PurgeRequestID) throws(StoreError) -> RequestRecord? {
    let record = try first(
      """
      SELECT id, state, lane, purpose, regulation, total, accepted_at, deadline, start_at,
        ended_at, actor, consent
      FROM request WHERE id = \(id)
      """
    ) { (row) throws(StoreError) in try RequestRecord(row) }
    return try record.map { (record) throws(StoreError) in try withTasks(record) }
  }

  /// A page of requests, newest first, older than a place.
  func requests(
    after place: RequestCursor, limit: Int, openOnly: Bool
  ) throws(StoreError) -> [RequestRecord] {
    let records = openOnly ? try open(after: place, limit) : try all(after: place, limit)
    return try records.map { (record) throws(StoreError) in try withTasks(record) }
  }

  private func all(
    after place: RequestCursor, _ limit: Int
  ) throws(StoreError) -> [RequestRecord] {
    try rows(
      """
      SELECT id, state, lane, purpose, regulation, total, accepted_at, deadline, start_at,
        ended_at, actor, consent
      FROM request WHERE (accepted_at, id) < (\(place.accepted), \(place.id))
      ORDER BY accepted_at DESC, id DESC LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in try RequestRecord(row) }
  }

  private func open(
    after place: RequestCursor, _ limit: Int
  ) throws(StoreError) -> [RequestRecord] {
    try rows(
      """
      SELECT id, state, lane, purpose, regulation, total, accepted_at, deadline, start_at,
        ended_at, actor, consent
      FROM request WHERE ended_at IS NULL AND (accepted_at, id) < (\(place.accepted), \(place.id))
      ORDER BY accepted_at DESC, id DESC LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in try RequestRecord(row) }
  }

  private func withTasks(_ record: RequestRecord) throws(StoreError) -> RequestRecord {
    var record = record
    record.tasks = try tasks(of: record.id).map(\.task)
    return record
  }
}

extension RequestRecord {
  fileprivate init(_ row: borrowing Row) throws(StoreError) {
    guard let state = RequestState(rawValue: row.text(1)), let lane = Lane(rawValue: row.integer(2))
    else { throw StoreError.damaged("a request") }
    id = row.request(0)
    self.state = state
    self.lane = lane
    purpose = PurgePurpose(word: row.text(3), regulation: row.optionalText(4))
    total = row.integer(5)
    accepted = row.instant(6)
    deadline = row.instant(7)
    startAt = row.optionalInstant(8)
    ended = row.optionalInstant(9)
    actor = row.text(10)
    consent = row.isNull(11) ? nil : row.bytes(11)
    tasks = []
  }
}
