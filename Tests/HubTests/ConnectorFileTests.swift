import PurgeCore
import Testing

@testable import Hub

@Suite struct `A connector file` {
  private static let steps = """
    erase: [{ get: "/u{?id}", find: { in: "$.d[*]", where: { "/m": "{id}" }, take: { u: "/i" } } },
      { delete: "/u/{u}", outcome: [{ status: 204, is: "OUTCOME" }] }]
    """

  private func evidence(of outcome: String, _ members: String) throws -> Evidence? {
    let place = try Place()
    let steps = Self.steps.replacing("OUTCOME", with: outcome)
    try place.write(
      """
      { name: "acme", title: "Acme", docs: "https://acme.example", people: [{ externalId: "id" }],
        base: "https://acme.example", \(steps)\(members) }
      """, to: "Connectors/acme/connector.json5")
    try place.write("{ use: \"acme\" }", to: "config/connectors/acme-eu.json5")
    let file = try #require(ConnectorFile.readAll(place.settings, [:]).first)
    #expect(file.problems.isEmpty)
    return file.connector?.evidence
  }

  @Test(arguments: [
    ("erased", "", Evidence.confirmed),
    ("accepted", "", .acknowledged),
    ("erased", ", verify: { giveUp: \"3d\" }", .verifiedAbsent),
    ("erased", ", verify: { giveUp: \"3d\" }, evidence: \"confirmed\"", .confirmed),
  ])
  func `promises the strongest evidence that its kind can have`(
    outcome: String, members: String, expected: Evidence
  ) throws {
    #expect(try evidence(of: outcome, members) == expected)
  }
}
