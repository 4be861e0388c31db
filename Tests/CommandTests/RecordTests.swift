import Documents
import Foundation
import HTTPTypes
import Sandbox
import TestSupport
import Testing

@Suite struct `Recording a vendor` {
  @Test func `looks one person up, erases nobody, and writes what replays`() async throws {
    let journey = try Journey("lookup")
    let ending = try await journey.record("lookup", "--email", journey.people[0])
    #expect(ending.code == 0, "\(ending.everything)")
    let vendor = try journey.vendor("lookup")
    #expect(vendor.ledger.erasures.isEmpty)
    #expect(vendor.calls.map(\.method) == [.get, .get])
    #expect(try await journey.problems("lookup") == [])
    let recorded = try #require(try journey.recorded("lookup"))
    #expect(recorded["cases"]?.array?.map { $0["shows"]?[0] } == ["check", "lookUp", "absent"])
    #expect(ending.output.contains("not sent: DELETE https://vendor.example.com/customers/"))
  }

  @Test func `leaves nothing of the person, the secret and the settings`() async throws {
    let journey = try Journey("lookup")
    // Not the journey: its vendor would keep it, and its hub, for ever.
    let email = journey.people[0]
    try journey.vendor("lookup").be { request in
      let spellings = [email, email.uppercased(), Data(email.utf8).base64EncodedString()]
      let row = JSON.object(
        [.init("id", "cus_77431"), .init("email", .string(email)), .init("key", "sandbox")]
          + spellings.enumerated().flatMap { place, text -> [JSON.Member] in
            [.init("n\(place)", .string("{\"to\":\"\(text)\"}")), .init(text, true)]
          })
      return request.isCheck ? nil : .json(200, ["data": [row]])
    }
    let ending = try await journey.record("lookup", "--email", journey.people[0])
    #expect(ending.code == 0, "\(ending.everything)")
    let text = try String(contentsOfFile: journey.exchanges("lookup"), encoding: .utf8)
    for word in ["canary", "sandbox", "127.0.0.1", "ops@", "77431", "Q2FuYXJ5"] {
      #expect(!(text + ending.everything).replacing("sandbox-lookup", with: "").contains(word))
      #expect(!text.lowercased().contains(word.lowercased()))
    }
  }

  @Test func `has a check alone where nobody is looked up, and says so`() async throws {
    let journey = try Journey("batch")
    let ending = try await journey.record("batch", "--email", journey.people[0])
    #expect(ending.code == 0)
    #expect(ending.output.contains("looks nobody up before it erases"))
    #expect(ending.output.contains("not sent: POST https://vendor.example.com/people/delete"))
    #expect(try journey.vendor("batch").calls == [])
    #expect(try journey.recorded("batch")?["cases"]?.array?.map { $0["shows"]?[0] } == ["check"])
    #expect(try await journey.problems("batch") == [])
  }

  @Test func `shows what the vendor says of nobody it knows`() async throws {
    let journey = try Journey("lookup")
    let ending = try await journey.record("lookup", "--email", "stranger@example.org")
    #expect(ending.code == 0)
    let cases = try journey.recorded("lookup")?["cases"]?.array
    #expect(cases?.last?["concludes"] == "absent")
    #expect(try await journey.problems("lookup") == [])
  }

  @Test func `shows how the vendor asks for patience`() async throws {
    let journey = try Journey("lookup")
    try journey.vendor("lookup").be { request in
      request.isCheck
        ? nil : HTTPResponse(429, fields: ["Retry-After": "7", "X-Secret": "Canary0"])
    }
    #expect(try await journey.record("lookup", "--email", journey.people[0]).code == 0)
    let story = try journey.recorded("lookup")?["cases"]?.array?.last
    #expect(story?["concludes"] == ["throttled": "7s"])
    #expect(story?["exchanges"]?[0]?["response"]?["headers"] == ["Retry-After": "7"])
  }

  @Test(arguments: [(401, Int32(1)), (403, 1), (429, 75), (503, 75), (404, 78)])
  func `writes nothing when the check fails`(status: Int, code: Int32) async throws {
    let journey = try Journey("lookup")
    try journey.vendor("lookup").be { _ in .json(status, ["error": "Canary0"]) }
    let ending = try await journey.record("lookup", "--email", journey.people[0])
    #expect(ending.code == code)
    #expect(ending.complaint.contains("\(status)"))
    #expect(!ending.everything.lowercased().contains("canary"))
    #expect(try journey.recorded("lookup") == nil)
  }

  @Test func `says that the vendor cannot be reached`() async throws {
    let desk = try Desk()
    // A port that was let go of may be another test's vendor's the next moment; nobody is given this.
    try desk.connect("lookup", at: 1, as: "lookup")
    let ending = try await desk.run("connectors", "record", "lookup", "--email", "a@example.org")
    #expect(ending.code == 69)
    #expect(ending.complaint.contains("The check brought no answer"))
  }

  @Test func `shows the answer that the manifest cannot read, and writes nothing`() async throws {
    let journey = try Journey("lookup")
    try journey.vendor("lookup").be { request in
      request.isCheck ? nil : .json(200, ["customers": [["name": "Canary"]]])
    }
    let ending = try await journey.record("lookup", "--email", journey.people[0])
    #expect(ending.code == 1)
    #expect(ending.output.contains("customers: [{ name: "))
    #expect(!ending.everything.contains("Canary"))
    #expect(try journey.recorded("lookup") == nil)
  }

  @Test func `overwrites nothing`() async throws {
    let journey = try Journey("lookup")
    try journey.desk.write("{ cases: [] }", to: "manifests/sandbox-lookup/exchanges.json5")
    let first = try await journey.record("lookup", "--email", journey.people[0])
    #expect(first.code == 0)
    #expect(
      try JSON(reading: Array(first.output.utf8), dialect: .json5)["cases"]?.array?.count == 3)
    #expect(first.complaint.contains("--output"))
    let file = journey.desk.folder + "/mine.json5"
    let other = ["--email", journey.people[0], "--output", file]
    #expect(try await journey.record(["lookup"] + other).code == 0)
    #expect(try await journey.record(["lookup"] + other).code == 73)
    #expect(try journey.recorded("lookup") == ["cases": []])
  }

  @Test func `changes nothing of the hub`() async throws {
    let journey = try Journey("lookup")
    try journey.edit("lookup", "enabled: true", to: "enabled: false")
    let before = try await journey.run("connectors", "list", "--all", "--json").output
    #expect(try await journey.record("lookup", "--email", journey.people[0]).code == 0)
    #expect(try await journey.run("connectors", "list", "--all", "--json").output == before)
    #expect(try await journey.desk.requests() == [])
  }

  @Test func `ALM-11 asks nothing while the settings name a purged person`() async throws {
    let journey = try Journey("batch", "lookup")
    #expect(try await journey.purge([journey.people[0]]).code == 0)
    try journey.edit("lookup", "ops@example.org", to: journey.people[0])
    let asked = try journey.vendor("lookup").requests.count
    let ending = try await journey.record("lookup", "--email", journey.people[1])
    #expect(ending.code == 78)
    #expect(ending.complaint.contains("lookup.json5:5"))
    #expect(try journey.vendor("lookup").requests.count == asked)
  }

  @Test func `knows no other connector, and no other kind of identifier`() async throws {
    let journey = try Journey("lookup")
    #expect(try await journey.record("nobody", "--email", "a@example.org").code == 78)
    let ending = try await journey.record("lookup", "--phone", "+12025550100")
    #expect(ending.code == 65)
    #expect(ending.complaint.contains("email"))
  }
}

extension Journey {
  fileprivate func record(_ words: String...) async throws -> Ended { try await record(words) }

  fileprivate func record(_ words: [String]) async throws -> Ended {
    try await desk.run(["connectors", "record"] + words)
  }

  fileprivate func exchanges(_ kind: String) -> String {
    desk.folder + "/manifests/sandbox-\(kind)/exchanges.json5"
  }

  /// What was written into a kind's folder; nil for nothing.
  fileprivate func recorded(_ kind: String) throws -> JSON? {
    guard let data = FileManager.default.contents(atPath: exchanges(kind)) else { return nil }
    return try JSON(reading: Array(data), dialect: .json5)
  }

  /// What `connectors test` says of the exchanges.
  fileprivate func problems(_ kind: String) async throws -> [String] {
    let report = try await run("connectors", "test", "sandbox-\(kind)", "--json").json
    let problems = report["connectors"]?[0]?["problems"]?.array?.compactMap(\.string)
    return try #require(problems).filter { $0.contains("exchanges") || $0.contains("case") }
  }
}

extension HTTPResponse {
  fileprivate static func json(_ status: Int, _ value: JSON) -> HTTPResponse {
    HTTPResponse(status, fields: ["Content-Type": "application/json"], body: value.encoded())
  }
}
