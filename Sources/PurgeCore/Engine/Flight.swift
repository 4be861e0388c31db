import HTTPTypes

/// A call that has its slot: from its first exchange until what came of it is durable.
struct Flight: Sendable {
  /// What it is doing.
  enum Stage: Sendable {
    /// Its next exchange waits for its turn.
    case parked
    /// An exchange is under way.
    case inAir(HTTPRequest)
    /// What came of it is being made durable.
    case recording
  }

  var call: Call
  let lane: Lane
  /// The behaviour it began with; a new revision never continues an old one's transcript.
  let behaviour: any ConnectorBehaviour
  let revision: Int
  let began: Instant
  var transcript: [Exchange] = []
  var exchanges = 0
  var hasRenewedToken = false
  var isWithdrawn = false
  var stage = Stage.parked

  var isInAir: Bool { if case .inAir = stage { true } else { false } }
  var isRecording: Bool { if case .recording = stage { true } else { false } }

  /// The last answer, when there is one.
  var lastAnswer: HTTPResponse? {
    guard case .success(let response)? = transcript.last?.result else { return nil }
    return response
  }

  /// A part of its people as a call of its own.
  func part(_ range: Range<Int>, _ schedule: CallSchedule) -> Call {
    let first = call.key.range.lowerBound
    let people = call.people[range.lowerBound - first..<range.upperBound - first]
    var part = Call(
      CallKey(call.key.task, range), people: Array(people), schedule: schedule,
      requestedAt: call.requestedAt, deadline: call.deadline, lane: call.lane)
    part.replay = call.replay
    return part
  }
}
