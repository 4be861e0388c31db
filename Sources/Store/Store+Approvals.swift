public import PurgeCore

/// What a second person agrees to; all of it becomes effective together.
public struct Approval: Sendable {
  /// The request.
  public var request: PurgeRequestID
  /// The plan that was cited.
  public var plan: String
  /// When the waiting period ends; nil: it starts at once.
  public var startAt: Instant?
  /// What each configured connector owes.
  public var connectors: [ConnectorShare]
  /// The connectors whose settings name one of the people; they are disabled.
  public var references: [ConnectorReferences]
  /// Who approves; never the one who confirmed.
  public var actor: String

  /// Makes an approval.
  public init(
    of request: PurgeRequestID, plan: String, startAt: Instant? = nil,
    connectors: [ConnectorShare], references: [ConnectorReferences] = [], actor: String
  ) {
    self.request = request
    self.plan = plan
    self.startAt = startAt
    self.connectors = connectors
    self.references = references
    self.actor = actor
  }
}

extension Store {
  /// The plan that was confirmed for a request that waits for an approval; nil for any other.
  public func confirmedPlan(
    of request: PurgeRequestID
  ) async throws(StoreError) -> ConfirmedPlan? {
    try await readers.read { (connection) throws(StoreError) in
      try connection.confirmedPlan(of: request)
    }
  }

  /// Everybody of an open request, as they were given; throws `damaged` when they are shredded.
  public func everybody(of request: PurgeRequestID) async throws(StoreError) -> [Subject] {
    let keys = keys
    return try await readers.read { (connection) throws(StoreError) in
      try connection.everybody(of: request, with: keys)
    }
  }

  /// Makes a confirmed request effective: its tombstones, tasks and disabled connectors.
  ///
  /// Throws `wrongState` when it waits for no approval, and `held` while one of its people is.
  public func approve(_ approval: Approval, at now: Instant) async throws(StoreError) {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.approve(approval, at: now)
    }
  }

  /// Ends a request that waits for an approval or is held; its people are shredded.
  ///
  /// Throws `wrongState` for any other.
  public func reject(
    _ request: PurgeRequestID, by actor: String, reason: String, at now: Instant
  ) async throws(StoreError) -> [ConnectorName] {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.reject(request, by: actor, reason: reason, at: now)
    }
  }

  /// What people decided about a request, oldest first: approvals, rejections, waivers, holds and
  /// the like, each with its reason.
  public func decisions(on request: PurgeRequestID) async throws(StoreError) -> [AuditEntry] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.decisions(on: request)
    }
  }
}
