import Connectors
import PurgeCore
import Testing

@Suite struct `A recorded case` {
  private static let manifest = """
    { name: "vendor", title: "V", docs: "https://v.example", people: [{ email: "email" }],
      settings: { required: ["key"], properties: { key: { secret: true }, eu: { type: "boolean" } } },
      base: "https://v.example", auth: { bearer: "{key}" },
      erase: [{ delete: "/u/{id}", json: { a: 1, b: "{id}" } }] }
    """

  private static let request = """
    request: { method: "DELETE", url: "https://v.example/u/x",
      headers: { authorization: "Bearer k", "content-type": "application/json" },
      body: { b: "x", a: 1.0 } }
    """

  private func problems(
    _ exchanges: String, concludes: String = "\"erased\"", people: String = "[{ email: \"x\" }]",
    more: String = ""
  ) throws -> [String] {
    let text = """
      { settings: { key: "k" }, cases: [{ case: "One", shows: "success", people: \(people), \(more)
        exchanges: [\(exchanges)], concludes: \(concludes) }] }
      """
    let read = try Exchanges(of: "vendor", reading: Array(text.utf8))
    return try #require(read.cases.first).replay(try makeManifest(Self.manifest))
  }

  @Test func `goes as recorded`() throws {
    #expect(try problems("{ \(Self.request), response: { status: 204 } }") == [])
    #expect(
      try problems("{ \(Self.request), failure: \"dns\" }", concludes: "{ retry: 5001 }") == [])
  }

  @Test(arguments: [
    ("DELETE", "POST", "the method is DELETE, not POST"), ("/u/x", "/u/y", "the URL is"),
    ("Bearer k", "Bearer l", "the headers are"),
    ("authorization: ", "extra: \"1\", authorization: ", "the headers are"),
    ("a: 1.0", "a: 2", "the body is"), ("a: 1.0", "c: 1", "the body is"),
    ("{ b: \"x\", a: 1.0 }", "\"{}\"", "the body is"),
  ])
  func `is compared in full`(part: String, other: String, words: String) throws {
    let request = Self.request.replacing(part, with: other)
    let found = try problems("{ \(request), response: { status: 204 } }")
    #expect(found.contains { $0.contains(words) }, "\(found)")
  }

  @Test(arguments: [
    ("\"absent\"", "not"), ("[\"erased\", \"erased\"]", "not"), ("{ failed: 4002 }", "not"),
    ("{ pending: \"1\" }", "not"), ("{ throttled: \"5s\" }", "not"), ("{ refused: 4002 }", "not"),
    ("{ blocked: 3003, status: 401 }", "not"),
    ("{ token: 3003, status: 401 }", "The token was to fail"),
  ])
  func `notices another conclusion`(concludes: String, words: String) throws {
    let found = try problems(
      "{ \(Self.request), response: { status: 204 } }", concludes: concludes)
    #expect(found.count == 1 && found[0].contains(words), "\(found)")
  }

  @Test func `notices too few and too many exchanges`() throws {
    let one = "{ \(Self.request), response: { status: 204 } }"
    #expect(try problems("").first?.contains("Another request follows: DELETE") == true)
    #expect(try problems(one + "," + one).first?.contains("Concluded before request 2") == true)
  }

  @Test func `takes its settings from the case, over those of the file`() throws {
    let exchange =
      "{ \(Self.request.replacing("Bearer k", with: "Bearer z")), response: { status: 204 } }"
    #expect(try problems(exchange, more: "settings: { key: \"z\" },") == [])
    #expect(
      try problems(exchange, more: "settings: { kay: \"z\" },").first?.contains("\"key\"?") == true)
  }

  @Test(arguments: [
    ("shows: \"succes\"", "one of its words"), ("concludes: \"gone\"", "where an object"),
    ("people: 5", "where a list"), ("exchanges: [{}]", "lacks \"request\""),
    ("exchanges: [{ request: { method: \"GET\", url: \"/\" } }]", "lacks \"response\""),
    (
      "exchanges: [{ request: { method: \"GET\", url: \"/\" }, failure: \"x\" }]",
      "one of its words"
    ),
    ("people: [{ email: { value: 1 } }]", "not a word known here"), ("now: \"soon\"", "an instant"),
    ("request: \"PRG-1\"", "no purge request ID"),
  ])
  func `that cannot be read says why`(member: String, words: String) {
    let name = member.prefix { $0 != ":" }
    let members = [
      "case: \"One\"", "shows: \"success\"", "people: [{ email: \"x\" }]", "exchanges: []",
      "concludes: \"erased\"",
    ].filter { !$0.hasPrefix(name + ":") }
    let text = "{ cases: [{ \((members + [member]).joined(separator: ", ")) }] }"
    let error = #expect(throws: Diagnostics.self) {
      try Exchanges(of: "vendor", reading: Array(text.utf8))
    }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
