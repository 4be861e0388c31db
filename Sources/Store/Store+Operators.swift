public import PurgeCore

/// What came of a wish to cancel.
public enum Cancellation: Sendable, Hashable {
  /// It is cancelled; these connectors had tasks of it.
  case cancelled([ConnectorName])
  /// It is past its point of no return; the record shows what went out.
  case tooLate(RequestRecord)
}

extension Store {
  /// Ends everything still open of a task by a person's decision; returns how many people.
  ///
  /// Throws `unknownTask`, or `wrongState` when nothing is open or the request is still waiting.
  public func waive(
    _ task: TaskKey, by actor: String, reason: String, at now: Instant
  ) async throws(StoreError) -> Int {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.waive(task, by: actor, reason: reason, at: now)
    }
  }

  /// Ends everything still open of a task where a person erases by hand, by that person's word; returns
  /// how many people.
  ///
  /// Throws `unknownTask`, or `wrongState` when nothing is open, the request is still waiting, or calls
  /// are made there.
  public func attest(
    _ task: TaskKey, by actor: String, statement: String, at now: Instant
  ) async throws(StoreError) -> Int {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.attest(task, by: actor, statement: statement, at: now)
    }
  }

  /// Asks again for everybody of a task who needs a decision; returns how many.
  ///
  /// Neighbours with the same verdict share a call of at most so many people.
  public func retry(
    _ task: TaskKey, peoplePerCall: Int = 1, by actor: String, at now: Instant
  ) async throws(StoreError) -> Int {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.retry(task, peoplePerCall: peoplePerCall, by: actor, at: now)
    }
  }

  /// Cancels a request that has not started; its people are shredded.
  public func cancel(
    _ request: PurgeRequestID, by actor: String, reason: String, at now: Instant
  ) async throws(StoreError) -> Cancellation {
    let connectors = try await writer.write { (transaction) throws(StoreError) in
      try transaction.cancel(request, by: actor, reason: reason, at: now)
    }
    if let connectors { return .cancelled(connectors) }
    return .tooLate(try await self.request(request))
  }

  /// Ends a request's waiting period now and returns its connectors.
  ///
  /// Throws `wrongState` when it does not wait.
  public func release(
    _ request: PurgeRequestID, by actor: String, at now: Instant
  ) async throws(StoreError) -> [ConnectorName] {
    try await writer.write { (transaction) throws(StoreError) in
      guard try transaction.requestState(request) == .pending else {
        throw StoreError.wrong("release", "\(request) does not wait")
      }
      try transaction.audit(
        AuditRecord(at: now, actor: actor, action: "request.released", request: request))
      return try transaction.start(request, at: now)
    }
  }
}

extension Store {
  /// Every connector the store has heard of, by name.
  public func connectors() async throws(StoreError) -> [ConnectorRecord] {
    let keys = keys
    return try await readers.read { (connection) throws(StoreError) in
      try connection.connectors(keys)
    }
  }

  /// Writes a connector's state; disabling blocks its open tasks, any other state unblocks them.
  ///
  /// This is a person's or the configuration's word, so it may end a disabled state. A revision given
  /// is remembered with its text, which is sealed; nil leaves the last one.
  public func setConnector(
    _ name: ConnectorName, to state: ConnectorState, revision: ConnectorText? = nil,
    by actor: String, detail: String = "", at now: Instant
  ) async throws(StoreError) {
    let sealed = try revision.map { (given) throws(StoreError) in try given.sealed(name, keys) }
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.change(name, to: state, at: now)
      if let revision, let sealed {
        try transaction.connection.run(
          """
          UPDATE connector_state SET revision = \(revision.revision), good_revision = \(sealed)
          WHERE connector = \(name)
          """)
      }
      try transaction.audit(
        AuditRecord(
          at: now, actor: actor, action: "connector.\(state.word)",
          connector: name, detail: detail.isEmpty ? state.auditDetail : detail))
    }
  }

  /// A page of a connector's open tasks in requests after one, in the order of their numbers.
  public func openTasks(
    of connector: ConnectorName, after request: PurgeRequestID? = nil, limit: Int
  ) async throws(StoreError) -> [ConnectorTask] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.openTasks(of: connector, after: request, limit: limit)
    }
  }

  /// Connectors that owe something but are not among the configured ones.
  public func ghosts(
    besides configured: Set<ConnectorName>
  ) async throws(StoreError) -> [ConnectorName] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.connectorsWithOpenTasks().filter { !configured.contains($0) }
    }
  }
}

extension Store {
  /// Writes an entry of the audit trail for something decided outside the store.
  public func audit(
    _ action: String, by actor: String, request: PurgeRequestID? = nil,
    connector: ConnectorName? = nil, detail: String = "", at now: Instant
  ) async throws(StoreError) {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.audit(
        AuditRecord(
          at: now, actor: actor, action: action, request: request, connector: connector,
          detail: detail))
    }
  }

  /// A page of the audit trail after an entry, of one request or of all.
  public func auditEntries(
    of request: PurgeRequestID? = nil, after sequence: Int = 0, limit: Int
  ) async throws(StoreError) -> [AuditEntry] {
    try await readers.read { (connection) throws(StoreError) in
      guard let request else { return try connection.audit(after: sequence, limit: limit) }
      return try connection.audit(of: request, after: sequence, limit: limit)
    }
  }

  /// Follows the whole audit trail, a page at a time, and tells where it was tampered with.
  ///
  /// Entries that were cut off at its end leave no gap: compare its length and last link with what
  /// was noted elsewhere, such as in a receipt.
  public func verifyAudit() async throws(StoreError) -> AuditVerdict {
    var chain = AuditChain()
    while true {
      let after = chain.entries
      let page = try await readers.read { (connection) throws(StoreError) in
        try connection.audit(after: after, limit: 1_000)
      }
      guard try chain.follows(page) else { return .broken(sequence: chain.entries + 1) }
      if page.isEmpty { return .intact(entries: chain.entries, last: chain.last) }
    }
  }

  /// Reads the whole database and throws `corrupt` when a page or an index is damaged.
  public func check() async throws(StoreError) {
    let word = try await readers.read { (connection) throws(StoreError) in
      try connection.first("PRAGMA quick_check(1)") { (row) throws(StoreError) in row.text(0) }
    }
    guard word == "ok" else {
      throw StoreError(.corrupt, call: "quick_check", detail: word ?? "no answer")
    }
  }
}
