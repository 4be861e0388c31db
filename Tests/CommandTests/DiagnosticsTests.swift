import Documents
import Foundation
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@Suite struct `Diagnostics of a request` {
  @Test func `S17 names nobody and no secret, however it is spelled`() async throws {
    let journey = try await Journey.withNamesEverywhere()
    let id = try #require(try await journey.desk.requests().first)
    let bundle = try await journey.run("diagnostics", id, "--output", "-")
    #expect(bundle.code == 0, "\(bundle.complaint)")
    let text = bundle.output.lowercased()
    for name in journey.people + Journey.names {
      for spelling in try await name.spellings() {
        #expect(!text.contains(spelling.lowercased()), "\(name) as \(spelling)")
      }
    }
  }

  @Test func `hold what support asks for`() async throws {
    let journey = try await Journey.withNamesEverywhere()
    let id = try #require(try await journey.desk.requests().first)
    let bundle = try await journey.run("diagnostics", id, "--output", "-").json
    #expect(bundle["tasks"]?.array?.count == 2 && bundle["connectors"]?.array?.count == 2)
    #expect(bundle["tasks"]?[0]?["attempts"]?[0]?["status"]?.integer != nil)
    let evidence = bundle["tasks"]?[0]?["attempts"]?[0]?["evidence"]
    #expect(evidence?["x-request-id"] == "(left out)" && evidence?["request-id"] == "(left out)")
    let actions = bundle["audit"]?.array?.compactMap { $0["action"]?.string } ?? []
    #expect(actions.contains("task.waived") && actions.contains("connector.disabled"))
    #expect(bundle["connectors"]?[0]?["revision"]?.string?.isEmpty == false)
    #expect(bundle["versions"]?["sqlite"]?.string?.hasPrefix("3.") == true)
    let sizes = ["hub.sqlite", "hub.sqlite-wal"].compactMap { bundle["storage"]?[$0]?.integer }
    #expect(sizes.reduce(0, +) > 50_000)
  }

  @Test func `are a new file that only its owner can read`() async throws {
    let journey = try Journey("batch")
    _ = try await journey.purge()
    let id = try #require(try await journey.desk.requests().first)
    let file = journey.desk.folder + "/bundle.json"
    #expect(try await journey.run("diagnostics", id, "--output", file).code == 0)
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let again = try await journey.run("diagnostics", id, "--output", file)
    #expect(again.code == 73 && again.complaint.contains("already"))
  }
}

extension Journey {
  /// Names and secrets besides the people's addresses.
  fileprivate static let names = [
    "canary-reason-12", "canary-note-59", "canary-owner@x.io", "canary-tag@x.io",
    "canary-secret-81", "canary-regulation", "canary-operator",
  ]

  /// A request at a refusing vendor that echoes a person, and at one whose settings name one; people,
  /// operators and secrets stand wherever they can.
  fileprivate static func withNamesEverywhere() async throws -> Journey {
    let journey = try Journey("batch", "lookup")
    let person = journey.people[1]
    try journey.desk.write("canary-secret-81\n", to: "token")
    for vendor in journey.vendors.values {
      vendor.credential.withLock { $0 = "canary-secret-81" }
    }
    try journey.edit("lookup", "ops@example.org", to: person.lowercased())
    try journey.edit(
      "batch", "\"ops@example.org\"", to: "\"canary-owner@x.io\", notify: [\"canary-tag@x.io\"]")
    try journey.vendor("batch").be { $0.isCheck ? nil : Self.echo(person) }
    let (names, operators) = (
      journey.people.flatMap { ["--email", $0] }, ["SUDO_USER": "canary-operator"]
    )
    let words = names + ["--regulation", "canary-regulation"]
    let plan = try await journey.desk.run(["plan", "--json"] + words).json
    let hash = try #require(plan["plan"]?.string)
    _ = try await journey.desk.run(["purge", "--yes", hash] + words, environment: operators)
    let id = try #require(try await journey.desk.requests().first)
    _ = try await journey.desk.run(
      ["requests", "waive", id, "--connector", "lookup", "--reason", "canary-reason-12"],
      environment: operators)
    _ = try await journey.desk.run(
      ["connectors", "disable", "batch", "--note", "canary-note-59"], environment: operators)
    return journey
  }

  /// A refusal whose header fields name a person in several spellings, which no hub can prevent.
  private static func echo(_ person: String) -> HTTPResponse {
    let encoded = Data(person.utf8).base64EncodedString()
    let hex = person.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    return HTTPResponse(
      422,
      fields: [
        "X-Request-Id": hex, "Request-Id": "tag=\(encoded)", "X-RateLimit-Limit": person,
        "Retry-After": person.replacing("@", with: "%40"), "X-RateLimit-\(person)": "1",
      ])
  }
}

extension String {
  /// The text plainly, encoded, and as the digests that are made without a key.
  fileprivate func spellings() async throws -> [String] {
    let forms = Set([self, lowercased()]).sorted()
    var spellings: [String] = []
    for form in forms {
      let bytes = Array(form.utf8)
      let encoded = Data(bytes).base64EncodedString()
      spellings += [
        form, form.replacing("@", with: "%40"), encoded, String(encoded.prefix { $0 != "=" }),
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(),
      ]
      for digest in ["sha256sum", "sha1sum", "md5sum"] {
        let sum = try await Program(path: "/usr/bin/" + digest).run([], input: form).output
        spellings.append(String(try #require(sum.split(separator: " ").first)))
      }
    }
    return spellings
  }
}
