public import HTTPTypes

/// A connector as a pure function of its transcript.
///
/// It has no state and no clock: given a call and the exchanges so far, it says what to send next or
/// what came of it, always the same for the same input.
public protocol ConnectorBehaviour: Sendable {
  /// What the engine must know to plan and pace calls.
  var traits: ConnectorTraits { get }

  /// What follows after the exchanges so far. `call.people` and `call.schedule.phase` say for whom
  /// and whether this erases or polls; `call.access` is the token when `tokenRequest` gave one.
  func next(_ call: Call, after transcript: [Exchange]) -> Move

  /// The code that forbids planning for this person: `notApplicable` when no identity is of a known
  /// kind, `prioritizationMissing` when one is required; nil when calls can be made.
  func objection(to subject: Subject) -> Code?

  /// The request that fetches an access token; nil when the connector needs none.
  func tokenRequest(at now: Instant) -> HTTPRequest?

  /// The token in the answer to `tokenRequest`; of an answer that asks for patience, the fault says
  /// for how long.
  func token(in response: HTTPResponse, at now: Instant) -> Result<AccessToken, ConnectorFault>

  /// The harmless request that shows whether the vendor takes the credential; nil when there is none.
  func checkRequest(with access: AccessToken?, at now: Instant) -> HTTPRequest?

  /// What the answer to `checkRequest` shows; nil when all is well.
  func fault(inCheck response: HTTPResponse) -> ConnectorFault?
}

/// Something wrong with a connector rather than with a person.
public struct ConnectorFault: Error, Sendable, Hashable {
  /// What is wrong.
  public var code: Code
  /// The vendor's status; nil when no answer came.
  public var status: Int?
  /// How long the vendor asks to wait before it is asked again; nil when it does not say.
  public var patience: Patience?
  /// Makes a fault.
  public init(_ code: Code, status: Int? = nil, patience: Patience? = nil) {
    self.code = code
    self.status = status
    self.patience = patience
  }
}

/// A token and what its answer brought along.
public struct AccessToken: Sendable, Hashable {
  /// Names the token step takes (`access`, `base`, ...) with their values.
  public var values: [String: String]
  /// When it must no longer be used.
  public var expires: Instant
  /// Makes a token.
  public init(values: [String: String], expires: Instant) {
    self.values = values
    self.expires = expires
  }
}

/// What a connector says next.
public enum Move: Sendable {
  /// Send this and come back with the answer.
  case send(HTTPRequest)
  /// The call is over.
  case conclude(Conclusion)
}

/// What came of a call.
public enum Conclusion: Sendable, Hashable {
  /// One outcome per person, in order.
  case outcomes([Outcome])
  /// The vendor refused the whole batch: one of several people is halved out, a single one has failed.
  case refused(Code)
  /// The whole call did not come through and is tried again; this counts as a try.
  case retry(Code)
  /// The vendor asks for patience; this never counts as a try.
  case throttled(Patience?)
  /// The connector is ill, such as a rejected credential: nobody's purge fails.
  case blocked(ConnectorFault)
}

/// What came of one person in a call.
public enum Outcome: Sendable, Hashable {
  /// A final word.
  case settled(Verdict)
  /// The vendor took a job and reports about it later.
  case pending(Job)
  /// This person did not come through and is tried again.
  case retry(Code)
}

/// A vendor's job and how to ask about it.
public struct Job: Sendable, Hashable {
  /// The vendor's name for it; empty when the vendor gives none and people are looked up instead.
  public var id: String
  /// When to ask again; nil: the manifest's interval from now, backed off by the engine.
  public var askAgain: Instant?
  /// Makes a job.
  public init(id: String, askAgain: Instant? = nil) {
    self.id = id
    self.askAgain = askAgain
  }
}

/// How long a throttling vendor asks to wait.
public enum Patience: Sendable, Hashable {
  /// So long from now.
  case delay(Span)
  /// Until then.
  case until(Instant)
}

/// What the engine must know of a connector to plan and pace its calls.
public struct ConnectorTraits: Sendable, Hashable {
  /// The most people in one call; at least 1.
  public var peoplePerCall = 1
  /// Rates that all hold at once, such as 3/s and 60/min.
  public var rates: [Rate] = []
  /// The name of the rate bucket, shared by connectors that say the same; nil: a bucket of its own.
  public var pool: String?
  /// The least time between two requests.
  public var spacing = Span.milliseconds(0)
  /// The most calls in flight; AIMD moves below it.
  public var concurrent = 16
  /// How long failing calls are retried before a person is asked; nil: until the deadline.
  public var retryFor: Span?
  /// The time between two questions about a job.
  public var pollEvery = Span.hours(1)
  /// How long a job may take before a person is asked.
  public var giveUpAfter = Span.days(30)
  /// Whether calls need an access token first.
  public var needsToken = false
  /// Whether no answer of this vendor ever confirms an erasure.
  public var isAcceptedOnly = false
  /// Whether a person erases there by hand, and nothing is ever sent.
  public var isByHand = false

  /// The traits of a connector that says nothing about itself.
  public init() {}
}

/// So many requests in so long.
public struct Rate: Sendable, Hashable {
  /// How many; at least 1.
  public var count: Int
  /// In how long.
  public var per: Span
  /// Makes a rate.
  public init(_ count: Int, per: Span) {
    self.count = count
    self.per = per
  }
}
