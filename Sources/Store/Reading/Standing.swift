public import PurgeCore

/// Where a task's calls stand: the last try, and what comes next.
public struct TaskStanding: Sendable, Hashable {
  /// The newest attempt; nil while nothing was tried.
  public var last: Attempt?
  /// When the first of its calls is due, which may be in the past; nil when none waits.
  public var due: Instant?
  /// When the vendor's job that ends first is given up; nil when no job is with the vendor.
  public var giveUp: Instant?
}

/// A place in the list of a task's attempts.
public struct AttemptCursor: Sendable, Hashable {
  /// When the attempt at the place ended.
  public var ended: Instant
  /// The people it was made for.
  public var range: Range<Int>
  /// Which try it was.
  public var number: Int

  /// Makes a place of its parts.
  public init(ended: Instant, range: Range<Int>, number: Int) {
    self.ended = ended
    self.range = range
    self.number = number
  }

  /// The place of an attempt: the page after it begins with the next one.
  public init(_ attempt: Attempt) {
    self.init(ended: attempt.ended, range: attempt.call.range, number: attempt.number)
  }
}

extension Store {
  /// Where the calls of tasks stand, in the order of the tasks; one look-up each, no row is counted.
  ///
  /// Of a task with very many calls, the first two hundred are looked at.
  public func standings(of tasks: [TaskKey]) async throws(StoreError) -> [TaskStanding] {
    try await readers.read { (connection) throws(StoreError) in
      try tasks.map { (key) throws(StoreError) in try connection.standing(of: key) }
    }
  }

  /// A page of a task's attempts, oldest or newest first, after a place; nil begins at that end.
  public func attempts(
    of task: TaskKey, after place: AttemptCursor? = nil, newestFirst: Bool = false, limit: Int
  ) async throws(StoreError) -> [Attempt] {
    try await readers.read { (connection) throws(StoreError) in
      newestFirst
        ? try connection.attempts(of: task, before: place ?? .end, limit)
        : try connection.attempts(of: task, after: place ?? .beginning, limit)
    }
  }

  /// The newest entries of the audit trail about a connector, newest first, not older than one.
  public func auditEntries(
    of connector: ConnectorName, since sequence: Int, limit: Int
  ) async throws(StoreError) -> [AuditEntry] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.audit(of: connector, since: sequence, limit: limit)
    }
  }
}

extension AttemptCursor {
  fileprivate static let beginning = AttemptCursor(
    ended: Instant(milliseconds: .min), range: 0..<0, number: 0)
  static let end = AttemptCursor(
    ended: Instant(milliseconds: .max), range: 0..<0, number: 0)
}

extension Connection {
  fileprivate func standing(of key: TaskKey) throws(StoreError) -> TaskStanding {
    let last = try attempts(of: key, before: .end, 1).first
    let calls = try rows(
      """
      SELECT due_at, give_up_at FROM call
      WHERE request = \(key.request) AND connector = \(key.connector) ORDER BY first LIMIT 200
      """
    ) { (row) throws(StoreError) in (row.instant(0), row.optionalInstant(1)) }
    return TaskStanding(
      last: last, due: calls.map(\.0).min(), giveUp: calls.compactMap(\.1).min())
  }

  /// The attempts of a task, newest first, before a place.
  func attempts(
    of key: TaskKey, before place: AttemptCursor, _ limit: Int
  ) throws(StoreError) -> [Attempt] {
    try rows(
      """
      SELECT ended_at, first, people, number, began_at, exchanges, status, code, evidence
      FROM attempt
      WHERE request = \(key.request) AND connector = \(key.connector)
        AND (ended_at, first, people, number)
          < (\(place.ended), \(place.range.lowerBound), \(place.range.count), \(place.number))
      ORDER BY ended_at DESC, first DESC, people DESC, number DESC LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in Attempt(row, of: key) }
  }

  fileprivate func attempts(
    of key: TaskKey, after place: AttemptCursor, _ limit: Int
  ) throws(StoreError) -> [Attempt] {
    try rows(
      """
      SELECT ended_at, first, people, number, began_at, exchanges, status, code, evidence
      FROM attempt
      WHERE request = \(key.request) AND connector = \(key.connector)
        AND (ended_at, first, people, number)
          > (\(place.ended), \(place.range.lowerBound), \(place.range.count), \(place.number))
      ORDER BY ended_at, first, people, number LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in Attempt(row, of: key) }
  }

  fileprivate func audit(
    of connector: ConnectorName, since sequence: Int, limit: Int
  ) throws(StoreError) -> [AuditEntry] {
    try rows(
      """
      SELECT sequence, at, actor, action, request, connector, detail, hash FROM audit
      WHERE connector = \(connector) AND sequence >= \(sequence)
      ORDER BY sequence DESC LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in AuditEntry(row) }
  }
}

extension Attempt {
  init(_ row: borrowing Row, of key: TaskKey) {
    let first = row.integer(1)
    self.init(
      call: CallKey(key, first..<(first + row.integer(2))), number: row.integer(3),
      began: row.instant(4), ended: row.instant(0), exchanges: row.integer(5),
      status: row.optionalInteger(6), code: Code(row.integer(7)),
      evidence: AttemptEvidence.fields(row.optionalText(8)))
  }
}
