import Connectors
import Crypto
import Documents
import Foundation
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A recording` {
  @Test func `ends with the request that was not sent`() throws {
    let vendor = Vendor()
    let draft = try vendor.draft()
    #expect(draft.cases.map(\.shows) == [.check, .lookUp, .absent])
    #expect(draft.held?.method == .delete)
    #expect(try vendor.replay(draft) == [])
  }

  @Test func `names in the next request what the invented answer names`() throws {
    let draft = try Vendor().draft()
    let found = try draft.answer(1, 0)["users"]?[0]?["id"]?.string
    #expect(
      try #require(draft.held).url == "https://api.vendor.example/users/\(try #require(found))")
    #expect(found != "usr_48211")
  }

  @Test func `keeps the words that the manifest compares with`() throws {
    let user = try Vendor().draft().answer(1, 0)["users"]?[0]
    #expect(user?["status"] == "active")
    #expect(user?["plan"]?.string?.count == "enterprise".count)
    #expect(user?["plan"] != "enterprise")
  }

  @Test func `has the same digits, one date and addresses of nobody's`() throws {
    let user = try #require(try Vendor().draft().answer(1, 0)["users"]?[0])
    let number = try #require(user["number"]?.integer)
    #expect(number != 48_210_001 && (10_000_000..<100_000_000).contains(number))
    #expect(user["born"] == "2024-01-01")
    #expect(user["seen"] == "2024-01-01T00:00:00.000+00:00")
    #expect(user["other"]?.string?.hasSuffix("@example.com") == true)
    #expect(user["phone"] == "+12025550101")
    #expect(user["home"]?.string?.hasPrefix("https://www.example.com/") == true)
  }

  @Test(arguments: Spelled.ways)
  func `holds no spelling of the person`(way: Spelled) throws {
    let vendor = Vendor(extra: [
      "value": .string(way.text), "inner": .string("{\"email\":\"\(way.text)\"}"),
      "list": [.string("to \(way.text)"), .string(way.text)],
      "table": .object([.init(way.text, ["a": 1]), .init("other", ["a": 2])]),
      "object": .object([.init(way.text, true)]),
    ])
    let text = try vendor.draft().text.lowercased()
    #expect(!text.contains(way.text.lowercased()))
  }

  @Test(arguments: [
    "Marylebone", "Ada Lovelace", "enterprise", "secret-key-77", "Countess", "gmail.test",
    "48210001", "1815-12-10", "req-ada", "cookie", "Corp Mail",
  ])
  func `holds nothing of the answers`(text: String) throws {
    let draft = try Vendor().draft()
    #expect(!draft.text.contains(text))
  }

  @Test(arguments: 0..<40)
  func `holds no text of any answer, wherever it stands`(seed: Int) throws {
    var chance = Chance(seed: seed)
    let extra = chance.value(depth: 4)
    let vendor = Vendor(extra: [
      "extra": extra, "more": .string(String(decoding: extra.encoded(), as: UTF8.self)),
    ])
    let text = try vendor.draft().text.lowercased()
    for planted in chance.planted { #expect(!text.contains(planted.lowercased())) }
  }

  @Test func `cuts long lists to what is about the person`() throws {
    let others = (0..<30).map { Vendor.user("usr_\($0)", "other\($0)@gmail.test") }
    let draft = try Vendor(others: others).draft()
    let users = try #require(try draft.answer(1, 0)["users"]?.array)
    #expect(users.count == 2)
    #expect(users.last?["email"] == "Kim@Example.com")
  }

  @Test func `knows a person by a digest the manifest makes`() throws {
    let vendor = Vendor(
      manifest: """
        let: { hash: ["{id}", "lower", "sha256", "hex"] },
        erase: [
          { get: "/users{?hash}",
            find: { in: "$.users[*]", where: { "/hash": "{hash}" }, take: { user: "/id" } } },
          { delete: "/users/{user}" },
        ]
        """,
      extra: ["hash": .string(try Vendor.digest(Vendor.email))])
    let draft = try vendor.draft()
    let hash = try draft.answer(1, 0)["users"]?[0]?["hash"]?.string
    #expect(hash == (try Vendor.digest("kim@example.com")))
  }

  @Test func `keeps of a text what a rule searches for`() throws {
    let rule =
      "{ status: 404, at: \"/error\", matches: \"User .* is unknown\", is: \"absent\" }"
    let vendor = Vendor(manifest: Vendor.erase(outcome: rule)) { _ in
      .json(404, ["error": .string("User \(Vendor.email) is unknown here")])
    }
    let draft = try vendor.draft()
    #expect(draft.cases.last?.shows == .absent)
    #expect(try draft.answer(1, 0)["error"]?.string?.hasPrefix("User ") == true)
    #expect(try vendor.replay(draft) == [])
  }

  @Test func `says whose replacement breaks the replay, and writes nothing`() throws {
    let rule = "{ at: \"/code\", matches: \"^481\", is: \"absent\" }"
    let vendor = Vendor(manifest: Vendor.erase(outcome: rule)) { _ in
      .json(200, ["meta": ["page": 12], "code": 48_112])
    }
    let problem = try #require(throws: RecordingProblem.self) { try vendor.draft() }
    #expect(problem.sentence.contains("/code in answer 1"))
    #expect(!problem.sentence.contains("48112"))
  }

  @Test func `is marked where the manifest cannot read the answer`() throws {
    let draft = try Vendor { _ in .json(200, ["people": []]) }.draft()
    #expect(!draft.isSound)
    #expect(draft.cases.last?.shows == .malformed)
  }

  @Test(arguments: [
    (404, "absent", Exchanges.Shown.absent), (429, "throttled", .throttled), (503, "retry", .retry),
  ])
  func `shows how a look-up ends otherwise`(
    status: Int, word: String, shown: Exchanges.Shown
  ) throws {
    let vendor = Vendor(manifest: Vendor.erase(path: "/users/{id}")) { _ in
      var response = HTTPResponse.json(status, ["error": "no such user: Ada"])
      response.fields["Retry-After"] = status == 429 ? "Sat, 21 Nov 2026 09:00:00 GMT" : nil
      return response
    }
    let draft = try vendor.draft()
    #expect(draft.cases.last?.shows == shown)
    #expect(draft.text.contains(word))
    #expect(try vendor.replay(draft) == [])
  }
}

@Suite struct `A dry run` {
  @Test func `asks by GET only`() throws {
    let behaviour = try Vendor(
      manifest: Vendor.erase(method: "post", more: "json: { email: \"{id}\" },")
    ).behaviour()
    guard
      case .hold(let request, isLookUp: true) = behaviour.dryMove(
        Vendor.call(behaviour), after: [])
    else {
      Issue.record("the look-up would be sent")
      return
    }
    #expect(request.method == .post)
  }

  @Test func `never asks what erases, by whatever method`() throws {
    let behaviour = try Vendor(manifest: "erase: [{ get: \"/erase/{id}\" }]").behaviour()
    guard case .hold(_, isLookUp: false) = behaviour.dryMove(Vendor.call(behaviour), after: [])
    else {
      Issue.record("a GET that erases would be sent")
      return
    }
  }
}

/// JSON by chance, with texts of its own in it.
private struct Chance {
  private var state: UInt64
  private(set) var planted: [String] = []
  /// Those that stand alone, or before an @.
  private var names: [String] = []

  init(seed: Int) { state = UInt64(seed + 1) &* 0x2545_F491_4F6C_DD1D }

  private mutating func roll(_ sides: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(sides))
  }

  mutating func value(depth: Int) -> JSON {
    switch roll(depth == 0 ? 3 : 6) {
    case 0, 1: return .string(text())
    case 2: return .number(String(10_000_000 + roll(80_000_000)))
    case 3: return .array((0...roll(4)).map { _ in value(depth: depth - 1) })
    default:
      return .object(
        (0...roll(4)).map { position in
          // A name that stands as a text in another place is nobody's field.
          let name = roll(3) == 0 ? names.last : nil
          return .init(name ?? "field\(position)", value(depth: depth - 1))
        })
    }
  }

  private mutating func text() -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    let word = String((0..<(9 + roll(8))).map { _ in letters[roll(letters.count)] })
    planted.append(word)
    switch roll(7) {
    case 0:
      names.append(word)
      return word + "@corp-mail.net"
    case 1: return "https://" + word + ".corp-mail.net/" + word + "?q=" + word
    case 2: return "Dear " + word + ", you are\n" + word
    case 3: return "{\"name\":\"" + word + "\"}"
    case 4: return "/" + word + "/x"
    case 5: return "\u{00E9}" + word + "\u{1F600}"
    default:
      names.append(word)
      return word
    }
  }
}

/// How an identity may stand in an answer.
struct Spelled: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String

  static let ways: [Spelled] = {
    let plain = Vendor.email
    let lower = plain.lowercased()
    let base64 = Data(plain.utf8).base64EncodedString()
    let hex = plain.utf8.map { String($0, radix: 16) }.joined()
    let percent = plain.replacing("@", with: "%40").replacing(".", with: "%2E")
    let escaped = plain.utf16.map { "\\u00" + String($0, radix: 16) }.joined()
    return [
      ("as given", plain), ("in lower case", lower), ("in upper case", plain.uppercased()),
      ("percent-encoded", percent), ("percent-encoded twice", percent.replacing("%", with: "%25")),
      ("in base64", base64), ("in base64 without padding", base64.filter { $0 != "=" }),
      ("base64 of lower case", Data(lower.utf8).base64EncodedString()), ("in hexadecimal", hex),
      ("with unicode escapes", escaped), ("backwards", String(plain.reversed())),
      ("as HTML", plain.replacing("@", with: "&#64;")), ("in angles", "Ada <\(plain)>"),
      ("with a tag", plain.replacing("@", with: "+news@")), ("the name alone", "Ada.Lovelace"),
    ].map { Spelled(testDescription: $0.0, text: $0.1) }
  }()
}

/// A vendor that is looked up by address, and what a connector to it records.
struct Vendor: Sendable {
  static let email = "Ada.Lovelace@Corp-Mail.net"

  var manifest = Vendor.erase()
  var answer: @Sendable (HTTPRequest) -> HTTPResponse

  init(
    manifest: String = Vendor.erase(), extra: JSON = [:], others: [JSON] = [],
    answer: (@Sendable (HTTPRequest) -> HTTPResponse)? = nil
  ) {
    self.manifest = manifest
    self.answer =
      answer ?? { request in
        let isStranger = request.url.lowercased().contains("kim")
        let person = Vendor.user("usr_48211", Vendor.email, extra)
        return .json(200, ["users": .array(isStranger ? [] : others + [person]), "total": 1])
      }
  }

  static func erase(
    path: String = "/users{?email}", method: String = "get", more: String = "", outcome: String = ""
  ) -> String {
    let with = path.contains("?email") ? "with: { email: \"{id}\" }," : ""
    return """
      erase: [
        { \(method): "\(path)", \(with) \(more)
          find: { in: "$.users[*]", where: { "/email": "{id}", "/status": "active" },
            take: { user: "/id" } }, outcome: [\(outcome)] },
        { delete: "/users/{user}" },
      ]
      """
  }

  static func user(_ id: String, _ email: String, _ extra: JSON = [:]) -> JSON {
    .object(
      [
        .init("id", .string(id)), .init("email", .string(email)), .init("status", "active"),
        .init("plan", "enterprise"), .init("name", "Ada Lovelace"), .init("city", "Marylebone"),
        .init("number", 48_210_001), .init("born", "1815-12-10"), .init("verified", true),
        .init("seen", "2026-03-04T05:06:07.123+02:00"), .init("deleted", .null),
        .init("other", "countess@gmail.test"), .init("phone", "+44 7700 900123"),
        .init("home", "https://ada.gmail.test/Countess?x=1"),
      ] + (extra.members ?? []))
  }

  private func loaded() throws -> Manifest {
    try makeManifest(
      with: """
        settings: { required: ["key"], properties: { key: { secret: true } } },
        auth: { bearer: "{key}" }, check: { get: "/me" },
        \(manifest)
        """)
  }

  func behaviour() throws -> ManifestBehaviour {
    try makeBehaviour(loaded(), ["key": "secret-key-77"])
  }

  static func call(_ behaviour: ManifestBehaviour, _ person: Subject? = nil) -> Call {
    let subject = person ?? Subject([Identity(.email, email)])
    return behaviour.dryCall(
      for: subject, at: Instant(milliseconds: 1_700_000_000_000), nonce: 7, access: nil)
  }

  /// Asks in memory, as the hub does over the net.
  func draft() throws -> ExchangesDraft {
    let behaviour = try behaviour()
    var answers = LiveAnswers()
    answers.check = .json(200, ["account": "Corp Mail Ltd"])
    let person = Subject([Identity(.email, Self.email)])
    for subject in [person, person.stranger] {
      var lookUp = LiveAnswers.LookUp(Self.call(behaviour, subject))
      while case .ask(let request) = behaviour.dryMove(lookUp.call, after: lookUp.exchanges) {
        var response = answer(request)
        response.fields["X-Request-Id"] = "req-ada"
        response.fields["Set-Cookie"] = "cookie"
        lookUp.exchanges.append(Exchange(request, .success(response)))
      }
      answers.lookUps.append(lookUp)
    }
    return try behaviour.draft(of: answers)
  }

  /// What goes otherwise when the draft is replayed, and what it does not tell.
  func replay(_ draft: ExchangesDraft) throws -> [String] {
    let exchanges = try Exchanges(of: "vendor", reading: Array(draft.text.utf8))
    let manifest = try loaded()
    return exchanges.gaps + exchanges.cases.flatMap { $0.replay(manifest) }
  }

  static func digest(_ text: String) throws -> String {
    try Digest.sha256(Array(text.lowercased().utf8)).hex
  }
}

extension ExchangesDraft {
  /// The body of an answer, by the positions of its case and its exchange.
  fileprivate func answer(_ story: Int, _ position: Int) throws -> JSON {
    let file = try Document(reading: text, file: "draft", dialect: .json5).root
    return try #require(file["cases"]?[story]?["exchanges"]?[position]?["response"]?["body"])
  }
}

extension HTTPResponse {
  fileprivate static func json(_ status: Int, _ value: JSON) -> HTTPResponse {
    HTTPResponse(status, json: value, fields: ["Content-Type": "application/json; charset=utf-8"])
  }
}
