import PurgeCore

extension Connection {
  func exceptions(
    of key: TaskKey, from position: Int, limit: Int
  ) throws(StoreError) -> [SubjectException] {
    try rows(
      """
      SELECT position, verdict, code, ended_at FROM subject_exception
      WHERE request = \(key.request) AND connector = \(key.connector) AND position >= \(position)
      ORDER BY position LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in
      guard let verdict = Verdict(number: row.integer(1), code: row.integer(2)) else {
        throw StoreError.damaged("an exception")
      }
      return SubjectException(
        position: row.integer(0), verdict: verdict, ended: row.instant(3))
    }
  }

  func results(
    of key: TaskKey, from position: Int, limit: Int
  ) throws(StoreError) -> [TaskResult] {
    try rows(
      """
      SELECT first, people, verdict, ended_at FROM task_result
      WHERE request = \(key.request) AND connector = \(key.connector) AND first >= \(position)
      ORDER BY first LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in try TaskResult(row) }
  }

  /// The open tasks of a connector in requests after one, in the order of their numbers.
  func openTasks(
    of name: ConnectorName, after request: PurgeRequestID?, limit: Int
  ) throws(StoreError) -> [ConnectorTask] {
    let requests = try rows(
      """
      SELECT request FROM task
      WHERE connector = \(name) AND is_open = 1 AND request > \(request?.number ?? -1)
      ORDER BY request LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in row.request(0) }
    var tasks: [ConnectorTask] = []
    for request in requests {
      if let stored = try task(TaskKey(request, name)) { tasks.append(stored.task) }
    }
    return tasks
  }

  /// The requests, those left out that came to nothing or wait for an approval, that purge a name,
  /// newest first.
  func purges(of fingerprint: Fingerprint) throws(StoreError) -> [PurgeMention] {
    try rows(
      """
      SELECT tombstone.request, request.accepted_at
      FROM tombstone JOIN request ON request.id = tombstone.request
      WHERE tombstone.fingerprint = \(fingerprint) AND request.state NOT IN
        ('cancelled', 'rejected', 'awaitingApproval')
      ORDER BY request.accepted_at DESC
      """
    ) { (row) throws(StoreError) in
      PurgeMention(request: row.request(0), accepted: row.instant(1))
    }
  }

  /// The connectors that have open tasks, one look-up each.
  func connectorsWithOpenTasks() throws(StoreError) -> [ConnectorName] {
    var names: [ConnectorName] = []
    while let next = try first(
      """
      SELECT connector FROM task
      WHERE is_open = 1 AND connector > \(names.last?.description ?? "")
      ORDER BY connector LIMIT 1
      """, { (row) throws(StoreError) in row.connector(0) })
    {
      names.append(next)
    }
    return names
  }
}

extension Connection {
  func audit(after sequence: Int, limit: Int) throws(StoreError) -> [AuditEntry] {
    try rows(
      """
      SELECT sequence, at, actor, action, request, connector, detail, hash FROM audit
      WHERE sequence > \(sequence) ORDER BY sequence LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in AuditEntry(row) }
  }

  func audit(
    of request: PurgeRequestID, after sequence: Int, limit: Int
  ) throws(StoreError) -> [AuditEntry] {
    try rows(
      """
      SELECT sequence, at, actor, action, request, connector, detail, hash FROM audit
      WHERE request = \(request) AND sequence > \(sequence) ORDER BY sequence LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in AuditEntry(row) }
  }
}

/// The chain of the audit trail as far as it was followed.
struct AuditChain {
  /// How many entries fit.
  private(set) var entries = 0
  /// The link of the last of them.
  private(set) var last: [UInt8] = []

  /// Goes on along entries, up to the first that does not fit; whether all of them do.
  mutating func follows(_ page: [AuditEntry]) throws(StoreError) -> Bool {
    for entry in page {
      guard entry.sequence == entries + 1,
        try entry.record.link(entries + 1, after: last) == entry.hash
      else { return false }
      (entries, last) = (entry.sequence, entry.hash)
    }
    return true
  }
}

extension AuditEntry {
  init(_ row: borrowing Row) {
    sequence = row.integer(0)
    at = row.instant(1)
    actor = row.text(2)
    action = row.text(3)
    request = row.isNull(4) ? nil : row.request(4)
    connector = row.isNull(5) ? nil : row.connector(5)
    detail = row.text(6)
    hash = row.bytes(7)
  }

  fileprivate var record: AuditRecord {
    AuditRecord(
      at: at, actor: actor, action: action, request: request, connector: connector, detail: detail)
  }
}

extension TaskResult {
  /// Reads the columns first, people, verdict and ended_at.
  init(_ row: borrowing Row) throws(StoreError) {
    guard let verdict = Verdict(number: row.integer(2), code: 0) else {
      throw StoreError.damaged("a result")
    }
    let first = row.integer(0)
    self.init(range: first..<(first + row.integer(1)), verdict: verdict, ended: row.instant(3))
  }
}
