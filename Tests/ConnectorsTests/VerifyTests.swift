import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A look-up afterwards` {
  private static let steps = """
    erase: [{ get: "/u{?id}", find: { in: "$.d[*]", where: { "/m": "{id}" }, take: { u: "/i" } } },
      { delete: "/u/{u}" }]
    """
  private static let somebody = HTTPResponse(200, json: ["d": [["i": 1, "m": "a@b.example"]]])
  private static let nobody = HTTPResponse(200, json: ["d": []])
  private static let waiting = Outcome.pending(Job(id: "verify"))

  private func behaviour(_ verify: String = "after: \"2h\", giveUp: \"3d\"") throws
    -> ManifestBehaviour
  {
    try makeBehaviour(makeManifest(with: "\(Self.steps), verify: { \(verify) }"))
  }

  private func call(polling: Bool = false, deadline: Span = .days(30), over: Bool = false) -> Call {
    let made = makeCall([person(.email, "a@b.example")], polling: polling ? "verify" : nil)
    var call = Call(
      made.key, people: made.people, schedule: made.schedule, requestedAt: made.requestedAt,
      deadline: made.requestedAt + deadline, lane: .normal)
    if over { call.triedAt = made.requestedAt + .days(30) }
    return call
  }

  @Test func `is made some time after the vendor said that the person is gone`() throws {
    let talk = Conversation(try behaviour(), call(), [Self.somebody, HTTPResponse(204)])
    let due = call().triedAt + .hours(2)
    #expect(talk.conclusion == .outcomes([.pending(Job(id: "verify", askAgain: due))]))
  }

  @Test func `is not made for whom the vendor never knew`() throws {
    let talk = Conversation(try behaviour(), call(), [Self.nobody])
    #expect(talk.conclusion == .outcomes([.settled(.absent)]))
  }

  @Test func `is not made after the deadline`() throws {
    let call = call(deadline: .hours(2))
    let talk = Conversation(try behaviour(), call, [Self.somebody, HTTPResponse(204)])
    #expect(talk.conclusion == .outcomes([.settled(.erased)]))
  }

  @Test func `that finds nobody verifies the absence, and erases nothing`() throws {
    let talk = Conversation(try behaviour(), call(polling: true), [Self.nobody])
    #expect(talk.lines == ["GET https://api.vendor.example/u?id=a%40b.example"])
    #expect(talk.conclusion == .outcomes([.settled(.verifiedAbsent)]))
  }

  @Test(arguments: [somebody, HTTPResponse(200, body: Array("<html>".utf8)), HTTPResponse(422)])
  func `that finds them or cannot be read is made again, until time is up`(
    answer: HTTPResponse
  ) throws {
    let early = Conversation(try behaviour(), call(polling: true), [answer])
    #expect(early.conclusion == .outcomes([Self.waiting]))
    let late = Conversation(try behaviour(), call(polling: true, over: true), [answer])
    let codes: [Int: Code] = [422: .refused]
    let code = answer == Self.somebody ? Code.resurrected : codes[answer.status] ?? .unexpectedBody
    #expect(late.conclusion == .outcomes([.settled(.failed(code))]))
    #expect(early.requests.count == 1 && late.requests.count == 1)
  }

  @Test func `is the vendor's to refuse or to delay`() throws {
    let refused = Conversation(try behaviour(), call(polling: true), [HTTPResponse(401)])
    #expect(refused.conclusion == .blocked(ConnectorFault(.credentialRejected, status: 401)))
    let delayed = Conversation(try behaviour(), call(polling: true), [HTTPResponse(503)])
    #expect(delayed.conclusion == .retry(.vendorFailed))
  }

  @Test func `is the strongest evidence there is, and paced as the manifest says`() throws {
    let manifest = try makeManifest(
      with: "\(Self.steps), verify: { giveUp: \"3d\", every: \"6h\" }")
    #expect(manifest.strongestEvidence == .verifiedAbsent)
    let traits = try makeBehaviour(manifest).traits
    #expect(traits.pollEvery == .hours(6) && traits.giveUpAfter == .days(3))
  }

  @Test(arguments: [
    ("erase: [{ delete: \"/u/{id}\" }], verify: { giveUp: \"3d\" }", "has no look-up to ask again"),
    ("\(steps), verify: { after: \"3d\", giveUp: \"3d\" }", "is over before the first look-up"),
    ("\(steps), verify: { after: \"1h\" }", "lacks \"giveUp\""),
    (
      "\(steps.dropLast(3)), job: \"/j\" }], poll: { get: \"/{job}\", giveUp: \"1d\", "
        + "outcome: [{ status: 200, is: \"erased\" }] }, verify: { giveUp: \"3d\" }",
      "stands beside \"poll\""
    ),
  ])
  func `is refused where it cannot be`(members: String, problem: String) {
    let found = diagnostics(
      """
      { name: "vendor", title: "V", docs: "https://v.example", people: [{ email: "email" }],
        base: "https://v.example", \(members) }
      """)
    #expect(found.contains { $0.contains(problem) }, "\(found)")
  }
}
