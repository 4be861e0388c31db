import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A look-up` {
  private func behaviour(
    _ find: String, get: String = "/u{?id}", kind: String = "email"
  ) throws -> ManifestBehaviour {
    let manifest = try makeManifest(
      with: """
        erase: [{ get: "\(get)", find: { in: "$.d[*]", take: { u: "/id" }, \(find) } },
          { delete: "/u/{u}", idempotency: "K" }]
        """, people: "[{ \(kind): \"k\" }]")
    return try makeBehaviour(manifest)
  }

  private static let exact = "where: { \"/mail\": \"{id}\" }"

  private func rows(_ rows: [JSON], more: [JSON.Member] = []) -> HTTPResponse {
    HTTPResponse(200, json: .object([.init("d", .array(rows))] + more))
  }

  private func row(_ id: JSON, _ mail: JSON = "a@b.example") -> JSON { ["id": id, "mail": mail] }

  private func talk(
    _ behaviour: ManifestBehaviour, _ answers: [HTTPResponse], id: String = "a@b.example"
  ) -> Conversation {
    Conversation(behaviour, makeCall([person(.email, id)]), answers)
  }

  @Test(arguments: [
    ("", "externalId", false), ("anyCase: true,", "externalId", true),
    ("anyCase: \"externalId\",", "externalId", true),
    ("anyCase: [\"email\"],", "externalId", false),
    ("anyCase: false,", "email", true), ("", "email", true),
  ])
  func `heeds capitals unless the vendor does not`(
    word: String, kind: String, isFound: Bool
  ) throws {
    let people = "[{ externalId: \"k\" }, { email: \"k\" }]"
    let manifest = try makeManifest(
      with: """
        erase: [{ get: "/u{?id}", find: { in: "$.d[*]", take: { u: "/id" }, \(word) \(Self.exact) } },
          { delete: "/u/{u}" }]
        """, people: people)
    let talk = Conversation(
      try makeBehaviour(manifest), makeCall([person(IdentityKind(kind), "a@b.example")]),
      [rows([row(1, "A@b.example")]), HTTPResponse(204)])
    #expect(talk.conclusion == .outcomes([.settled(isFound ? .erased : .absent)]))
  }

  @Test(arguments: [
    ("anyCase: \"login\", where: { \"/mail\": \"{id}\" }", "the kinds of \"people\" are email"),
    ("anyCase: true, exact: true", "compares nothing"),
  ])
  func `says what is wrong with its capitals`(find: String, words: String) {
    let found = diagnostics(
      """
      { name: "vendor", people: [{ email: "k" }], base: "https://api.vendor.example",
        erase: [{ get: "/u{?id}", find: { in: "$.d[*]", take: { u: "/id" }, \(find) } },
          { delete: "/u/{u}" }] }
      """)
    #expect(found.contains { $0.contains(words) }, "\(found)")
  }

  @Test func `erases each row that is the person's, and no other`() throws {
    let talk = talk(
      try behaviour(Self.exact),
      [rows([row(1), row(2, "aa@b.example"), row(3)]), HTTPResponse(200), HTTPResponse(404)])
    #expect(talk.lines.map { $0.suffix(4) } == ["mple", "/u/1", "/u/3"])
    #expect(talk.conclusion == .outcomes([.settled(.erased)]))
    #expect(talk.requests[1].fields["K"] != talk.requests[2].fields["K"])
  }

  @Test func `that finds nobody ends in absence and calls nothing more`() throws {
    for answer in [rows([]), rows([row(1, "x@b.example")]), HTTPResponse(404)] {
      let talk = talk(try behaviour(Self.exact), [answer])
      #expect(talk.requests.count == 1)
      #expect(talk.conclusion == .outcomes([.settled(.absent)]))
    }
  }

  @Test(
    arguments: [
      ("a@b.example", "A@B.example" as JSON, true), ("a@b.example", ["x", "a@b.example"], true),
      ("5", 5, true), ("a@b.example", "a@b.example.org", false), ("a@b.example", JSON.null, false),
      ("a@b.example", ["a": "a@b.example"], false),
      ("jos\u{e9}@b.example", "jose\u{301}@b.example", false),
      ("k@b.example", "\u{212a}@b.example", false),
    ] as [(String, JSON, Bool)])
  func `compares whole values`(id: String, found: JSON, isTheirs: Bool) throws {
    let talk = talk(try behaviour(Self.exact), [rows([row(1, found)])], id: id)
    #expect((talk.requests.count == 2) == isTheirs)
  }

  @Test func `compares other kinds than addresses by letter`() throws {
    let behaviour = try behaviour(Self.exact, kind: "externalId")
    let call = makeCall([person(.externalId, "Ann")])
    #expect(Conversation(behaviour, call, [rows([row(1, "ann")])]).requests.count == 1)
    #expect(Conversation(behaviour, call, [rows([row(1, "Ann")])]).requests.count == 2)
  }

  @Test func `that finds more than it should is left to a person`() throws {
    let talk = talk(try behaviour("max: 2, " + Self.exact), [rows([row(1), row(2), row(3)])])
    #expect(talk.requests.count == 1)
    #expect(talk.conclusion == .outcomes([.settled(.failed(.ambiguous))]))
  }

  @Test(arguments: [
    "{\"d\": [{\"mail\": \"a@b.example\"}]}", "<html>", "", "{}", "{\"d\": null}", "{\"d\": {}}",
    "{\"error\": \"later\"}", "[]",
  ])
  func `that cannot be read is unexpected`(body: String) throws {
    let answer = HTTPResponse(200, body: Array(body.utf8))
    let talk = talk(try behaviour(Self.exact), [answer])
    #expect(talk.conclusion == .outcomes([.settled(.failed(.unexpectedBody))]))
  }

  @Test func `keeps a row's hostile name inside the URL`() throws {
    let talk = talk(try behaviour(Self.exact), [rows([row("../admin?all=true")])])
    #expect(talk.lines.last == "DELETE https://api.vendor.example/u/..%2Fadmin%3Fall%3Dtrue")
    let climbing = self.talk(try behaviour(Self.exact), [rows([row("..")])])
    #expect(climbing.conclusion == .outcomes([.settled(.failed(.unusableRequest))]))
  }

  @Test(arguments: [
    (401, Conclusion.blocked(ConnectorFault(.credentialRejected, status: 401))),
    (429, .throttled(nil)), (500, .retry(.vendorFailed)),
    (400, .outcomes([.settled(.failed(.refused))])),
  ])
  func `fails as any request does`(status: Int, conclusion: Conclusion) throws {
    #expect(talk(try behaviour(Self.exact), [HTTPResponse(status)]).conclusion == conclusion)
  }

  // MARK: Pages

  private func pages(
    _ page: String, _ first: HTTPResponse, get: String = "/u{?id}"
  ) throws -> [String] {
    let behaviour = try behaviour("page: { \(page) }, " + Self.exact, get: get)
    let talk = talk(behaviour, [first, rows([row(9)]), HTTPResponse(200)])
    return talk.lines.map { $0.replacing("https://api.vendor.example", with: "") }
  }

  private static let base = "GET /u?id=a%40b.example"

  @Test func `follows a URL in the body, whole or a path`() throws {
    for next in ["https://api.vendor.example/u?page=2", "/u?page=2"] {
      let first = rows([], more: [.init("next", .string(next))])
      #expect(
        try pages("url: \"/next\"", first) == [Self.base, "GET /u?page=2", "DELETE /u/9"])
    }
  }

  @Test func `follows a Link header`() throws {
    var first = rows([])
    first.fields.append(
      "Link",
      "<https://api.vendor.example/u?b=0>; rel=\"prev\", <https://api.vendor.example/u?b=2>; rel=\"next\""
    )
    #expect(try pages("link: \"next\"", first) == [Self.base, "GET /u?b=2", "DELETE /u/9"])
  }

  @Test func `passes a cursor on`() throws {
    let first = rows([], more: [.init("c", "x y")])
    #expect(
      try pages("cursor: \"/c\"", first, get: "/u{?id,cursor?}")
        == [Self.base, "GET /u?id=a%40b.example&cursor=x%20y", "DELETE /u/9"])
  }

  @Test func `goes on after the last row while there are more`() throws {
    let first = rows([row(4, "x"), row(5, "y")], more: [.init("m", true)])
    #expect(
      try pages("after: \"since\", last: \"/id\", more: \"/m\"", first)
        == [Self.base, "\(Self.base)&since=5", "DELETE /u/9"])
  }

  @Test func `counts pages or rows`() throws {
    let first = rows([row(4, "x"), row(5, "y")])
    #expect(
      try pages("number: \"page\", size: 2", first)
        == [Self.base, "\(Self.base)&page=2", "DELETE /u/9"])
    #expect(
      try pages("offset: \"from\", size: 2", first)
        == [Self.base, "\(Self.base)&from=2", "DELETE /u/9"])
  }

  @Test(arguments: [
    "https://evil.example/u", "http://api.vendor.example/u", "//evil.example/u",
    "https://api.vendor.example@evil.example/", "ftp://api.vendor.example/u", "u?page=2",
  ])
  func `never follows a page to another host`(next: String) throws {
    let first = rows([], more: [.init("next", .string(next))])
    let talk = talk(try behaviour("page: { url: \"/next\" }, " + Self.exact), [first])
    #expect(
      talk.requests.count == 1 || talk.requests[1].url.hasPrefix("https://api.vendor.example/"))
    if talk.requests.count == 1 {
      #expect(talk.conclusion == .outcomes([.settled(.failed(.unusableRequest))]))
    }
  }

  @Test(arguments: ["/u?page=2 0", "/u\r\nX: y", "https://api.vendor.example/u\u{0}", "/u?n=é"])
  func `never follows a page whose URL is none`(next: String) throws {
    let first = rows([], more: [.init("next", .string(next))])
    let talk = talk(try behaviour("page: { url: \"/next\" }, " + Self.exact), [first])
    #expect(talk.requests.count == 1)
    #expect(talk.conclusion == .outcomes([.settled(.failed(.unusableRequest))]))
  }

  @Test(arguments: [("https", 2), ("http", 1)])
  func `follows a page to a named host, but not in the clear`(scheme: String, sent: Int) throws {
    let manifest = try makeManifest(
      with: """
        hosts: "*.vendor.example", erase: [
          { get: "/u{?id}", find: { in: "$.d[*]", exact: true, take: { u: "/id" },
            page: { url: "/next" } } }, { delete: "/u/{u}" }]
        """)
    let first = rows([], more: [.init("next", .string("\(scheme)://eu.vendor.example/u?page=2"))])
    #expect(talk(try makeBehaviour(manifest), [first]).requests.count == sent)
  }

  @Test func `does not go round in circles`() throws {
    let again = rows([], more: [.init("next", "/u?page=2")])
    let talk = talk(
      try behaviour("page: { url: \"/next\" }, " + Self.exact), Array(repeating: again, count: 9))
    #expect(talk.requests.count == 2)
    #expect(talk.conclusion == .outcomes([.settled(.failed(.unexpectedBody))]))
  }

  @Test func `ends some time`() throws {
    let answers = (0..<99).map { rows([], more: [.init("next", "/u?page=\($0)")]) }
    let talk = talk(try behaviour("page: { url: \"/next\" }, " + Self.exact), answers)
    #expect(talk.requests.count == 50)
    #expect(talk.conclusion == .outcomes([.settled(.failed(.unexpectedBody))]))
  }

  @Test func `within a look-up makes rows of rows`() throws {
    let manifest = try makeManifest(
      with: """
        erase: [
          { get: "/lists", find: { in: "$.l[*]", exact: true, take: { list: "/id" } } },
          { get: "/lists/{list}/m{?id}",
            find: { in: "$.d[*]", where: { "/mail": "{id}" }, take: { member: "/id" } } },
          { delete: "/lists/{list}/m/{member}" }]
        """)
    let talk = talk(
      try makeBehaviour(manifest),
      [
        HTTPResponse(200, json: ["l": [["id": "A"], ["id": "B"]]]), rows([row(1)]), rows([row(2)]),
        HTTPResponse(200), HTTPResponse(200),
      ])
    #expect(
      talk.lines.suffix(2).map { $0.replacing("https://api.vendor.example", with: "") }
        == ["DELETE /lists/A/m/1", "DELETE /lists/B/m/2"])
  }
}
