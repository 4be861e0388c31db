import Connectors
import Documents
import PurgeCore
import Testing

@Suite struct `A connector author's mistake` {
  private static let erase = "erase: [{ delete: \"/u/{id}\" }]"

  private static func whole(_ members: String, _ erase: String = erase) -> String {
    """
    { name: "vendor", title: "V", docs: "https://v.example", people: [{ email: "email" }],
      base: "https://v.example", \(members) \(erase) }
    """
  }

  private static func based(_ base: String) -> String {
    "{ name: \"vendor\", people: [{ email: \"email\" }], base: \(base), \(erase) }"
  }

  private static func looking(_ find: String) -> String {
    whole(
      "", "erase: [{ get: \"/u{?id}\", find: { in: \"$.d[*]\", \(find) } }, { delete: \"/u/{r}\" }]"
    )
  }

  private static let own = "where: { \"/email\": \"{id}\" }, take: { r: \"/id\" }"

  @Test(arguments: [
    (based("\"https://v.example/x?y=1\""), "has a query, behind which no path can follow"),
    (based("7"), "write such as \"https://api.example.com\""),
    (whole("hosts: [\"a b.example\"],"), "is no host"),
    (whole("hosts: [\"v.example:8443\"],"), "is no host"),
    (whole("for: { app: \"apps\" },"), "there are no settings yet"),
    (whole("send: \"al\","), "did you mean \"all\"? Its words are \"first\", \"each\", \"all\""),
    (whole("auth: [{ bearer: \"a\" }, { bearer: \"b\" }],"), "sends several Authorization headers"),
    (
      whole("auth: { basic: [\"a\", \"b\"], headers: { authorization: \"c\" } },"),
      "sends several Authorization headers"
    ),
    (
      whole("", "erase: [{ delete: \"/u/{id}\", limits: { concurrent: 1 } }]"),
      "\"erase[0].limits.concurrent\" has no meaning for one request"
    ),
    (looking("\(own), page: { url: \"/n\", size: 5 }"), "has no meaning beside \"url\""),
    (looking("\(own), page: { offset: \"o\", size: 5, more: \"/m\" }"), "beside \"offset\""),
    (looking("\(own), page: { link: true }"), "is true or false where a text is expected"),
    (
      looking("where: { \"/active\": \"true\" }, take: { r: \"/id\" }"),
      "compares no row with the person"
    ),
    (
      whole("", "erase: [{ delete: \"/u/{id}\", idempotency: \"Idempotency Key\" }]"),
      "\"erase[0].idempotency\" is no name of a header"
    ),
    (
      whole("", "erase: [{ post: \"/u\", text: \"{id}\", type: \"a/b\\nX: y\" }]"),
      "\"erase[0].type\" has a sign that would break its line"
    ),
    (
      whole(
        "",
        "erase: [{ post: \"/u\", json: \"{id}\", count: \"/n\", items: { in: \"$\", by: \"key\" } }]"
      ),
      "\"erase[0].count\" stands beside \"items\""
    ),
    (
      whole("settings: { properties: { a: { secret: true, type: \"integer\" } } },"),
      "\"settings.properties.a.type\" is not a secret's"
    ),
    ("", "is empty or cannot be opened; write { … } into it"),
    (" \n\t\n", "is empty or cannot be opened; write { … } into it"),
  ])
  func `is named with what to do`(text: String, message: String) throws {
    let problems = mistakes(text)
    #expect(problems.contains { $0.contains(message) }, "\(problems)")
  }

  @Test(arguments: [
    whole("outcome: [{ text: \"(\", is: \"absent\" }],"),
    whole("outcome: [{ at: \"data\", equals: 1, is: \"absent\" }],"),
    whole("outcome: [{ status: \"404\", is: \"absent\" }],"),
    whole("auth: { basic: \"u:p\" },"), whole("let: { a: \"{id}\" },"),
    looking("where: { \"/active\": true }, take: { r: \"/id\" }"),
  ])
  func `is told once, without what merely follows from it`(text: String) throws {
    #expect(mistakes(text).count == 1, "\(mistakes(text))")
  }

  @Test func `in the name of a method is not also a missing person`() {
    let problems = mistakes(Self.whole("", "erase: [{ DELETE: \"/u/{id}\" }]"))
    #expect(problems.count == 2)
    #expect(!problems.contains { $0.contains("without saying whom") })
  }

  @Test func `in an account's address is found before a path is lost in its query`() throws {
    let manifest = try makeManifest(
      """
      { name: "vendor", people: [{ email: "email" }], base: "{+url}",
        settings: { required: ["url"], properties: { url: { format: "uri" } } },
        erase: [{ delete: "/u/{id}" }] }
      """)
    #expect(throws: Diagnostics.self) {
      try makeConfiguration(manifest, ["url": "https://v.example/?tenant=1"])
    }
    #expect(throws: Never.self) { try makeConfiguration(manifest, ["url": "https://v.example/t"]) }
  }

  @Test func `in the place of the folders is told without an empty list`() {
    let problems = #expect(throws: Diagnostics.self) {
      try ConnectorConfiguration(
        named: ConnectorName("a"), reading: Array("{ use: \"acme\" }".utf8), file: "a.json5",
        manifests: [:]
      ) { _ in .success("") }
    }
    #expect(problems?.description.contains("put its folder, with a connector.json5") == true)
  }

  @Test func `in a number is told as people write numbers`() throws {
    let manifest = try makeManifest(
      with: "settings: { properties: { n: { maximum: 5 } } }, \(Self.erase)")
    let problems = #expect(throws: Diagnostics.self) { try makeConfiguration(manifest, ["n": 9]) }
    #expect(problems?.description.contains("must be at most 5;") == true)
  }

  private func mistakes(_ text: String) -> [String] {
    do throws(Diagnostics) {
      _ = try Manifest(named: "vendor", reading: Array(text.utf8))
      return []
    } catch {
      return error.list.map(\.description)
    }
  }
}
