import Documents
import Foundation
import TestSupport
import Testing

/// A folder of kinds of vendor, and what the commands say about them.
@Suite struct `The catalogue of kinds` {
  private static let careful = """
    { name: "careful", title: "Careful", category: "crm", latency: "at once", docs: "https://careful.example",
      permission: "people.delete", consequences: ["Cancels subscriptions."], residuals: ["Invoices stay."],
      evidence: "confirmed",
      settings: { required: ["key"], properties: {
        key: { secret: true, description: "an API key" },
        agent: { format: "email", person: "email", description: "who acts" } } },
      people: [{ externalId: "id" }, { email: "email" }],
      base: "https://api.careful.example", auth: { bearer: "{key}" },
      erase: [{ post: "/erase", json: { who: "{id}" },
        outcome: [{ status: 200, at: "/erased", equals: true, is: "erased" }] }] }
    """

  /// The same that takes every 200 for a success, and a server's failure too.
  private static var gullible: String {
    careful.replacingOccurrences(of: "careful", with: "gullible")
      .replacingOccurrences(
        of: "{ status: 200, at: \"/erased\", equals: true, is: \"erased\" }",
        with: "{ status: [\"2xx\", \"5xx\"], is: \"erased\" }")
  }

  private static func exchanges(_ name: String) -> String {
    """
    { settings: { key: "test-key" },
      cannotShow: { absent: "a", retry: "b", failure: "c" },
      cases: [{ case: "One person is erased", shows: ["success"], people: [{ email: "kim@example.com" }],
        exchanges: [{ request: { method: "POST", url: "https://api.\(name).example/erase",
            headers: { Authorization: "Bearer test-key", "Content-Type": "application/json" },
            body: { who: "kim@example.com" } },
          response: { status: 200, body: { erased: true } } }],
        concludes: "erased" }] }
    """
  }

  private func makeDesk() throws -> Desk {
    let desk = try Desk()
    for (name, manifest) in [("careful", Self.careful), ("gullible", Self.gullible)] {
      try FileManager.default.createDirectory(
        atPath: "\(desk.folder)/manifests/\(name)", withIntermediateDirectories: true)
      try desk.write(manifest, to: "manifests/\(name)/connector.json5")
      try desk.write(Self.exchanges(name), to: "manifests/\(name)/exchanges.json5")
    }
    return desk
  }

  @Test func `lists each with what it is good for`() async throws {
    let ending = try await makeDesk().run("connectors", "catalog")
    #expect(ending.code == 0)
    #expect(
      ending.output.contains("careful   Careful  crm       confirmed  externalId, email  at once"))
  }

  @Test func `lists the others beside one that cannot be read`() async throws {
    let desk = try makeDesk()
    try desk.write("{ name: ", to: "manifests/gullible/connector.json5")
    let list = try await desk.run("connectors", "catalog")
    #expect(list.code == 0)
    #expect(list.output.contains("careful   Careful "))
    #expect(list.output.contains("gullible  cannot be read"))
    #expect(try await desk.run("connectors", "catalog", "gullible").code == 78)
    #expect(try await desk.run("connectors", "conformance", "gullible").code == 1)
  }

  @Test func `tells everything about one, and which setting names a person`() async throws {
    let kind = try await makeDesk().run("connectors", "catalog", "careful", "--json").json
    #expect(kind["permission"] == "people.delete")
    #expect(kind["consequences"] == ["Cancels subscriptions."])
    #expect(kind["residuals"] == ["Invoices stay."])
    let settings = try #require(kind["settings"]?.array)
    #expect(settings.map { $0["person"] } == [.null, "email"])
    #expect(settings.map { $0["isSecret"] } == [true, false])
  }

  @Test func `knows no other kind`() async throws {
    let ending = try await makeDesk().run("connectors", "catalog", "carefull")
    #expect(ending.code == 66)
    #expect(ending.everything.contains("careful"))
  }

  @Test func `finds nothing wrong with one that reads its vendor's answers`() async throws {
    let ending = try await makeDesk().run("connectors", "conformance", "careful", "--json")
    #expect(ending.code == 0, "\(ending.everything)")
    let trials = try ending.json["connectors"]?.array?[0]["trials"]?.array ?? []
    // Each behaviour but the good one and those of tokens, which this kind does not fetch.
    #expect(trials.count > 45)
    #expect(Set(trials.compactMap { $0["judgement"]?.string }) == ["held"])
  }

  @Test func `finds the bad answers that another takes for good ones`() async throws {
    let ending = try await makeDesk().run("connectors", "conformance", "gullible", "--json")
    #expect(ending.code == 1)
    let trials = try ending.json["connectors"]?.array?[0]["trials"]?.array ?? []
    func words(_ judgement: JSON) -> [String] {
      trials.filter { $0["judgement"] == judgement }.compactMap { $0["behaviour"]?.string }
    }
    #expect(words("taken").contains("fails"))
    #expect(!words("taken").contains("html"))
    #expect(
      words("byLikeness").sorted() == ["another-list", "empty", "error-in-success", "fails-one"])
  }

  @Test func `has nothing to try where no success was recorded`() async throws {
    let desk = try makeDesk()
    try desk.write(
      "{ settings: { key: \"k\" }, cases: [] }", to: "manifests/careful/exchanges.json5")
    let ending = try await desk.run("connectors", "conformance", "careful")
    #expect(ending.code == 1)
    #expect(ending.output.contains("no success that can be played"))
  }
}
