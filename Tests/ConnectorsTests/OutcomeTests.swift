import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `An answer` {
  private func conclusion(
    _ answer: HTTPResponse, rules: String = "", kind: IdentityKind = .email, more: String = ""
  ) throws -> Conclusion? {
    let manifest = try makeManifest(
      with:
        "\(more) erase: [{ post: \"/x\", json: \"{id}\" \(rules.isEmpty ? "" : ", outcome: [\(rules)]") }]",
      people: "[{ email: \"email\" }, { phone: \"phone\" }]")
    return Conversation(try makeBehaviour(manifest), makeCall([person(kind, "x")]), [answer])
      .conclusion
  }

  private static func settled(_ verdict: Verdict) -> Conclusion { .outcomes([.settled(verdict)]) }
  private static func blocked(_ status: Int, _ code: Code = .credentialRejected) -> Conclusion {
    .blocked(ConnectorFault(code, status: status))
  }

  @Test(
    arguments: [
      (200, settled(.erased)), (202, settled(.erased)), (204, settled(.erased)),
      (301, settled(.failed(.redirectRefused))), (400, settled(.failed(.refused))),
      (401, blocked(401)), (403, blocked(403)), (404, blocked(404, .refused)),
      (410, blocked(410, .refused)),
      (408, .retry(.vendorFailed)), (409, settled(.failed(.refused))),
      (422, settled(.failed(.refused))), (425, .retry(.vendorFailed)), (429, .throttled(nil)),
      (500, .retry(.vendorFailed)), (503, .retry(.vendorFailed)), (100, .retry(.unexpectedBody)),
    ] as [(Int, Conclusion)])
  func `without rules means the usual`(status: Int, conclusion: Conclusion) throws {
    #expect(try self.conclusion(HTTPResponse(status)) == conclusion)
  }

  @Test(arguments: ["delete: \"/x/{id}\"", "delete: \"/x{?q:in}\", with: { \"q:in\": \"{id}\" }"])
  func `says that somebody was not found only where the URL speaks of them`(request: String) throws
  {
    let manifest = try makeManifest(
      with: "erase: [{ \(request) }]", people: "[{ email: \"email\" }]")
    let call = makeCall([person(.email, "x")])
    let talk = Conversation(try makeBehaviour(manifest), call, [HTTPResponse(404)])
    #expect(talk.conclusion == Self.settled(.absent))
  }

  @Test(
    arguments: [
      ("{ status: 202, is: \"accepted\" }", HTTPResponse(202), settled(.accepted)),
      ("{ status: [201, \"3xx\"], is: \"absent\" }", HTTPResponse(302), settled(.absent)),
      (
        "{ at: \"/ok\", equals: false, is: \"failed\" }", HTTPResponse(200, json: ["ok": false]),
        settled(.failed(.refused))
      ),
      (
        "{ at: \"/ok\", equals: false, is: \"failed\" }", HTTPResponse(200, json: ["ok": true]),
        settled(.erased)
      ),
      (
        "{ at: \"/n\", equals: 1, is: \"absent\" }", HTTPResponse(200, json: ["n": .number("1.0")]),
        settled(.absent)
      ),
      (
        "{ at: \"/e\", matches: \"not.?found\", is: \"absent\" }",
        HTTPResponse(400, json: ["e": "user not found!"]), settled(.absent)
      ),
      (
        "{ at: \"/e\", exists: true, is: \"failed\" }", HTTPResponse(200, json: ["e": "x"]),
        settled(.failed(.refused))
      ),
      (
        "{ at: \"/e\", exists: true, is: \"failed\" }", HTTPResponse(200, json: ["e": .null]),
        settled(.erased)
      ),
      (
        "{ at: \"/e\", exists: false, is: \"failed\" }", HTTPResponse(200, json: [:]),
        settled(.failed(.refused))
      ),
      (
        "{ text: \"Deleted 0 users\", is: \"absent\" }",
        HTTPResponse(200, body: Array("Deleted 0 users.".utf8)), settled(.absent)
      ),
      (
        "{ status: 400, at: \"/c\", equals: 5, is: \"retry\" }", HTTPResponse(400, json: ["c": 5]),
        .retry(.vendorFailed)
      ),
      (
        "{ at: \"/c\", equals: \"THROTTLED\", is: \"throttled\" }",
        HTTPResponse(200, json: ["c": "THROTTLED"]), .throttled(nil)
      ),
      (
        "{ at: \"/c\", equals: 2, is: \"ambiguous\" }", HTTPResponse(200, json: ["c": 2]),
        settled(.ambiguous)
      ),
      (
        "{ at: \"/c\", equals: 0, is: \"verifiedAbsent\" }", HTTPResponse(200, json: ["c": 0]),
        settled(.verifiedAbsent)
      ),
      ("{ status: 409, is: \"blocked\" }", HTTPResponse(409), blocked(409, .refused)),
      (
        "{ at: \"/ok\", equals: false, is: \"blocked\" }", HTTPResponse(200, json: ["ok": false]),
        blocked(200)
      ),
      (
        "{ status: 404, is: \"failed\" }, { status: 404, is: \"absent\" }", HTTPResponse(404),
        settled(.failed(.refused))
      ),
      ("{ kind: \"phone\", status: 200, is: \"absent\" }", HTTPResponse(200), settled(.erased)),
      (
        "{ kind: [\"phone\", \"email\"], status: 200, is: \"absent\" }", HTTPResponse(200),
        settled(.absent)
      ),
    ] as [(String, HTTPResponse, Conclusion)])
  func `is read by the first rule that holds`(
    rules: String, answer: HTTPResponse, conclusion: Conclusion
  ) throws {
    #expect(try self.conclusion(answer, rules: rules) == conclusion)
  }

  @Test(arguments: [401, 403])
  func `BZ-07 that rejects the credential never ends an obligation`(status: Int) throws {
    let rules =
      "{ at: \"/ok\", exists: true, is: \"absent\" }, { at: \"/ok\", exists: true, is: \"erased\" }"
    let answer = HTTPResponse(status, json: ["ok": 1])
    #expect(try conclusion(answer, rules: rules) == Self.blocked(status))
  }

  @Test func `may say that a 403 is a throttle`() throws {
    let rules = "{ status: 403, at: \"/0/errorCode\", equals: \"LIMIT\", is: \"retry\" }"
    let limit = HTTPResponse(403, json: [["errorCode": "LIMIT"]], fields: ["Retry-After": "9"])
    #expect(try conclusion(limit, rules: rules) == .throttled(.delay(.seconds(9))))
    #expect(try conclusion(HTTPResponse(403), rules: rules) == Self.blocked(403))
  }

  @Test func `OS-25 of 200 that is not the success described is no success`() throws {
    let rules = "{ at: \"/deleted\", equals: true, is: \"erased\" }"
    let answer = HTTPResponse(200, json: ["deleted": false])
    #expect(try conclusion(answer, rules: rules) == Self.settled(.failed(.unexpectedBody)))
  }

  @Test(arguments: [
    "", "<html>busy</html>", "{\"deleted\": tru", "\u{0}", "[]", "null", "\"text\"",
    String(repeating: "[", count: 10_000), "{\"deleted\": {\"a\": 1}}",
  ])
  func `of 200 with any other body is unexpected, never a crash`(body: String) throws {
    let rules = "{ at: \"/deleted\", equals: true, is: \"erased\" }"
    let answer = HTTPResponse(200, body: Array(body.utf8))
    #expect(try conclusion(answer, rules: rules) == Self.settled(.failed(.unexpectedBody)))
  }

  @Test(
    arguments: [
      ("", settled(.erased)), ("{}", settled(.erased)),
      ("<html>", settled(.failed(.unexpectedBody))),
      ("{\"ok\": fal", settled(.failed(.unexpectedBody))),
    ] as [(String, Conclusion)])
  func `of 200 is no success when a rule cannot read it`(
    body: String, conclusion: Conclusion
  ) throws {
    let answer = HTTPResponse(200, body: Array(body.utf8))
    let rules = "{ at: \"/ok\", equals: false, is: \"failed\" }"
    #expect(try self.conclusion(answer, rules: rules) == conclusion)
  }

  @Test(
    arguments: [
      ("", settled(.erased)), ("{\"ok\": 1}", settled(.erased)),
      ("<!doctype html><title>Sign in</title>", settled(.failed(.unexpectedBody))),
      ("{\"ok\": tr", settled(.failed(.unexpectedBody))),
    ] as [(String, Conclusion)], ["", "{ status: 200, is: \"erased\" }"])
  func `of 200 is success by its status only beside nothing or JSON`(
    answer: (body: String, conclusion: Conclusion), rules: String
  ) throws {
    let response = HTTPResponse(200, body: Array(answer.body.utf8))
    #expect(try conclusion(response, rules: rules) == answer.conclusion)
  }

  @Test func `of 200 with a text of the vendor's own is read by that text`() throws {
    let response = HTTPResponse(200, body: Array("OK".utf8))
    let rules = "{ status: 200, text: \"^OK$\", is: \"erased\" }"
    #expect(try conclusion(response, rules: rules) == Self.settled(.erased))
  }

  @Test func `of 200 that is not UTF-8 is unexpected`() throws {
    let rules = "{ at: \"/deleted\", equals: true, is: \"erased\" }"
    let answer = HTTPResponse(200, body: [0x7B, 0xFF, 0xFE, 0x7D])
    #expect(try conclusion(answer, rules: rules) == Self.settled(.failed(.unexpectedBody)))
  }

  @Test func `of 502 with a page of HTML is tried again all the same`() throws {
    let rules = "{ at: \"/deleted\", equals: true, is: \"erased\" }"
    let answer = HTTPResponse(502, body: Array("<html>".utf8))
    #expect(try conclusion(answer, rules: rules) == .retry(.vendorFailed))
  }

  @Test(
    arguments: [
      ("Retry-After", "120", nil, .delay(.seconds(120))),
      ("Retry-After", "0", nil, .delay(.seconds(0))),
      ("Retry-After", "1.5", nil, .delay(.milliseconds(1500))), ("Retry-After", "-5", nil, nil),
      ("Retry-After", "soon", nil, nil), ("Retry-After", "", nil, nil),
      ("Retry-After", "99999999999999999999999", nil, .delay(.milliseconds(.max))),
      (
        "Retry-After", "Sat, 21 Nov 2026 08:00:30 GMT", nil,
        .until(Instant(milliseconds: 1_795_248_030_000))
      ),
      (
        "Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT", nil,
        .until(Instant(milliseconds: 784_111_777_000))
      ),
      ("Retry-After", "Sat, 31 Foo 2026 08:00:30 GMT", nil, nil),
      ("X-Reset", "1795248030", "epoch", .until(Instant(milliseconds: 1_795_248_030_000))),
      ("X-Reset", "30", "seconds", .delay(.seconds(30))),
      ("X-Reset", "250", "millis", .delay(.milliseconds(250))),
      (
        "X-Reset", "Sat, 21 Nov 2026 09:00:30 +0100", "date",
        .until(Instant(milliseconds: 1_795_248_030_000))
      ),
      ("X-Reset", "-30", "seconds", nil), ("X-Reset", "inf", "seconds", nil),
      ("X-Other", "30", "seconds", nil),
    ] as [(String, String, String?, Patience?)])
  func `BZ-08 that asks for patience says for how long`(
    header: String, value: String, kind: String?, patience: Patience?
  ) throws {
    let wait = kind.map { "limits: { wait: { header: \"X-Reset\", as: \"\($0)\" } }," } ?? ""
    var answer = HTTPResponse(429)
    answer.fields.append(header, value)
    #expect(try conclusion(answer, more: wait) == .throttled(patience))
  }

  @Test(
    arguments: [
      (.dns, .retry(.dns)), (.connect, .retry(.connect)), (.tls, .retry(.tls)),
      (.timeout, .retry(.timeout)), (.uncertain, .retry(.uncertain)),
      (.addressRefused, .retry(.addressRefused)), (.responseTooLarge, .retry(.responseTooLarge)),
      (.unusable, settled(.failed(.unusableRequest))),
    ] as [(HTTPFailure.Kind, Conclusion)])
  func `that never came is told by why`(kind: HTTPFailure.Kind, conclusion: Conclusion) throws {
    let behaviour = try makeBehaviour(makeManifest(with: "erase: [{ delete: \"/{id}\" }]"))
    let failed = Exchange(
      HTTPRequest(.delete, ""), .failure(HTTPFailure(kind, detail: "")))
    guard
      case .conclude(let found) = behaviour.next(makeCall([person(.email, "x")]), after: [failed])
    else {
      Issue.record("another request follows")
      return
    }
    #expect(found == conclusion)
  }
}

@Suite struct `Steps` {
  @Test func `run on although the first found nobody, and the worst counts`() throws {
    let manifest = try makeManifest(
      with: "erase: [{ delete: \"/a/{id}\" }, { delete: \"/b/{id}\" }]")
    let behaviour = try makeBehaviour(manifest)
    let call = makeCall([person(.email, "x")])
    func result(_ one: Int, _ two: Int) -> Conclusion? {
      Conversation(behaviour, call, [HTTPResponse(one), HTTPResponse(two)]).conclusion
    }
    #expect(result(404, 200) == .outcomes([.settled(.erased)]))
    #expect(result(200, 404) == .outcomes([.settled(.erased)]))
    #expect(result(404, 404) == .outcomes([.settled(.absent)]))
    #expect(result(200, 400) == .outcomes([.settled(.failed(.refused))]))
  }

  @Test func `stop at a failure`() throws {
    let manifest = try makeManifest(
      with: "erase: [{ delete: \"/a/{id}\" }, { delete: \"/b/{id}\" }]")
    let talk = Conversation(
      try makeBehaviour(manifest), makeCall([person(.email, "x")]), [HTTPResponse(400)])
    #expect(talk.requests.count == 1)
  }

  @Test(arguments: [
    ("first", ["DELETE /u-1"]), ("each", ["DELETE /u-1", "DELETE /a", "DELETE /b"]),
  ])
  func `go to the first identity, or to each`(send: String, lines: [String]) throws {
    let manifest = try makeManifest(
      with: "send: \"\(send)\", erase: [{ delete: \"/{id}\" }]",
      people: "[{ externalId: \"x\" }, { email: \"e\" }]")
    let subject = Subject([
      Identity(.email, "a"), Identity(.phone, "p"), Identity(.externalId, "u-1"),
      Identity(.email, "b"),
    ])
    let talk = Conversation(
      try makeBehaviour(manifest), makeCall([subject]),
      Array(repeating: HTTPResponse(200), count: lines.count))
    #expect(talk.lines.map { $0.replacing("https://api.vendor.example", with: "") } == lines)
    #expect(talk.conclusion == .outcomes([.settled(.erased)]))
  }

  @Test func `leave people alone whom the vendor cannot know`() throws {
    let behaviour = try makeBehaviour(makeManifest(with: "erase: [{ delete: \"/{id}\" }]"))
    let call = makeCall([person(.phone, "1"), person(.email, "x")])
    #expect(behaviour.objection(to: call.people[0]) == .notApplicable)
    #expect(behaviour.objection(to: call.people[1]) == nil)
    let talk = Conversation(behaviour, call, [HTTPResponse(200)])
    #expect(talk.requests.count == 1)
    #expect(talk.conclusion == .outcomes([.settled(.notApplicable), .settled(.erased)]))
  }
}
