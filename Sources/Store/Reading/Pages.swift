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
    ) { (row) throws(StoreError) in
      guard let verdict = Verdict(number: row.integer(2), code: 0) else {
        throw StoreError.damaged("a result")
      }
      let first = row.integer(0)
      return TaskResult(
        range: first..<(first + row.integer(1)), verdict: verdict, ended: row.instant(3))
    }
  }

  func attempts(
    of key: TaskKey, before instant: Instant, limit: Int
  ) throws(StoreError) -> [Attempt] {
    try rows(
      """
      SELECT ended_at, first, people, number, began_at, exchanges, status, code, evidence
      FROM attempt
      WHERE request = \(key.request) AND connector = \(key.connector) AND ended_at < \(instant)
      ORDER BY ended_at DESC, first DESC LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in
      let first = row.integer(1)
      return Attempt(
        call: CallKey(key, first..<(first + row.integer(2))), number: row.integer(3),
        began: row.instant(4), ended: row.instant(0), exchanges: row.integer(5),
        status: row.optionalInteger(6), code: Code(row.integer(7)),
        evidence: AttemptEvidence.fields(row.optionalText(8)))
    }
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

  /// The requests, cancelled ones left out, that purge one of these names.
  func purges(of fingerprint: Fingerprint) throws(StoreError) -> [PurgeRequestID] {
    try rows(
      """
      SELECT tombstone.request FROM tombstone JOIN request ON request.id = tombstone.request
      WHERE tombstone.fingerprint = \(fingerprint) AND request.state NOT IN ('cancelled', 'rejected')
      ORDER BY request.accepted_at DESC
      """
    ) { (row) throws(StoreError) in row.request(0) }
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

  /// Follows the chain from its beginning, a page at a time.
  func verifyAudit() throws(StoreError) -> AuditVerdict {
    var (count, last): (Int, [UInt8]) = (0, [])
    while true {
      let page = try audit(after: count, limit: 1_000)
      for entry in page {
        let fits = try entry.record.link(count + 1, after: last) == entry.hash
        guard entry.sequence == count + 1, fits else { return .broken(sequence: count + 1) }
        (count, last) = (entry.sequence, entry.hash)
      }
      if page.isEmpty { return .intact(entries: count, last: last) }
    }
  }
}

extension AuditEntry {
  fileprivate init(_ row: borrowing Row) {
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
