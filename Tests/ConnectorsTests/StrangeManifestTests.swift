import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A strange manifest` {
  @Test(arguments: StrangeVendors.all)
  func `does what its words say`(vendor: StrangeVendors.Vendor) throws {
    let manifest = try makeManifest(vendor.manifest)
    let stories = try Exchanges(of: "vendor", reading: Array(vendor.exchanges.utf8)).cases
    #expect(!stories.isEmpty)
    for story in stories { #expect(story.replay(manifest) == [], "\(story.title)") }
  }

  @Test(arguments: [
    (
      "outcome: [{ status: 202, is: \"pending\" }], erase: [{ delete: \"/u/{id}\" }]",
      "lacks \"poll\""
    ),
    (
      """
      erase: [{ delete: "/u/{id}", outcome: [{ status: 202, is: "pending" }] }],
      poll: { get: "/j/{job}", giveUp: "1d", state: "/s", states: { done: "erased" } }
      """, "asks for {job}, which erase[0] does not name"
    ),
    (
      """
      erase: [
        { get: "/s{?id}", outcome: [{ status: "2xx", is: "erased" }],
          find: { in: "$[*]", where: { "/e": "{id}" }, take: { r: "/id" } } },
        { delete: "/u/{r}" }]
      """, "lets a look-up erase people"
    ),
    (
      """
      settings: { properties: { apps: { type: "array" } } }, for: { id: "apps" },
      erase: [{ delete: "/u/{id}" }]
      """, "takes the name {id}, which is a setting or built in"
    ),
    (
      """
      auth: [{ token: { post: "https://api.vendor.example/t", take: { now: "/a" }, for: "1h" } }],
      erase: [{ delete: "/u/{id}" }]
      """, "takes the name {now}, which is a setting or built in"
    ),
  ])
  func `is refused where a word could not be kept`(members: String, message: String) {
    let problems = diagnostics(
      """
      { name: "vendor", people: [{ email: "email" }], base: "https://api.vendor.example",
        \(members) }
      """)
    #expect(problems.count == 1)
    #expect(problems.first?.contains(message) == true, "\(problems)")
  }

  @Test func `that calls every 2xx accepted still deletes what it looked up`() throws {
    let manifest = try makeManifest(
      with: """
        outcome: [{ status: "2xx", is: "accepted" }],
        erase: [
          { get: "/s{?id}", find: { in: "$[*]", where: { "/e": "{id}" }, take: { r: "/id" } } },
          { delete: "/u/{r}" }]
        """)
    let talk = Conversation(
      try makeBehaviour(manifest), makeCall([person(.email, "a@example.com")]),
      [HTTPResponse(200, json: [["e": "a@example.com", "id": 7]]), HTTPResponse(202)])
    #expect(talk.lines.last == "DELETE https://api.vendor.example/u/7")
    #expect(talk.conclusion == .outcomes([.settled(.accepted)]))
  }
}
