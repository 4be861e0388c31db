import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A poll` {
  private func talk(
    _ poll: String, _ answers: [HTTPResponse], job: String = "j/1", people: [String] = ["a"]
  ) throws -> Conversation {
    let manifest = try makeManifest(
      with: """
        erase: [{ post: "/{id}", job: "/job" }],
        poll: { giveUp: "9d", every: "2h", \(poll) }
        """)
    let call = makeCall(people.map { person(.email, $0) }, polling: job)
    return Conversation(try makeBehaviour(manifest), call, answers)
  }

  private static let states =
    "get: \"/j/{job}\", state: \"/s\", states: { DONE: \"erased\", GONE: \"absent\", BAD: \"failed\", "
    + "AGAIN: \"retry\", \"5\": \"accepted\", NONE: \"verifiedAbsent\" }"

  private static let pending = Outcome.pending(Job(id: "j/1"))

  @Test(
    arguments: [
      ("DONE", .settled(.erased)), ("GONE", .settled(.absent)),
      ("BAD", .settled(.failed(.refused))),
      (5, .settled(.accepted)), ("NONE", .settled(.verifiedAbsent)), ("RUNNING", pending),
      (.null, pending), ("AGAIN", .retry(.vendorFailed)),
    ] as [(JSON, Outcome)])
  func `is read by the job's state`(state: JSON, outcome: Outcome) throws {
    let talk = try talk(Self.states, [HTTPResponse(200, json: ["s": state])])
    #expect(talk.lines == ["GET https://api.vendor.example/j/j%2F1"])
    #expect(talk.conclusion == .outcomes([outcome]))
  }

  @Test(
    arguments: [
      (HTTPResponse(404), .outcomes([pending])), (HTTPResponse(500), .retry(.vendorFailed)),
      (HTTPResponse(429), .throttled(nil)),
      (HTTPResponse(401), .blocked(ConnectorFault(.credentialRejected, status: 401))),
      (HTTPResponse(400), .outcomes([.settled(.failed(.refused))])),
      (
        HTTPResponse(200, body: Array("<html>".utf8)),
        .outcomes([.settled(.failed(.unexpectedBody))])
      ),
      (HTTPResponse(200), .outcomes([.settled(.failed(.unexpectedBody))])),
    ] as [(HTTPResponse, Conclusion)])
  func `that gets another answer keeps the job where it can`(
    answer: HTTPResponse, conclusion: Conclusion
  ) throws {
    #expect(try talk(Self.states, [answer]).conclusion == conclusion)
  }

  @Test func `asks once for all people of a job`() throws {
    let talk = try talk(
      Self.states, [HTTPResponse(200, json: ["s": "DONE"])], people: ["a", "b", "c"])
    #expect(talk.requests.count == 1)
    #expect(talk.conclusion == .outcomes(Array(repeating: .settled(.erased), count: 3)))
  }

  @Test func `asks for each person where it speaks of one`() throws {
    let talk = try talk(
      "get: \"/u{?id}\", rows: \"$.d[*]\", outcome: [{ rows: 0, is: \"verifiedAbsent\" }]",
      [HTTPResponse(200, json: ["d": []]), HTTPResponse(200, json: ["d": [1]])], job: "",
      people: ["a", "b"])
    #expect(talk.requests.count == 2)
    #expect(
      talk.conclusion == .outcomes([.settled(.verifiedAbsent), .pending(Job(id: ""))]))
  }

  @Test(arguments: ["{}", "{\"d\": null}", "{\"d\": {}}", "{\"errors\": []}", "[]", ""])
  func `never takes a missing list for an empty one`(body: String) throws {
    let talk = try talk(
      "get: \"/u{?id}\", rows: \"$.d[*]\", outcome: [{ rows: 0, is: \"verifiedAbsent\" }]",
      [HTTPResponse(200, body: Array(body.utf8))], job: "")
    #expect(talk.conclusion == .outcomes([.settled(.failed(.unexpectedBody))]))
  }

  @Test func `finds its own row in a list of jobs`() throws {
    let poll =
      "get: \"/jobs\", rows: \"$.jobs[*]\", where: { \"/id\": \"{job}\" }, state: \"/s\", "
      + "states: { DONE: \"erased\" }"
    let jobs: JSON = ["jobs": [["id": "x", "s": "DONE"], ["id": "j/1", "s": "RUNNING"]]]
    #expect(
      try talk(poll, [HTTPResponse(200, json: jobs)]).conclusion == .outcomes([Self.pending]))
    let done: JSON = ["jobs": [["id": "j/1", "s": "DONE"]]]
    #expect(
      try talk(poll, [HTTPResponse(200, json: done)]).conclusion == .outcomes([.settled(.erased)]))
    let gone: JSON = ["jobs": []]
    #expect(
      try talk(poll, [HTTPResponse(200, json: gone)]).conclusion == .outcomes([Self.pending]))
  }

  @Test(
    arguments: [
      ("2026-11-25T08:00:00Z", 4), ("2026-11-25T09:30:00+01:30", 4), (1_795_593_600 as JSON, 4),
      ("2026-11-26", nil), ("2020-01-01T00:00:00Z", 0), ("soon", 0),
    ] as [(JSON, Int?)])
  func `waits until the vendor's own date`(due: JSON, days: Int?) throws {
    let talk = try talk(
      Self.states + ", due: \"/due\"", [HTTPResponse(200, json: ["s": "RUNNING", "due": due])])
    let now = Instant(milliseconds: 1_795_248_000_000)
    let expected: Instant? =
      switch days {
      case nil: now + .hours(112)
      case 0: nil
      case let days?: now + .days(Int64(days))
      }
    #expect(talk.conclusion == .outcomes([.pending(Job(id: "j/1", askAgain: expected))]))
  }

  @Test func `asks about each of several jobs of a person, and the worst counts`() throws {
    let manifest = try makeManifest(
      with: """
        send: "each", erase: [{ post: "/{id}", job: "/j" }],
        poll: { giveUp: "9d", \(Self.states) }
        """)
    let behaviour = try makeBehaviour(manifest)
    let subject = Subject([Identity(.email, "a"), Identity(.email, "b")])
    let made = Conversation(
      behaviour, makeCall([subject]),
      [HTTPResponse(200, json: ["j": "1"]), HTTPResponse(200, json: ["j": 2])])
    #expect(made.conclusion == .outcomes([.pending(Job(id: #"["1","2"]"#))]))
    let asked = Conversation(
      behaviour, makeCall([subject], polling: #"["1","2"]"#),
      [HTTPResponse(200, json: ["s": "DONE"]), HTTPResponse(200, json: ["s": "RUNNING"])])
    #expect(asked.lines.map { $0.last } == ["1", "2"])
    #expect(asked.conclusion == .outcomes([.pending(Job(id: "2"))]))
  }

  @Test(arguments: [("/a", "x"), ("/none", nil), ("/obj", nil)])
  func `needs a job's name where the manifest says there is one`(
    place: String, job: String?
  ) throws {
    let manifest = try makeManifest(
      with:
        "erase: [{ post: \"/{id}\", job: \"\(place)\" }], poll: { giveUp: \"9d\", \(Self.states) }")
    let talk = Conversation(
      try makeBehaviour(manifest), makeCall([person(.email, "a")]),
      [HTTPResponse(200, json: ["a": "x", "obj": [:]])])
    let outcome = job.map { Outcome.pending(Job(id: $0)) } ?? .settled(.failed(.unexpectedBody))
    #expect(talk.conclusion == .outcomes([outcome]))
  }

  @Test func `can take the UUID that was sent for the job's name`() throws {
    let manifest = try makeManifest(
      with: """
        erase: [{ post: "/{id}", json: "{uuid}", job: ["/j", "{uuid}"] }],
        poll: { giveUp: "9d", \(Self.states) }
        """)
    let talk = Conversation(
      try makeBehaviour(manifest), makeCall([person(.email, "a")]), [HTTPResponse(200, json: [:])])
    let sent = try JSON(reading: talk.requests[0].body).string ?? ""
    #expect(talk.conclusion == .outcomes([.pending(Job(id: sent))]))
  }

  @Test func `tells its pace`() throws {
    let manifest = try makeManifest(
      with:
        "erase: [{ post: \"/{id}\", job: \"/j\" }], poll: { giveUp: \"9d\", every: \"2h\", \(Self.states) }"
    )
    let traits = try makeBehaviour(manifest).traits
    #expect(traits.pollEvery == .hours(2))
    #expect(traits.giveUpAfter == .days(9))
    #expect(!traits.isAcceptedOnly)
  }
}

@Suite struct `A token` {
  private func behaviour(_ lifetime: String) throws -> ManifestBehaviour {
    let manifest = try makeManifest(
      with: """
        settings: { properties: { client: {}, secret: { secret: true } } },
        auth: { token: { post: "https://login.vendor.example/t", headers: { Accept: "application/json" },
          json: { c: "{client}", s: "{secret}" }, take: { access: "/t" }, \(lifetime) },
          bearer: "{access}" },
        check: { get: "/me" }, erase: [{ delete: "/{id}" }]
        """)
    return try makeBehaviour(manifest, ["client": "c", "secret": "s"])
  }

  private static let now = Instant(milliseconds: 0)

  @Test func `is asked for as the manifest says`() throws {
    let behaviour = try behaviour("for: \"1h\"")
    let request = try #require(behaviour.tokenRequest(at: Self.now))
    #expect(behaviour.traits.needsToken)
    #expect(request.method == .post)
    #expect(request.url == "https://login.vendor.example/t")
    #expect(String(decoding: request.body, as: UTF8.self) == #"{"c":"c","s":"s"}"#)
    #expect(request.fields["Accept"] == "application/json")
    #expect(request.fields["Authorization"] == nil)
  }

  @Test(
    arguments: [
      ("for: \"1h\"", [:] as JSON, 3540), ("for: \"5m\"", [:], 270),
      ("expires: \"/e\"", ["e": 3600], 3540), ("expires: \"/e\"", ["e": "3600"], 3540),
      ("expires: \"/e\"", ["e": -5], 0), ("expires: \"/e\"", ["e": 1e30], 31_535_940),
      ("expires: \"/e\"", [:], 270),
    ] as [(String, JSON, Int64)])
  func `is used a little shorter than it lives`(
    lifetime: String, more: JSON, seconds: Int64
  ) throws {
    let body = JSON.object([.init("t", "x")] + (more.members ?? []))
    let token = try behaviour(lifetime).token(in: HTTPResponse(200, json: body), at: Self.now).get()
    #expect(token.values == ["access": "x"])
    #expect((token.expires - Self.now).milliseconds / 1000 == seconds)
  }

  @Test(arguments: [
    (HTTPResponse(400), Code.credentialRejected), (HTTPResponse(401), .credentialRejected),
    (HTTPResponse(403), .credentialRejected), (HTTPResponse(429), .rateLimited),
    (HTTPResponse(503), .vendorFailed), (HTTPResponse(404), .configurationInvalid),
    (HTTPResponse(200), .unexpectedBody), (HTTPResponse(200, json: ["t": ""]), .unexpectedBody),
    (HTTPResponse(200, json: ["t": .null]), .unexpectedBody),
  ])
  func `that does not come is the connector's fault`(answer: HTTPResponse, code: Code) throws {
    let result = try behaviour("for: \"1h\"").token(in: answer, at: Self.now)
    #expect(result == .failure(ConnectorFault(code, status: answer.status)))
  }

  @Test func `goes with the calls, and nothing goes without it`() throws {
    let behaviour = try behaviour("for: \"1h\"")
    var call = makeCall([person(.email, "a")])
    #expect(Conversation(behaviour, call, []).requests.isEmpty)
    call.access = AccessToken(values: ["access": "x"], expires: call.triedAt)
    let talk = Conversation(behaviour, call, [])
    #expect(talk.requests.first?.fields["Authorization"] == "Bearer x")
  }

  @Test(arguments: [
    (200, nil), (401, Code.credentialRejected), (403, .credentialRejected),
    (404, .configurationInvalid),
    (429, .rateLimited), (500, .vendorFailed), (400, .configurationInvalid),
  ])
  func `OS-23 is tried by a harmless request`(status: Int, code: Code?) throws {
    let behaviour = try behaviour("for: \"1h\"")
    let access = AccessToken(values: ["access": "x"], expires: Self.now)
    let request = try #require(behaviour.checkRequest(with: access, at: Self.now))
    #expect(request.url == "https://api.vendor.example/me")
    #expect(request.fields["Authorization"] == "Bearer x")
    #expect(
      behaviour.fault(inCheck: HTTPResponse(status))
        == code.map { ConnectorFault($0, status: status) })
  }
}
