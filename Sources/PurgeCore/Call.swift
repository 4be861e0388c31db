public import HTTPTypes

/// One call's name: its task and the range of the request's people it covers.
///
/// Open calls of a task never overlap, so the range names the call.
public struct CallKey: Sendable, Hashable {
  /// The task it serves.
  public var task: TaskKey
  /// Positions of its people in the request.
  public var range: Range<Int>
  /// Makes a key.
  public init(_ task: TaskKey, _ range: Range<Int>) {
    self.task = task
    self.range = range
  }
}

/// What a call is doing.
public enum CallPhase: Sendable, Hashable {
  /// Asking the vendor to erase.
  case erasing
  /// Asking what became of a job that the vendor took at an instant, until another.
  case polling(job: String, since: Instant, giveUpAt: Instant)

  /// Whether the vendor already has the job.
  public var isPolling: Bool { if case .polling = self { true } else { false } }
}

/// When and how a call is tried.
public struct CallSchedule: Sendable, Hashable {
  /// Not before this instant.
  public var due: Instant
  /// What it does then.
  public var phase: CallPhase
  /// How many tries failed since the last one that came through; throttling does not count.
  public var attempts: Int
  /// How many tries were made for these people at all, throttled and polling ones included.
  public var tries: Int
  /// When it was first tried; nil before.
  public var firstTried: Instant?
  /// Whether the engine keeps the call in hand; otherwise the store gives it out when it is due.
  public var isHeld: Bool

  /// Makes a schedule.
  public init(
    due: Instant, phase: CallPhase = .erasing, attempts: Int = 0, tries: Int = 0,
    firstTried: Instant? = nil, isHeld: Bool = false
  ) {
    self.due = due
    self.phase = phase
    self.attempts = attempts
    self.tries = tries
    self.firstTried = firstTried
    self.isHeld = isHeld
  }
}

/// A call with its people in hand, ready to be sent.
public struct Call: Sendable {
  /// Its name.
  public let key: CallKey
  /// Its people, in the order of the range; as many as the range has.
  public let people: [Subject]
  /// When and how it is tried.
  public var schedule: CallSchedule
  /// When the request was accepted.
  public let requestedAt: Instant
  /// When the request must be done.
  public let deadline: Instant
  /// How urgent it is.
  public let lane: Lane
  /// When this try began: the time manifests see; set by the engine before the first exchange.
  public var triedAt: Instant
  /// Seeded random bits of this try, for nonces; set by the engine.
  public var nonce: UInt64
  /// The access token in hand; nil when none was fetched.
  public var access: AccessToken?
  /// The last replay of its connector, so that a vendor takes it for another operation than one from
  /// before it restored a backup; 0 for none.
  public var replay: Int

  /// Makes a call.
  public init(
    _ key: CallKey, people: [Subject], schedule: CallSchedule, requestedAt: Instant,
    deadline: Instant, lane: Lane
  ) {
    precondition(people.count == key.range.count, "a call has as many people as its range")
    self.key = key
    self.people = people
    self.schedule = schedule
    self.requestedAt = requestedAt
    self.deadline = deadline
    self.lane = lane
    triedAt = schedule.due
    nonce = 0
    access = nil
    replay = 0
  }
}

/// One round trip.
public struct Exchange: Sendable {
  /// What was sent.
  public var request: HTTPRequest
  /// What came back.
  public var result: Result<HTTPResponse, HTTPFailure>
  /// Makes an exchange.
  public init(_ request: HTTPRequest, _ result: Result<HTTPResponse, HTTPFailure>) {
    self.request = request
    self.result = result
  }
}

/// What becomes of a part of a call's range.
public struct CallSegment: Sendable, Hashable {
  /// The part.
  public var range: Range<Int>
  /// What becomes of it.
  public var fate: Fate

  /// What becomes of people.
  public enum Fate: Sendable, Hashable {
    /// They have a verdict; one that needs a person is written as an exception for each.
    case settled(Verdict)
    /// A call of exactly this range follows.
    case again(CallSchedule)
  }

  /// Makes a segment.
  public init(_ range: Range<Int>, _ fate: Fate) {
    self.range = range
    self.fate = fate
  }
}

/// One try of a call, as support reads it later; it holds no identity and no secret.
public struct Attempt: Sendable, Hashable {
  /// The call.
  public var call: CallKey
  /// Which try it was, from 1; throttled tries count here.
  public var number: Int
  /// When the first exchange began.
  public var began: Instant
  /// When the conclusion was reached.
  public var ended: Instant
  /// How many round trips it took.
  public var exchanges: Int
  /// The last answer's status; nil when no answer came.
  public var status: Int?
  /// What came of it.
  public var code: Code
  /// Header fields of the last answer that help support: request id, date, rate limit.
  public var evidence: [String: String]

  /// Makes an attempt.
  public init(
    call: CallKey, number: Int, began: Instant, ended: Instant, exchanges: Int, status: Int?,
    code: Code, evidence: [String: String] = [:]
  ) {
    self.call = call
    self.number = number
    self.began = began
    self.ended = ended
    self.exchanges = exchanges
    self.status = status
    self.code = code
    self.evidence = evidence
  }
}
