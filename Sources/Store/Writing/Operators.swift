import PurgeCore

extension Transaction {
  /// Ends everything still open of a task by a person's decision; returns how many people.
  func waive(
    _ key: TaskKey, by actor: String, reason: String, at now: Instant
  ) throws(StoreError) -> Int {
    var stored = try existingTask(key)
    guard try requestState(key.request) == .inProgress, !stored.task.state.isClosed else {
      throw .wrong("waive", "the task \(key.request) \(key.connector) has nothing open")
    }
    return try end(
      &stored, as: .waived,
      AuditRecord(
        at: now, actor: actor, action: "task.waived", request: key.request,
        connector: key.connector, detail: reason)
    ) { $0.waive() }
  }

  /// Ends everything still open of a task by the word of the system's owner; returns how many people.
  func attest(
    _ key: TaskKey, by actor: String, statement: String, at now: Instant
  ) throws(StoreError) -> Int {
    var stored = try existingTask(key)
    guard try requestState(key.request) == .inProgress, !stored.task.state.isClosed,
      stored.task.isByHand
    else {
      throw .wrong("attest", "the task \(key.request) \(key.connector) waits for nobody's word")
    }
    return try end(
      &stored, as: .erased,
      AuditRecord(
        at: now, actor: actor, action: "task.attested", request: key.request,
        connector: key.connector, detail: statement)
    ) { $0.attest() }
  }

  /// Ends what is open of a task with one verdict, as a person said; returns how many people.
  private func end(
    _ stored: inout StoredTask, as verdict: Verdict, _ record: AuditRecord,
    _ decide: (inout ConnectorTask) -> Int
  ) throws(StoreError) -> Int {
    let key = stored.task.key
    let open = try connection.openRanges(of: key, total: stored.task.total)
    try removeCallsAndExceptions(of: key)
    let count = decide(&stored.task)
    put(stored, at: record.at)
    for range in open { put(verdict, for: range, of: key, at: record.at) }
    try audit(record)
    return count
  }

  private func removeCallsAndExceptions(of key: TaskKey) throws(StoreError) {
    try connection.run(
      "DELETE FROM call WHERE request = \(key.request) AND connector = \(key.connector)")
    try connection.run(
      """
      DELETE FROM subject_exception
      WHERE request = \(key.request) AND connector = \(key.connector)
      """)
  }

  /// Makes calls of a task's exceptions, neighbours of one verdict together; returns how many people.
  func retry(
    _ key: TaskKey, peoplePerCall: Int, by actor: String, at now: Instant
  ) throws(StoreError) -> Int {
    var stored = try existingTask(key)
    let exceptions = try connection.exceptions(of: key)
    guard !exceptions.isEmpty else { return 0 }
    for range in Self.runs(exceptions, upTo: peoplePerCall) {
      try insert(CallKey(key, range), CallSchedule(due: now))
    }
    try connection.run(
      """
      DELETE FROM subject_exception
      WHERE request = \(key.request) AND connector = \(key.connector)
      """)
    stored.task.retry(exceptions.map { (verdict: $0.verdict, count: 1) })
    put(stored, at: now)
    try audit(
      AuditRecord(
        at: now, actor: actor, action: "task.retried", request: key.request,
        connector: key.connector, detail: "\(exceptions.count) people"))
    return exceptions.count
  }

  /// The ranges of neighbours with one verdict, none longer than a limit.
  private static func runs(
    _ exceptions: [(position: Int, verdict: Verdict)], upTo limit: Int
  ) -> [Range<Int>] {
    var runs: [(range: Range<Int>, verdict: Verdict)] = []
    for (position, verdict) in exceptions {
      if let last = runs.last, last.range.upperBound == position, last.verdict == verdict,
        last.range.count < limit
      {
        runs[runs.count - 1].range = last.range.lowerBound..<(position + 1)
      } else {
        runs.append((position..<(position + 1), verdict))
      }
    }
    return runs.map(\.range)
  }

  /// Cancels a request that has not started; returns its connectors, nil when it is too late.
  func cancel(
    _ request: PurgeRequestID, by actor: String, reason: String, at now: Instant
  ) throws(StoreError) -> [ConnectorName]? {
    guard try requestState(request).successors.contains(.cancelled) else { return nil }
    try audit(
      AuditRecord(
        at: now, actor: actor, action: "request.cancelRequested", request: request,
        detail: reason))
    return try withdraw(request, as: .cancelled, at: now)
  }

  /// Where a request stands; throws `unknownRequest`.
  func requestState(_ request: PurgeRequestID) throws(StoreError) -> RequestState {
    let word = try connection.first("SELECT state FROM request WHERE id = \(request)") {
      (row) throws(StoreError) in row.text(0)
    }
    guard let word else { throw .unknown(request) }
    guard let state = RequestState(rawValue: word) else { throw .damaged("a request") }
    return state
  }
}

extension Connection {
  /// What has no final verdict of a task: the gaps between its results.
  fileprivate func openRanges(
    of key: TaskKey, total: Int
  ) throws(StoreError) -> [Range<Int>] {
    let settled = try rows(
      """
      SELECT first, people FROM task_result
      WHERE request = \(key.request) AND connector = \(key.connector) ORDER BY first
      """
    ) { (row) throws(StoreError) in (row.integer(0), row.integer(1)) }
    var (open, position): ([Range<Int>], Int) = ([], 0)
    for (first, people) in settled + [(total, 0)] {
      if position < first { open.append(position..<first) }
      position = first + people
    }
    return open
  }

  fileprivate func exceptions(
    of key: TaskKey
  ) throws(StoreError) -> [(position: Int, verdict: Verdict)] {
    try rows(
      """
      SELECT position, verdict, code FROM subject_exception
      WHERE request = \(key.request) AND connector = \(key.connector) ORDER BY position
      """
    ) { (row) throws(StoreError) in
      guard let verdict = Verdict(number: row.integer(1), code: row.integer(2)) else {
        throw StoreError.damaged("an exception")
      }
      return (row.integer(0), verdict)
    }
  }
}

extension StoreError {
  static func unknown(_ request: PurgeRequestID) -> StoreError {
    StoreError(.unknownRequest, call: "request", detail: "there is no request \(request)")
  }

  static func wrong(_ call: String, _ detail: String) -> StoreError {
    StoreError(.wrongState, call: call, detail: detail)
  }
}
