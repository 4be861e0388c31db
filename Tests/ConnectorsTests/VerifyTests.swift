import Connectors
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A look-up after the erasure` {
  private static let vendor = """
    erase: [
      { get: "/people{?who}", with: { who: "{id}" },
        find: { in: "$.data[*]", where: { "/name": "{id}" }, take: { number: "/id" } } },
      { delete: "/people/{number}", outcome: [{ status: 202, is: "accepted" }, { status: 204, is: "erased" }] },
    ],
    verify: { after: "1d", giveUp: "5d" },
    """
  private static let there = #"{"data":[{"id":"n1","name":"kim@example.com"}]}"#
  private static let nobody = #"{"data":[]}"#

  private func behaviour(_ text: String = vendor) throws -> ManifestBehaviour {
    try makeBehaviour(makeManifest(with: text))
  }

  private func conclusion(
    _ answers: [(Int, String)], asking job: String? = nil, deadlineIn days: Int64 = 30
  ) throws -> Conclusion? {
    try conclusion(of: behaviour(), answers, asking: job, deadlineIn: days)
  }

  private func conclusion(
    of behaviour: ManifestBehaviour, _ answers: [(Int, String)], asking job: String?,
    deadlineIn days: Int64
  ) throws -> Conclusion? {
    let usual = makeCall([person(.email, "kim@example.com")], polling: job)
    let call = Call(
      usual.key, people: usual.people, schedule: usual.schedule, requestedAt: usual.requestedAt,
      deadline: usual.triedAt + .days(days), lane: .normal)
    let responses = answers.map { HTTPResponse($0.0, body: Array($0.1.utf8)) }
    return Conversation(behaviour, call, responses).conclusion
  }

  @Test(arguments: [(204, "verify erased"), (202, "verify accepted")])
  func `is waited for before a person counts as gone`(status: Int, job: String) throws {
    let ending = try conclusion([(200, Self.there), (status, "")])
    #expect(ending == .outcomes([.pending(Job(id: job))]))
  }

  @Test func `is not made for somebody who was not there`() throws {
    #expect(try conclusion([(200, Self.nobody)]) == .outcomes([.settled(.absent)]))
  }

  @Test func `is not made beyond the deadline`() throws {
    let ending = try conclusion([(200, Self.there), (204, "")], deadlineIn: 1)
    #expect(ending == .outcomes([.settled(.erased)]))
  }

  @Test(arguments: ["verify erased", "verify accepted"])
  func `that finds nobody is the strongest evidence`(job: String) throws {
    let ending = try conclusion([(200, Self.nobody)], asking: job)
    #expect(ending == .outcomes([.settled(.verifiedAbsent)]))
  }

  @Test func `that finds somebody who was erased needs a person`() throws {
    let ending = try conclusion([(200, Self.there)], asking: "verify erased")
    #expect(ending == .outcomes([.settled(.failed(.resurrected))]))
  }

  @Test func `that finds somebody who was only queued asks again`() throws {
    let ending = try conclusion([(200, Self.there)], asking: "verify accepted")
    #expect(ending == .outcomes([.pending(Job(id: "verify accepted"))]))
  }

  @Test(arguments: [(503, ""), (200, "<html>"), (200, "{}"), (401, ""), (500, "{\"data\":[]}")])
  func `that cannot be read proves nothing`(status: Int, body: String) throws {
    let ending = try #require(try conclusion([(status, body)], asking: "verify erased"))
    #expect(ending != .outcomes([.settled(.verifiedAbsent)]))
    #expect(ending != .outcomes([.settled(.erased)]))
  }

  @Test func `leaves the vendor's word where a later manifest looks nobody up`() throws {
    let behaviour = try behaviour(
      Self.vendor.replacing("verify: { after: \"1d\", giveUp: \"5d\" },", with: ""))
    let ending = try conclusion(of: behaviour, [], asking: "verify accepted", deadlineIn: 30)
    #expect(ending == .outcomes([.settled(.accepted)]))
  }

  @Test func `paces the engine`() throws {
    let traits = try behaviour().traits
    #expect(traits.pollEvery == .days(1) && traits.giveUpAfter == .days(5))
    #expect(try makeManifest(with: Self.vendor).strongestEvidence == .verifiedAbsent)
  }

  @Test(arguments: [
    "erase: [{ delete: \"/u/{id}\" }], verify: { after: \"1d\" },",
    vendor.replacing("5d", with: "1h"), vendor.replacing("after: \"1d\", ", with: ""),
    vendor + "for: { app: \"apps\" }, settings: { properties: { apps: { type: \"array\" } } },",
  ])
  func `is refused where it cannot be made`(text: String) {
    #expect(throws: Diagnostics.self) { try makeManifest(with: text) }
  }
}
