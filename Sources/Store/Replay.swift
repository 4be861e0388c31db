public import PurgeCore

/// An open request's people whom a vendor said to have erased since an instant.
public struct ReplayShare: Sendable, Hashable {
  /// The request.
  public var request: PurgeRequestID
  /// When it must be done.
  public var deadline: Instant
  /// How many people.
  public var people: Int
}

/// People whom a vendor said to have erased since an instant, and whom nobody can name any more:
/// their requests have ended.
public struct ForgottenPeople: Sendable, Hashable {
  /// How many requests.
  public var requests = 0
  /// How many people.
  public var people = 0
  /// Whether everybody was counted; there are more otherwise.
  public var isComplete = true

  /// Nobody.
  public init() {}
}

/// Whom to ask a vendor for again, because it restored a backup.
public struct ReplayOrder: Sendable, Hashable {
  /// A request's part.
  public struct Part: Sendable, Hashable {
    /// The request.
    public var request: PurgeRequestID
    /// The positions of people who are left alone, ascending.
    public var sparing: [Int]

    /// Makes a part.
    public init(_ request: PurgeRequestID, sparing: [Int] = []) {
      self.request = request
      self.sparing = sparing
    }
  }

  /// The vendor's connector.
  public var connector: ConnectorName
  /// As of when the vendor restored its data.
  public var since: Instant
  /// The plan that was cited; the same plan is never carried out twice.
  public var plan: String
  /// The requests it is about.
  public var parts: [Part]
  /// How many people a call takes at most.
  public var peoplePerCall: Int
  /// Why, in the operator's words; may be empty.
  public var reason: String
  /// Who orders it.
  public var actor: String

  /// Makes an order.
  public init(
    at connector: ConnectorName, since: Instant, plan: String, parts: [Part],
    peoplePerCall: Int = 1, reason: String = "", actor: String
  ) {
    self.connector = connector
    self.since = since
    self.plan = plan
    self.parts = parts
    self.peoplePerCall = peoplePerCall
    self.reason = reason
    self.actor = actor
  }
}

/// A replay as it was carried out.
public struct Replay: Sendable, Hashable {
  /// Its number, counting up from 1.
  public var number: Int
  /// The vendor's connector.
  public var connector: ConnectorName
  /// As of when the vendor restored its data.
  public var since: Instant
  /// The plan that was cited.
  public var plan: String
  /// Why, in the operator's words; may be empty.
  public var reason: String
  /// Who ordered it.
  public var actor: String
  /// When.
  public var at: Instant
  /// How many requests had people to be asked for again.
  public var requests = 0
  /// How many people that were.
  public var people = 0
}

/// What a replay took back of one task.
public struct TaskReplay: Sendable, Hashable {
  /// The task.
  public var key: TaskKey
  /// The replay.
  public var replay: Replay
  /// What had come of the people before.
  public var tally: Tally
}
