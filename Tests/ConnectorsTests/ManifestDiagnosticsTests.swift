import Connectors
import Testing

@Suite struct `A manifest that cannot be used` {
  private static let head =
    "name: \"vendor\", title: \"V\", docs: \"https://v.example\", people: [{ email: \"email\" }], "
  private static let base = "base: \"https://v.example\", "
  private static let erase = "erase: [{ delete: \"/u/{id}\" }]"

  private static func whole(_ members: String) -> String { "{ \(head)\(base)\(members) }" }

  @Test(arguments: [
    (whole("erase: [{ delete: \"/u/{id}\", bach: { max: 5 } }]"), "did you mean \"batch\"?"),
    (whole("polll: {}, \(erase)"), "\"polll\" is not a word known here; did you mean \"poll\"?"),
    (whole("erase: [{ delete: \"/u/{ids}\" }]"), "uses {ids}; did you mean {id}? The names known"),
    (whole("erase: [{ delete: \"/u/{subject.phone}\" }]"), "uses {subject.phone}; the names known"),
    (whole("erase: [{ delete: \"/u/{id\" }]"), "has braces that do not match"),
    (whole("erase: [{ delete: \"/u/id}\" }]"), "has braces that do not match"),
    (whole("erase: [{ post: \"/u\", json: { a: \"{id} }\" } }]"), "has braces that do not match"),
    (whole("erase: [{ delete: \"u/{id}\" }]"), "begins with neither"),
    (whole("erase: [{ delete: \"/u/{+id}\" }]"), "without encoding it"),
    (whole("erase: [{ delete: \"/u x/{id}\" }]"), "has a blank"),
    (whole("erase: [{ delete: \"http://v.example/{id}\" }]"), "goes over plain http"),
    (whole("erase: [{ delete: \"/u\" }]"), "asks to erase without saying whom"),
    (whole("erase: [{ delete: \"/u/{id}\", get: \"/x\" }]"), "makes several requests"),
    (whole("erase: [{ json: { a: \"{id}\" } }]"), "makes no request"),
    (
      whole("erase: [{ post: \"/u\", json: { a: \"{id}\" }, text: \"{id}\" }]"),
      "has several bodies"
    ),
    (whole("erase: []"), "is empty"),
    (whole("erase: [{ post: \"/u\", batch: { max: 5 }, json: {} }]"), "has no list to send"),
    (whole("erase: [{ delete: \"/u/{id}\", batch: { max: 0 } }]"), "whole number above zero"),
    (whole("erase: [{ delete: \"/u/{id}\", job: \"/j\" }]"), "lacks \"poll\""),
    (whole("erase: [{ delete: \"/u/{id}\", job: \"j\" }]"), "is no JSON pointer"),
    (whole("erase: [{ delete: \"/u/{id}\", items: { in: \"$..x\", by: \"key\" } }]"), "is no path"),
    (
      whole("erase: [{ delete: \"/u/{id}\", headers: { \"a b\": \"c\" } }]"),
      "is no name of a header"
    ),
    (whole("erase: [{ delete: \"/u/{id}\", headers: { Host: \"c\" } }]"), "written by the hub"),
    (
      whole(
        "\(erase), poll: { get: \"/j\", giveUp: \"1d\", state: \"/s\", states: { a: \"erased\" } }"),
      "is never used"
    ),
    (
      whole("\(erase), outcome: [{ status: 404, is: \"gone\" }]"),
      "is not one of its words"
    ),
    (whole("\(erase), outcome: [{ status: 999, is: \"absent\" }]"), "where a status is expected"),
    (whole("\(erase), outcome: [{ is: \"absent\" }]"), "holds for every answer"),
    (
      whole("\(erase), outcome: [{ at: \"/a\", is: \"absent\" }]"),
      "has only one of \"at\" and a test"
    ),
    (
      whole("\(erase), outcome: [{ at: \"/a\", equals: 1, exists: true, is: \"absent\" }]"),
      "several tests"
    ),
    (
      whole("\(erase), outcome: [{ at: \"/a\", matches: \"(\", is: \"absent\" }]"),
      "no regular expression"
    ),
    (
      whole("\(erase), outcome: [{ at: \"/a\", matches: \"(a|aa)+$\", is: \"absent\" }]"),
      "take for ever"
    ),
    (
      whole("\(erase), outcome: [{ text: \"a.*b.*c\", is: \"absent\" }]"), "take for ever"
    ),
    (whole("\(erase), outcome: [{ status: 403, is: \"absent\" }]"), "takes a rejected credential"),
    (
      whole("\(erase), outcome: [{ status: [404, 401], is: \"erased\" }]"),
      "takes a rejected credential"
    ),
    (
      whole("\(erase), outcome: [{ status: \"4xx\", is: \"absent\" }]"),
      "takes a rejected credential"
    ),
    (whole("\(erase), limits: { rate: \"fast\" }"), "such as \"600/min\""),
    (whole("\(erase), limits: { rate: \"0/min\" }"), "such as \"600/min\""),
    (whole("\(erase), limits: { spacing: \"soon\" }"), "a length of time"),
    (whole("\(erase), limits: { wait: { header: \"R\", as: \"days\" } }"), "\"epoch\""),
    (whole("\(erase), auth: { aws: { region: \"eu\" } }"), "lacks \"service\""),
    (whole("\(erase), auth: { plugin: \"own\" }"), "is not available in this version"),
    (whole("\(erase), let: { a: [\"{epoch}\", [\"plus\", \"x\"]] }"), "a whole number above zero"),
    (whole("\(erase), plugin: \"own\""), "is not available in this version"),
    (whole("\(erase), auth: { basic: \"a:b\" }"), "where a list is expected"),
    (whole("\(erase), auth: { basic: [\"a\"] }"), "is not a user and a password"),
    (whole("\(erase), auth: { bearer: \"{key}\" }"), "uses {key}"),
    (
      whole("\(erase), auth: { token: { post: \"/t\", take: { access: \"/a\" }, for: \"1h\" } }"),
      "no absolute URL"
    ),
    (
      whole(
        "\(erase), auth: { token: { post: \"https://v.example/t\", take: { access: \"/a\" } } }"),
      "does not say how long"
    ),
    (whole("\(erase), check: { delete: \"/me\" }"), "could change something"),
    (whole("\(erase), check: { get: \"/me/{id}\" }"), "uses {id}"),
    (whole("\(erase), let: { a: [\"{id}\", \"rot13\"] }"), "is no function"),
    (whole("\(erase), let: { a: [\"{id}\", \"uper\"] }"), "did you mean \"upper\"?"),
    (whole("\(erase), let: { a: [\"{id}\", \"md5\", \"lower\"] }"), "cannot follow here"),
    (
      whole("let: { a: [\"{id}\", \"md5\"] }, erase: [{ delete: \"/u/{a}\" }]"),
      "puts the bytes of {a}"
    ),
    (whole("\(erase), let: { a: [\"{b}\"], b: [\"{a}\"] }"), "goes round in a circle"),
    (whole("\(erase), let: { a: [] }"), "says nothing"),
    (whole("\(erase), let: { id: [\"x\"] }"), "which is a setting or built in"),
    (whole("\(erase), send: \"some\""), "\"first\", \"each\", \"all\""),
    (whole("send: \"all\", \(erase)"), "uses {id}"),
    (whole("\(erase), for: { app: \"apps\" }"), "a setting that does not exist"),
    (
      whole("\(erase), settings: { properties: { a: { type: \"text\" } } }"),
      "is not one of its words"
    ),
    (
      whole("\(erase), settings: { properties: { a: { maxlength: 5 } } }"),
      "did you mean \"maxLength\"?"
    ),
    (
      whole("\(erase), settings: { properties: { a: { enum: [1], default: 2 } } }"),
      "does not fit its own setting"
    ),
    (
      whole("\(erase), settings: { properties: { a: { secret: true, default: \"x\" } } }"),
      "secret in clear text"
    ),
    (
      whole("\(erase), settings: { required: [\"b\"], properties: {} }"),
      "is not among the properties"
    ),
    (whole("\(erase), settings: { properties: { id: {} } }"), "means something else in templates"),
    (whole("\(erase), consequences: [1]"), "where a text is expected"),
    (whole("\(erase), evidence: \"strong\""), "\"acknowledged\""),
    (whole("\(erase), outcome: [{ rows: 0, is: \"absent\" }]"), "only a poll has"),
    (whole("erase: [{ delete: \"https://other.example/{id}\" }]"), "a host that is not named"),
    ("{ \(head)\(erase) }", "lacks \"base\""),
    ("{ \(head)base: \"http://v.example\", \(erase) }", "goes over plain http"),
    ("{ \(head)base: \"v.example\", \(erase) }", "is no base URL"),
    ("{ \(head)base: \"https://a:b@v.example\", \(erase) }", "is no base URL"),
    (
      whole("\(erase), outcome: [{ kind: \"phone\", status: 404, is: \"absent\" }]"),
      "the kinds of \"people\" are email"
    ),
    ("{ \(head)base: { region: { eu: \"https://v\" } }, \(erase) }", "does not go by one setting"),
    ("{ name: \"vendor\", title: \"V\", docs: \"d\", \(base)\(erase) }", "lacks \"people\""),
    ("{ name: \"vendor\", title: \"V\", docs: \"d\", people: [], \(base)\(erase) }", "is empty"),
    ("{ name: \"vendor\", a: 1, a: 2 }", "already given in line 1"),
    ("[]", "where an object is expected"),
    ("{", "the text ends too early"),
  ])
  func `says so`(text: String, words: String) {
    let found = diagnostics(text)
    #expect(found.contains { $0.contains(words) }, "\(found.joined(separator: "\n"))")
  }

  @Test(arguments: [
    ("find: { in: \"$.d[*]\", take: { u: \"/id\" } }", "trusts the vendor's search"),
    ("find: { in: \"$.d[*]\", exact: false, take: { u: \"/id\" } }", "trusts the vendor's search"),
    ("find: { in: \"$.d[*]\", exact: true }", "lacks \"take\""),
    ("find: { in: \"$.d[*]\", exact: true, take: {} }", "takes nothing"),
    (
      "find: { in: \"$.d[*]\", where: { \"email\": \"{id}\" }, take: { u: \"/id\" } }",
      "no JSON pointer"
    ),
    ("find: { in: \"d\", exact: true, take: { u: \"/id\" } }", "is no path to rows"),
    (
      "find: { in: \"$.d[*]\", exact: true, take: { id: \"/id\" } }",
      "which is a setting or built in"
    ),
    (
      "find: { in: \"$.d[*]\", exact: true, take: { u: \"/id\" }, page: {} }",
      "one way to the next page"
    ),
    (
      "find: { in: \"$.d[*]\", exact: true, take: { u: \"/id\" }, page: { offset: \"o\" } }",
      "lacks \"size\""
    ),
    (
      "batch: { max: 2 }, find: { in: \"$.d[*]\", exact: true, take: { u: \"/id\" } }",
      "stands beside"
    ),
    (
      "idempotency: \"K\", find: { in: \"$\", exact: true, take: { u: \"/id\" } }",
      "changes nothing"
    ),
  ])
  func `because of its look-up says so`(find: String, words: String) {
    let steps = "erase: [{ get: \"/u{?id}\", \(find) }, { delete: \"/u/{u}\" }]"
    let found = diagnostics(Self.whole(steps))
    #expect(found.contains { $0.contains(words) }, "\(found.joined(separator: "\n"))")
  }

  @Test(arguments: [
    ("state: \"/s\"", "only one of \"state\" and \"states\""),
    ("outcome: [{ at: \"/s\", equals: 1, is: \"pending\" }]", "has no way to end"),
    ("state: \"/s\", states: { DONE: \"retry\" }", "has no way to end"),
    (
      "where: { \"/j\": \"{job}\" }, state: \"/s\", states: { a: \"erased\" }",
      "no rows to choose from"
    ),
    ("every: 5, state: \"/s\", states: { a: \"erased\" }", "a length of time"),
  ])
  func `because of its poll says so`(words: String, problem: String) {
    let text = Self.whole(
      "erase: [{ delete: \"/u/{id}\", job: \"/j\" }], poll: { get: \"/j/{job}\", giveUp: \"1d\", \(words) }"
    )
    let found = diagnostics(text)
    #expect(found.contains { $0.contains(problem) }, "\(found.joined(separator: "\n"))")
  }

  @Test func `names file, line, setting and what is known there`() {
    let text = """
      { name: "vendor", title: "V", docs: "https://v.example",
        people: [{ email: "email" }],
        base: "https://v.example",
        erase: [
          { post: "/u/{id}",
            json: { phone: "{subject.phone}" } } ] }
      """
    #expect(
      diagnostics(text) == [
        "connector.json5 in Connectors/vendor, line 6: \"erase[0].json.phone\" uses {subject.phone}; "
          + "the names known here are epoch, id, identity, kind, label, nonce, now, person, "
          + "prioritization, request, requestedAt, today, uuid, uuid4."
      ])
  }

  @Test func `tells everything that is wrong at once, in line order`() {
    let text = """
      { name: "vendor", title: "V", docs: "https://v.example", people: [{ email: "email" }],
        base: "https://v.example",
        limits: { rate: "x" },
        erase: [{ delete: "/u/{nobody}" }],
        polls: 1 }
      """
    #expect(diagnostics(text).count == 3)
    #expect(diagnostics(text)[0].contains("line 3"))
    #expect(diagnostics(text)[2].contains("line 5"))
  }

  @Test func `has another name than its folder`() {
    #expect(throws: Diagnostics.self) {
      try Manifest(named: "other", reading: Array(Self.whole(Self.erase).utf8))
    }
  }

  @Test func `names a name that its place does not know`() {
    let text = Self.whole(
      "let: { a: [\"{u}\", \"upper\"] }, erase: [{ get: \"/u{?id,a}\", "
        + "find: { in: \"$\", exact: true, take: { u: \"/id\" } } }, { delete: \"/u/{a}\" }]")
    let found = diagnostics(text)
    #expect(found.count == 1)
    #expect(found.first?.contains("uses {a}, which needs {u}") == true)
  }

  @Test func `takes the base from a token without naming hosts`() {
    let text =
      "{ \(Self.head)base: \"{host}\", auth: { token: { post: \"https://v.example/t\", "
      + "take: { access: \"/a\", host: \"/h\" }, for: \"1h\" }, bearer: \"{access}\" }, \(Self.erase) }"
    #expect(diagnostics(text).contains { $0.contains("could name any host") })
  }

  @Test func `can be used when nothing is wrong`() {
    #expect(diagnostics(Self.whole(Self.erase)) == [])
  }

  @Test func `never brings the reader down, whatever letter is lost or wrong`() {
    let text = Array(ExampleVendors.salesforce.utf8)
    for position in stride(from: 0, to: text.count, by: 9) {
      for byte in [UInt8(ascii: "}"), UInt8(ascii: "\""), UInt8(ascii: "x")] {
        var bytes = text
        bytes[position] = byte
        _ = try? Manifest(named: "salesforce", reading: bytes)
        bytes.removeSubrange(position..<min(position + 9, bytes.count))
        _ = try? Manifest(named: "salesforce", reading: bytes)
      }
    }
  }
}
