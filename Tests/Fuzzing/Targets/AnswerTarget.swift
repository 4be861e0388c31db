import Connectors
import HTTPTypes
import PurgeCore

/// A call to a shipped connector, whose vendor answers as the bytes say.
///
/// The first line is `CONNECTOR CASE EXCHANGE`: the recorded case, and the exchange from which on
/// the vendor's answers are those that follow, `token` for the one that brings a token. An answer
/// is a status, header lines, an empty line and a body; `RS` (0x1E) stands between two, and the
/// last one is given again and again.
enum AnswerTarget {
  /// More round trips than this are a walk that does not end.
  private static let mostExchanges = 2_000

  struct Scene: Sendable {
    let name: String
    let position: Int
    let story: Exchanges.Story
    let behaviour: ManifestBehaviour
  }

  static let scenes: [Scene] = Shipped.names.flatMap { name -> [Scene] in
    guard let manifest = Shipped.manifests[name] else { return [] }
    return Shipped.exchanges(name).enumerated().compactMap { position, story in
      (try? story.behaviour(manifest)).map {
        Scene(name: name, position: position, story: story, behaviour: $0)
      }
    }
  }

  static func run(_ bytes: [UInt8]) throws(Broken) {
    let text = AnswerText(bytes)
    guard let scene = text.scene(among: scenes), !text.answers.isEmpty else { return }
    _ = scene.behaviour.fault(inCheck: text.answers[0])
    guard let call = scene.call(text) else { return }
    let end = try converse(scene, call, text, from: 0)
    guard let job = end.job else { return }
    var polling = call
    polling.schedule.phase = .polling(
      job: job, since: call.requestedAt, giveUpAt: call.triedAt + .days(30))
    _ = try converse(scene, polling, text, from: end.exchanges)
  }

  private static func converse(
    _ scene: Scene, _ call: Call, _ text: AnswerText, from start: Int
  ) throws(Broken) -> (exchanges: Int, job: String?) {
    var transcript: [Exchange] = []
    while transcript.count < mostExchanges {
      switch scene.behaviour.next(call, after: transcript) {
      case .send(let request):
        try request.expectSound()
        let result = text.result(at: start + transcript.count, in: scene.story)
        transcript.append(Exchange(request, result))
      case .conclude(let conclusion):
        return (transcript.count, try job(conclusion, call))
      }
    }
    throw Broken("a call ends")
  }

  /// A job to ask about, if the call left one.
  private static func job(_ conclusion: Conclusion, _ call: Call) throws(Broken) -> String? {
    guard case .outcomes(let outcomes) = conclusion else { return nil }
    try expect(outcomes.count == call.people.count, "every person has one outcome")
    for case .pending(let job) in outcomes { return job.id }
    return nil
  }
}

extension AnswerTarget {
  /// Each recorded answer where it was recorded.
  static var recorded: [[UInt8]] {
    scenes.flatMap { scene in
      let answers = scene.story.answers.enumerated().compactMap { place, result in
        (try? result.get()).map { AnswerText.written(scene, "\(place)", $0) }
      }
      return answers
        + (scene.story.tokenAnswer.map { [AnswerText.written(scene, "token", $0)] } ?? [])
    }
  }
}

extension AnswerTarget.Scene {
  /// The case's call with a token in hand; nothing when the bytes' own token cannot be read.
  fileprivate func call(_ text: AnswerText) -> Call? {
    var call = story.call
    guard behaviour.traits.needsToken else { return call }
    guard let answer = text.start == nil ? text.answers[0] : story.tokenAnswer,
      case .success(let access) = behaviour.token(in: answer, at: call.triedAt)
    else { return nil }
    call.access = access
    return call
  }
}

/// The bytes, taken apart.
struct AnswerText {
  let connector: String
  let position: Int
  /// From which exchange on the answers are the bytes' own; nothing for the token.
  let start: Int?
  let answers: [HTTPResponse]

  init(_ bytes: [UInt8]) {
    let end = bytes.firstIndex(of: 0x0A) ?? bytes.endIndex
    let words = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
    connector = words.first.map(String.init) ?? ""
    position = words.count > 1 ? Int(words[1]) ?? 0 : 0
    start = words.count > 2 && words[2] == "token" ? nil : Int(words.last ?? "") ?? 0
    answers = bytes[end...].dropFirst().split(separator: 0x1E, maxSplits: 60)
      .map(HTTPResponse.init(reading:))
  }

  func scene(among scenes: [AnswerTarget.Scene]) -> AnswerTarget.Scene? {
    scenes.first { $0.name == connector && $0.position == position }
  }

  func result(at place: Int, in story: Exchanges.Story) -> Result<HTTPResponse, HTTPFailure> {
    let first = start ?? Int.max
    if place < first, story.answers.indices.contains(place) { return story.answers[place] }
    let own = place.subtractingReportingOverflow(max(first, 0)).partialValue
    return .success(answers[min(max(own, 0), answers.count - 1)])
  }

  static func written(
    _ scene: AnswerTarget.Scene, _ place: String, _ answer: HTTPResponse
  ) -> [UInt8] {
    let head = ["\(scene.name) \(scene.position) \(place)", "\(answer.status)"]
    let lines = head + answer.fields.map { "\($0.name): \($0.value)" } + ["", ""]
    return Array(lines.joined(separator: "\n").utf8) + answer.body
  }
}

extension HTTPResponse {
  fileprivate init(reading bytes: ArraySlice<UInt8>) {
    var rest = bytes
    func line() -> String? {
      guard !rest.isEmpty else { return nil }
      let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
      defer { rest = rest[end...].dropFirst() }
      return String(decoding: rest[..<end], as: UTF8.self)
    }
    let status = line().flatMap { Int($0) } ?? 200
    self.init(min(max(status, 100), 599))
    while let field = line(), !field.isEmpty {
      let halves = field.split(separator: ":", maxSplits: 1)
      fields.append(
        String(halves.first ?? ""), String(halves.last ?? "").trimmingPrefix(" ").description)
    }
    body = Array(rest)
  }
}
