public import PurgeCore

/// A request as pages show it; it holds no identity.
public struct RequestRecord: Sendable, Hashable {
  /// Its name.
  public var id: PurgeRequestID
  /// Where it stands.
  public var state: RequestState
  /// How urgent.
  public var lane: Lane
  /// Why.
  public var purpose: PurgePurpose
  /// How many people.
  public var total: Int
  /// When it was accepted.
  public var accepted: Instant
  /// When it must be done.
  public var deadline: Instant
  /// When its waiting period ends; nil when it has none.
  public var startAt: Instant?
  /// When it ended; nil while it is open.
  public var ended: Instant?
  /// Who confirmed it.
  public var actor: String
  /// The digest of the text that was consented to.
  public var consent: [UInt8]?
  /// Its tasks, by connector.
  public var tasks: [ConnectorTask]

  /// Whether nothing of it moves without a person.
  public var needsAttention: Bool {
    if [.awaitingApproval, .onHold].contains(state) { return true }
    let open = tasks.filter { !$0.state.isClosed }
    return !open.isEmpty && open.allSatisfy(\.state.waitsForPerson)
  }
}

extension TaskState {
  /// Whether only a person can move the task on.
  public var waitsForPerson: Bool {
    switch self {
    case .blocked, .needsAttention: true
    default: false
    }
  }
}

/// A place in the list of requests, newest first.
public struct RequestCursor: Sendable, Hashable {
  /// When the request at the place was accepted.
  public var accepted: Instant
  /// The request at the place.
  public var id: PurgeRequestID

  /// Makes a place of its parts.
  public init(accepted: Instant, id: PurgeRequestID) {
    self.accepted = accepted
    self.id = id
  }

  /// The place of a request: the page after it begins with the next older one.
  public init(_ record: RequestRecord) { self.init(accepted: record.accepted, id: record.id) }
}

/// A person who needs a decision, by position in the request.
public struct SubjectException: Sendable, Hashable {
  /// The position.
  public var position: Int
  /// What came of the person.
  public var verdict: Verdict
  /// When.
  public var ended: Instant
}

/// One result of a task, for a range of people.
public struct TaskResult: Sendable, Hashable {
  /// The people.
  public var range: Range<Int>
  /// What came of them; a failure's code is not kept here.
  public var verdict: Verdict
  /// When the last of them ended.
  public var ended: Instant
}

/// A request that purges somebody, and when it was accepted.
public struct PurgeMention: Sendable, Hashable {
  /// The request.
  public var request: PurgeRequestID
  /// When it was accepted.
  public var accepted: Instant
}

/// A connector as the store knows it.
public struct ConnectorRecord: Sendable, Hashable {
  /// Its name.
  public var name: ConnectorName
  /// Whether it sends.
  public var state: ConnectorState
  /// When that was written.
  public var changed: Instant
  /// The revision of its configuration that was last accepted; nil before the first.
  public var revision: String?
  /// The text of that revision, which may hold secrets; nil before the first.
  public var goodRevision: String?
}

/// One entry of the audit trail.
public struct AuditEntry: Sendable, Hashable {
  /// Its number, without gaps from 1.
  public var sequence: Int
  /// When.
  public var at: Instant
  /// Who: an operator's name, or `hub`.
  public var actor: String
  /// What: `request.accepted`, `task.waived`, `connector.disabled`, ...
  public var action: String
  /// Of which request; nil when of none.
  public var request: PurgeRequestID?
  /// Of which connector; nil when of none.
  public var connector: ConnectorName?
  /// More words, free of identities.
  public var detail: String
  /// The link: a digest over the link before it and every field.
  public var hash: [UInt8]
}

/// A place in the audit trail: whoever noted it can tell later whether the trail is still the same.
public struct AuditPlace: Sendable, Hashable {
  /// The entry's number.
  public var sequence: Int
  /// The entry's link.
  public var hash: [UInt8]

  /// Makes a place of what was noted.
  public init(sequence: Int, hash: [UInt8]) {
    self.sequence = sequence
    self.hash = hash
  }
}

/// What a check of the audit trail found.
public enum AuditVerdict: Sendable, Hashable {
  /// Every link fits; so many entries, and the last link.
  case intact(entries: Int, last: [UInt8])
  /// The first entry whose link does not fit, or that is missing.
  case broken(sequence: Int)
}
