import Connectors
import Documents
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A batch` {
  /// What Braze's page asks for, as a manifest.
  static let braze = #"""
    { name: "braze", title: "Braze", docs: "https://www.braze.com/docs",
      settings: { properties: { phonePrioritization: { type: "boolean", default: true } } },
      people: [
        { externalId: "external_ids" },
        { userAlias: "user_aliases", as: { alias_name: "{id}", alias_label: "{label}" } },
        { brazeId: "braze_ids" },
        { email: "email_addresses", as: { email: "{id}", prioritization: "{prioritization}" } },
        { phone: "phone_numbers", as: { phone: "{id}", prioritization: "{prioritization}" },
          when: { phonePrioritization: true } },
        { phone: "phone_numbers", when: { phonePrioritization: false } },
      ],
      permission: "users.delete", consequences: ["It cannot be undone.", "Statistics may differ."],
      base: "https://rest.fra-01.braze.eu",
      limits: { rate: "20000/min", pool: "braze-users" },
      erase: [{ post: "/users/delete", batch: { max: 50, linger: "2s" },
        json: { "{kind}": "{identity}" }, count: "/deleted",
        outcome: [
          { at: "/deleted", equals: 0, kind: ["email", "phone"], is: "ambiguous" },
          { at: "/deleted", equals: 0, is: "absent" },
          { status: "2xx", is: "accepted" } ] }] }
    """#

  private func behaviour(_ settings: JSON = [:]) throws -> ManifestBehaviour {
    try makeBehaviour(makeManifest(Self.braze), settings)
  }

  private func email(_ value: String) -> Subject {
    Subject([Identity(.email, value, prioritization: [.identified, .mostRecentlyUpdated])])
  }

  @Test func `BZ-02 holds as many as the vendor takes, and the rest travels in another`() throws {
    let behaviour = try behaviour()
    #expect(behaviour.traits.peoplePerCall == 50)
    let call = makeCall((0..<51).map { person(.externalId, "u-\($0)") })
    let talk = Conversation(
      behaviour, call,
      [HTTPResponse(200, json: ["deleted": 50]), HTTPResponse(200, json: ["deleted": 1])])
    let sizes = try talk.requests.map { try JSON(reading: $0.body)["external_ids"]?.array?.count }
    #expect(sizes == [50, 1])
    #expect(talk.conclusion == .outcomes(Array(repeating: .settled(.accepted), count: 51)))
  }

  @Test func `BZ-03 never mixes kinds`() throws {
    let people = [
      person(.externalId, "u-1"), email("a@b.example"), person(.externalId, "u-2"),
      person(IdentityKind("brazeId"), "b"), Subject([Identity(.userAlias, "n", label: "l")]),
      Subject([Identity(.phone, "+49", prioritization: [.unidentified])]),
    ]
    let counts = [2, 1, 1, 1, 1].map { HTTPResponse(200, json: ["deleted": JSON($0)]) }
    let talk = Conversation(try behaviour(), makeCall(people), counts)
    let bodies = talk.requests.indices.map { talk.body($0) }
    #expect(
      bodies == [
        #"{"external_ids":["u-1","u-2"]}"#,
        #"{"email_addresses":[{"email":"a@b.example","#
          + #""prioritization":["identified","most_recently_updated"]}]}"#,
        #"{"braze_ids":["b"]}"#, #"{"user_aliases":[{"alias_name":"n","alias_label":"l"}]}"#,
        #"{"phone_numbers":[{"phone":"+49","prioritization":["unidentified"]}]}"#,
      ])
    #expect(talk.conclusion == .outcomes(Array(repeating: .settled(.accepted), count: 6)))
  }

  @Test(arguments: UInt64(1)...40)
  func `BZ-03 holds one kind in every body, whoever travels`(seed: UInt64) throws {
    var state = seed
    let people = (0..<(10 + Int(seed) * 3)).map { position -> Subject in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let kinds = ["externalId", "userAlias", "brazeId", "email", "phone"]
      let kind = IdentityKind(kinds[Int(state >> 33) % kinds.count])
      return Subject([
        Identity(kind, "v\(position)", label: "l", prioritization: [.identified])
      ])
    }
    let answers = Array(repeating: HTTPResponse(200, json: ["deleted": 50]), count: 20)
    let talk = Conversation(try behaviour(), makeCall(people), answers)
    let bodies = try talk.requests.map { try #require(try JSON(reading: $0.body).members) }
    #expect(bodies.allSatisfy { $0.count == 1 && (1...50).contains($0[0].value.array?.count ?? 0) })
    #expect(bodies.map { $0[0].value.array?.count ?? 0 }.reduce(0, +) == people.count)
  }

  @Test func `BZ-14 sends bare phone numbers where the settings say so`() throws {
    let talk = Conversation(
      try behaviour(["phonePrioritization": false]), makeCall([person(.phone, "+49")]), [])
    #expect(talk.body(0) == #"{"phone_numbers":["+49"]}"#)
  }

  @Test func `BZ-15 is refused at once for an address without prioritization`() throws {
    let behaviour = try behaviour()
    #expect(behaviour.objection(to: person(.email, "a@b.example")) == .prioritizationMissing)
    #expect(behaviour.objection(to: person(.phone, "+49")) == .prioritizationMissing)
    #expect(behaviour.objection(to: email("a@b.example")) == nil)
    #expect(behaviour.objection(to: person(.externalId, "u")) == nil)
  }

  @Test func `BZ-15 never takes a person it could not send for one who is unknown`() throws {
    let talk = Conversation(try behaviour(), makeCall([person(.email, "a@b.example")]), [])
    #expect(talk.requests.isEmpty)
    #expect(talk.conclusion == .outcomes([.settled(.failed(.prioritizationMissing))]))
  }

  @Test func `BZ-11 is refused at once for an alias without its label`() throws {
    let behaviour = try behaviour()
    #expect(behaviour.objection(to: person(.userAlias, "n")) == .unreadableInput)
    #expect(behaviour.objection(to: Subject([Identity(.userAlias, "n", label: "l")])) == nil)
  }

  @Test(
    arguments: [
      (.externalId, ["deleted": 1], .outcomes([.settled(.accepted)])),
      (.externalId, ["deleted": 0], .outcomes([.settled(.absent)])),
      (.email, ["deleted": 0], .outcomes([.settled(.ambiguous)])),
      (.email, ["deleted": 1], .outcomes([.settled(.accepted)])),
      (.externalId, ["message": "success"], .outcomes([.settled(.failed(.unexpectedBody))])),
      (.externalId, ["deleted": "1"], .outcomes([.settled(.failed(.unexpectedBody))])),
      (.externalId, ["deleted": -1], .outcomes([.settled(.failed(.unexpectedBody))])),
      (.externalId, ["deleted": 0.5], .outcomes([.settled(.failed(.unexpectedBody))])),
    ] as [(IdentityKind, JSON, Conclusion)])
  func `BZ-17 BZ-21 BZ-22 of one is judged by how many were deleted`(
    kind: IdentityKind, answer: JSON, conclusion: Conclusion
  ) throws {
    let subject = kind == .email ? email("a@b.example") : person(kind, "u")
    let talk = Conversation(
      try behaviour(), makeCall([subject]), [HTTPResponse(200, json: answer)])
    #expect(talk.conclusion == conclusion)
  }

  @Test func `BZ-21 of several that lost one is halved, not completed`() throws {
    let call = makeCall([person(.externalId, "a"), person(.externalId, "b")])
    let talk = Conversation(try behaviour(), call, [HTTPResponse(200, json: ["deleted": 1])])
    #expect(talk.conclusion == .refused(.countMismatch))
  }

  @Test(
    arguments: [
      (HTTPResponse(400), .refused(.refused)), (HTTPResponse(429), .throttled(nil)),
      (HTTPResponse(500), .retry(.vendorFailed)),
      (HTTPResponse(401), .blocked(ConnectorFault(.credentialRejected, status: 401))),
      (
        HTTPResponse(302),
        .outcomes(Array(repeating: .settled(.failed(.redirectRefused)), count: 2))
      ),
      (
        HTTPResponse(200), .outcomes(Array(repeating: .settled(.failed(.unexpectedBody)), count: 2))
      ),
    ] as [(HTTPResponse, Conclusion)])
  func `is halved only when that can find the one it is about`(
    answer: HTTPResponse, conclusion: Conclusion
  ) throws {
    let call = makeCall([person(.externalId, "a"), person(.externalId, "b")])
    #expect(Conversation(try behaviour(), call, [answer]).conclusion == conclusion)
  }

  @Test func `with one refused kind keeps what came of the others`() throws {
    let people = [
      person(.externalId, "a"), person(.externalId, "b"), person(IdentityKind("brazeId"), "c"),
    ]
    let talk = Conversation(
      try behaviour(), makeCall(people),
      [HTTPResponse(200, json: ["deleted": 2]), HTTPResponse(400)])
    #expect(
      talk.conclusion
        == .outcomes([.settled(.accepted), .settled(.accepted), .settled(.failed(.refused))]))
  }

  @Test func `is cut where its body would be too large`() throws {
    let manifest = try makeManifest(
      with: "erase: [{ post: \"/\", batch: { max: 9, bytes: 20 }, json: \"{id}\" }]")
    let call = makeCall(["aaaaa", "bbbbb", "ccccc"].map { person(.email, $0) })
    let talk = Conversation(
      try makeBehaviour(manifest), call, Array(repeating: HTTPResponse(200), count: 2))
    #expect((0..<2).map { talk.body($0) } == [#"["aaaaa"]"#, #"["bbbbb","ccccc"]"#])
  }

  @Test func `joins its people with commas in a URL`() throws {
    let manifest = try makeManifest(with: "erase: [{ delete: \"/u?ids={id}\", batch: { max: 9 } }]")
    let call = makeCall(["a,b", "c"].map { person(.email, $0) })
    let talk = Conversation(try makeBehaviour(manifest), call, [])
    #expect(talk.lines == ["DELETE https://api.vendor.example/u?ids=a%2Cb,c"])
  }

  @Test func `has another UUID in a replay, so that the vendor does not take it for done`() throws {
    let manifest = try makeManifest(
      with: "erase: [{ post: \"/\", batch: { max: 9 }, json: [\"{id}\", \"{uuid}\"] }]")
    let behaviour = try makeBehaviour(manifest)
    func body(_ replay: Int) -> [UInt8] {
      var call = makeCall([person(.email, "a")])
      call.replay = replay
      return Conversation(behaviour, call, []).requests[0].body
    }
    #expect(body(1) == body(1) && body(1) != body(0) && body(1) != body(2))
  }

  @Test func `keeps its UUID while its membership stays`() throws {
    let manifest = try makeManifest(
      with: "erase: [{ post: \"/\", batch: { max: 9 }, json: [\"{id}\", \"{uuid}\"] }]")
    let behaviour = try makeBehaviour(manifest)
    func uuid(_ ids: [String], from first: Int) throws -> JSON? {
      let talk = Conversation(behaviour, makeCall(ids.map { person(.email, $0) }, from: first), [])
      return try JSON(reading: talk.requests[0].body)[1]
    }
    #expect(try uuid(["a", "b"], from: 0) == uuid(["a", "b"], from: 0))
    #expect(try uuid(["a", "b"], from: 0) != uuid(["a"], from: 0))
    #expect(try uuid(["a"], from: 0) != uuid(["a"], from: 1))
  }

  @Test func `BZ-21 of one that deleted nobody is no success, whatever a rule says`() throws {
    let manifest = try makeManifest(
      with: """
        erase: [{ post: "/", json: "{id}", count: "/n", outcome: [{ status: 200, is: "accepted" }] }]
        """)
    let talk = Conversation(
      try makeBehaviour(manifest), makeCall([person(.email, "a")]),
      [HTTPResponse(200, json: ["n": 0])])
    #expect(talk.conclusion == .outcomes([.settled(.failed(.countMismatch))]))
  }

  @Test func `OS-20 keeps the pace its manifest and each of its steps ask for`() throws {
    let manifest = try makeManifest(
      with: """
        limits: { rate: ["3/s", "60/min"], spacing: "500ms", concurrent: 2, retryFor: "6h" },
        erase: [{ delete: "/{id}", limits: { rate: "160/10s" } }]
        """)
    let traits = try makeBehaviour(manifest).traits
    #expect(traits.rates.map(\.count) == [3, 60, 160])
    #expect(traits.rates.map(\.per) == [.seconds(1), .minutes(1), .seconds(10)])
    #expect(traits.spacing == .milliseconds(500))
    #expect(traits.concurrent == 2)
    #expect(traits.retryFor == .hours(6))
    #expect(traits.peoplePerCall == 1)
    #expect(!traits.isAcceptedOnly && !traits.needsToken)
  }

  @Test func `BZ-08 tells its traits`() throws {
    let traits = try behaviour().traits
    #expect(traits.rates == [Rate(20_000, per: .minutes(1))])
    #expect(traits.pool == "braze-users")
    #expect(traits.isAcceptedOnly)
    let about = try makeManifest(Self.braze).about
    #expect(about.permission == "users.delete")
    #expect(about.consequences == ["It cannot be undone.", "Statistics may differ."])
  }
}

@Suite struct `A batch with a result for each person` {
  private func conclusion(
    by: String, _ answer: JSON, people: [String] = ["a", "b"], job: String = ""
  ) throws -> Conclusion? {
    let poll =
      job.isEmpty
      ? ""
      : "poll: { get: \"/j/{job}\", giveUp: \"9d\", state: \"/s\", states: { D: \"erased\" } },"
    let manifest = try makeManifest(
      with: """
        \(poll) erase: [{ post: "/", batch: { max: 9 }, json: "{id}", \(job)
          items: { in: "$.rows[*]", by: "\(by)" },
          outcome: [\(job.isEmpty ? "{ at: \"/ok\", equals: true, is: \"erased\" }," : "")
            { at: "/e", equals: "gone", is: "absent" }, { at: "/e", equals: "later", is: "retry" }] }]
        """)
    let call = makeCall(people.map { person(.email, $0) })
    return Conversation(try makeBehaviour(manifest), call, [HTTPResponse(200, json: answer)])
      .conclusion
  }

  @Test func `goes by position`() throws {
    let answer: JSON = ["rows": [["ok": true], ["e": "gone"], ["e": "later"], ["e": "other"]]]
    #expect(
      try conclusion(by: "position", answer, people: ["a", "b", "c", "d"])
        == .outcomes([
          .settled(.erased), .settled(.absent), .retry(.vendorFailed),
          .settled(.failed(.unexpectedBody)),
        ]))
  }

  @Test func `knows nobody when a row is missing`() throws {
    let failed = Outcome.settled(.failed(.unexpectedBody))
    #expect(
      try conclusion(by: "position", ["rows": [["ok": true]]]) == .outcomes([failed, failed]))
    #expect(try conclusion(by: "position", ["x": 1]) == .outcomes([failed, failed]))
  }

  @Test func `goes by a key in any order`() throws {
    let answer: JSON = ["rows": [["id": "b", "ok": true], ["id": "a", "e": "gone"]]]
    #expect(
      try conclusion(by: "/id", answer) == .outcomes([.settled(.absent), .settled(.erased)]))
    let named: JSON = ["rows": [["b": ["ok": true], "a": ["e": "gone"]]]]
    #expect(try conclusion(by: "key", named) == .outcomes([.settled(.absent), .settled(.erased)]))
  }

  @Test(arguments: ["/id", "key"])
  func `knows nobody of whom it says two things`(by: String) throws {
    let rows: [JSON] =
      by == "key"
      ? [["a": ["e": "other"]], ["a": ["ok": true], "b": ["ok": true]]]
      : [["id": "a", "e": "other"], ["id": "a", "ok": true], ["id": "b", "ok": true]]
    #expect(
      try conclusion(by: by, ["rows": .array(rows)])
        == .outcomes([.settled(.failed(.unexpectedBody)), .settled(.erased)]))
  }

  @Test(arguments: ["/id", "key"])
  func `takes no look-alike for a person`(by: String) throws {
    let (one, two) = ("jos\u{e9}", "jose\u{301}")
    let rows: [JSON] =
      by == "key" ? [.object([.init(two, ["ok": true])])] : [["id": .string(two), "ok": true]]
    #expect(
      try conclusion(by: by, ["rows": .array(rows)], people: [one])
        == .outcomes([.settled(.failed(.unexpectedBody))]))
  }

  @Test func `takes each person's own job`() throws {
    let answer: JSON = ["rows": [["job": "j1"], ["job": "j2"]]]
    #expect(
      try conclusion(by: "position", answer, job: "job: \"/job\",")
        == .outcomes([.pending(Job(id: "j1")), .pending(Job(id: "j2"))]))
  }
}
