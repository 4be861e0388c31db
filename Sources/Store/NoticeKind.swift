public import PurgeCore

/// What people and programs outside are told of.
public enum NoticeKind: String, Sendable, Hashable, CaseIterable {
  /// A purge request is on the disk.
  case requestAccepted = "request.accepted"
  /// Nothing moves at a connector without a person.
  case requestNeedsAttention = "request.needsAttention"
  /// Half of a request's time is gone.
  case deadline50 = "request.deadline.50"
  /// Three quarters of a request's time are gone.
  case deadline75 = "request.deadline.75"
  /// Nine tenths of a request's time are gone.
  case deadline90 = "request.deadline.90"
  /// A request is overdue.
  case deadline100 = "request.deadline.100"
  /// Every task ended without a waiver.
  case requestCompleted = "request.completed"
  /// Every task ended, at least one of them waived.
  case requestCompletedWithExceptions = "request.completedWithExceptions"
  /// Cancelled before anything was sent.
  case requestCancelled = "request.cancelled"
  /// Not approved.
  case requestRejected = "request.rejected"
  /// A connector sends nothing until a person acts.
  case connectorDisabled = "connector.disabled"
  /// A disabled connector sends again.
  case connectorEnabled = "connector.enabled"
  /// A person tries whether everybody can be told; it goes to all, whatever they want.
  case hubTest = "hub.test"

  /// The kind that tells of a request's end in a final state; nil for a state that is not final.
  init?(ending state: RequestState) {
    self.init(rawValue: "request.\(state.rawValue)")
  }

  /// The share of a request's time that is gone, in percent; nil for what tells of no deadline.
  public var mark: Int? {
    rawValue.hasPrefix("request.deadline.") ? Int(rawValue.split(separator: ".")[2]) : nil
  }

  /// The kind that tells of a mark in percent.
  init?(mark: Int) { self.init(rawValue: "request.deadline.\(mark)") }

  /// Whether a word of the settings means this kind: its name, or the beginning of it up to a dot.
  public func isMeant(by word: String) -> Bool {
    rawValue == word || rawValue.hasPrefix(word + ".")
  }
}

/// A notice to be delivered outside; it holds no identity.
public struct OutboxNotice: Sendable, Hashable {
  /// Its number, counting up; the same notice always has the same.
  public var sequence: Int
  /// What happened, as `NoticeKind` spells it.
  public var kind: String
  /// To which request; nil for what concerns a connector alone.
  public var request: PurgeRequestID?
  /// At which connector; nil for what concerns a whole request.
  public var connector: ConnectorName?
  /// Why, where there is a why.
  public var code: Code?
  /// When.
  public var at: Instant
}

/// Somebody who is told: a name that stays the same, and the kinds of notices wanted.
public struct NoticeSubscriber: Sendable, Hashable {
  /// The name under which the store keeps what is owed.
  public var name: String
  /// What is wanted.
  public var kinds: Set<NoticeKind>

  func wants(_ kind: NoticeKind) -> Bool { kind == .hubTest || kinds.contains(kind) }

  /// Makes a subscriber.
  public init(_ name: String, wanting kinds: Set<NoticeKind>) {
    self.name = name
    self.kinds = kinds
  }
}

/// A notice on its way to one subscriber.
public struct NoticeDelivery: Sendable, Hashable {
  /// Where it stands.
  public enum State: String, Sendable, Hashable {
    /// It is tried, perhaps again.
    case waiting
    /// It was taken.
    case delivered
    /// It was given up; only a person has it tried again.
    case failed
  }

  /// What is told.
  public var notice: OutboxNotice
  /// The text that is sent, the same at each try; empty until somebody wanted it.
  public var payload: String
  /// To whom.
  public var subscriber: String
  /// Where it stands.
  public var state: State
  /// Since when it is tried.
  public var since: Instant
  /// When it is tried next.
  public var due: Instant
  /// How often it was tried.
  public var attempts: Int
  /// What came of the last try; nil before it.
  public var code: Code?
  /// What the other side answered last; nil when it did not.
  public var status: Int?
}

/// What came of a try to deliver.
public enum DeliveryOutcome: Sendable, Hashable {
  /// It was taken.
  case delivered(status: Int?)
  /// It is tried again then.
  case again(at: Instant, Code, status: Int?)
  /// It is tried no more.
  case failed(Code, status: Int?)
}
