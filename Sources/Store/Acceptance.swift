public import PurgeCore

/// Everything that becomes durable together when a request is confirmed.
public struct Acceptance: Sendable {
  /// The people, in the order that positions count.
  public var subjects: Roster
  /// Why.
  public var purpose: PurgePurpose
  /// How urgent.
  public var lane: Lane
  /// When it was accepted.
  public var accepted: Instant
  /// When it must be done.
  public var deadline: Instant
  /// When the waiting period ends; nil: it starts at once and cannot be cancelled.
  public var startAt: Instant?
  /// What each configured connector owes.
  public var connectors: [ConnectorShare]
  /// The connectors whose settings name one of the people; they are disabled.
  public var references: [ConnectorReferences]
  /// One fingerprint for each name of each person; kept as tombstones.
  public var fingerprints: [Fingerprint]
  /// Makes a repeated demand the same request; nil when the caller gave none.
  public var idempotency: IdempotencyKey?
  /// Who confirmed; a name of an operator or a key, never of a purged person.
  public var actor: String
  /// The digest of the text that was consented to; nil when none was shown.
  public var consent: [UInt8]?
  /// The plan that another person must approve; nil: the confirmation is enough.
  public var approval: ConfirmedPlan?
  /// Why it may have more people than the cap allows; nil when it has not.
  public var capReason: String?

  /// Makes an acceptance.
  public init(
    subjects: Roster, purpose: PurgePurpose, lane: Lane, accepted: Instant, deadline: Instant,
    startAt: Instant? = nil, connectors: [ConnectorShare], references: [ConnectorReferences] = [],
    fingerprints: [Fingerprint], idempotency: IdempotencyKey? = nil, actor: String,
    consent: [UInt8]? = nil, approval: ConfirmedPlan? = nil, capReason: String? = nil
  ) {
    self.subjects = subjects
    self.purpose = purpose
    self.lane = lane
    self.accepted = accepted
    self.deadline = deadline
    self.startAt = startAt
    self.connectors = connectors
    self.references = references
    self.fingerprints = fingerprints
    self.idempotency = idempotency
    self.actor = actor
    self.consent = consent
    self.approval = approval
    self.capReason = capReason
  }
}

/// The plan that one person confirmed and another must still approve.
public struct ConfirmedPlan: Sendable, Hashable {
  /// Names the very plan.
  public var hash: String
  /// What it said of each connector, a line each, to tell later what changed; it names no person.
  public var parts: [String]

  /// Makes a plan of its parts.
  public init(hash: String, parts: [String]) {
    self.hash = hash
    self.parts = parts
  }
}

/// One connector's part in an accepted request.
public struct ConnectorShare: Sendable, Hashable {
  /// Which connector.
  public var name: ConnectorName
  /// Why its task is blocked from the start; the store adds its own knowledge of disabled ones.
  public var blockedBy: Code?
  /// Whether no person has an identity this vendor knows: the task is closed from the start.
  public var isNotApplicable: Bool
  /// Whether a person erases there by hand: no call is made, and the task waits for their word.
  public var isByHand: Bool

  /// Makes a share.
  public init(
    _ name: ConnectorName, blockedBy: Code? = nil, isNotApplicable: Bool = false,
    isByHand: Bool = false
  ) {
    self.name = name
    self.blockedBy = blockedBy
    self.isNotApplicable = isNotApplicable
    self.isByHand = isByHand
  }
}

/// Where a connector's settings name a purged person.
public struct ConnectorReferences: Sendable, Hashable {
  /// Which connector.
  public var name: ConnectorName
  /// Its settings, without their values.
  public var places: [SettingPlace]

  /// Makes references.
  public init(_ name: ConnectorName, _ places: [SettingPlace]) {
    self.name = name
    self.places = places
  }
}

/// A key by which a caller repeats a demand safely.
public struct IdempotencyKey: Sendable, Hashable {
  /// The key; kept only as a keyed fingerprint.
  public var key: String
  /// The digest of the body it came with.
  public var digest: [UInt8]

  /// Makes a key.
  public init(_ key: String, digest: [UInt8]) {
    self.key = key
    self.digest = digest
  }
}

/// What came of an acceptance.
public struct Accepted: Sendable, Hashable {
  /// The request.
  public var id: PurgeRequestID
  /// Whether it was made now; false when the same demand came before.
  public var isNew: Bool
}
