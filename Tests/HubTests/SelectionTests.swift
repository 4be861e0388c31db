import Documents
import HTTPTypes
import Hub
import PurgeCore
import Testing

@Suite struct `A selection` {
  private static let kinds: [(String, JSON)] = [
    ("externalId", ["canary-1"]), ("email", ["canary-2@example.org"]),
    ("phone", ["+4915100000003"]),
    ("userAlias", [["name": "canary-4", "label": "crm"]]), ("deviceId", ["canary-5"]),
  ]

  /// A subset of the five kinds, as the bits of a number.
  private static func identifiers(_ subset: Int) -> JSON {
    .object(
      kinds.enumerated().filter { subset >> $0.offset & 1 == 1 }.map {
        JSON.Member($0.element.0, $0.element.1)
      })
  }

  @Test(arguments: 0..<32)
  func `BZ-04 has exactly one identifier kind`(subset: Int) async throws {
    try await visit { visitor in
      let body: JSON = ["identifiers": Self.identifiers(subset)]
      let answer = try await visitor.post("/v1/plans", body)
      switch subset.nonzeroBitCount {
      case 0: #expect(answer.code == 1003)
      case 1: #expect(answer.status == 200)
      default:
        #expect(answer.code == 1002)
        let named = body["identifiers"]?.members?.map(\.name) ?? []
        #expect(named.allSatisfy(answer.detail.contains))
      }
      #expect(answer.status == (subset.nonzeroBitCount == 1 ? 200 : 422))
      #expect(!answer.text.contains("canary"))
    }
  }

  @Test func `keeps people whose names only look alike`() throws {
    let (composed, decomposed) = ("jos\u{e9}", "jose\u{301}")
    let names = [composed, decomposed, composed]
    let selection = try Selection(
      kind: .externalId, identities: names.map { Identity(.externalId, $0) },
      purpose: .dataHygiene)
    let kept = selection.people.flatMap(\.identities).map { Array($0.value.utf8) }
    #expect(kept == [Array(composed.utf8), Array(decomposed.utf8)])
  }

  @Test func `BZ-24 is refused when it mixes four kinds as the vendor's own example does`()
    async throws
  {
    try await visit { visitor in
      let mixed: JSON = [
        "identifiers": [
          "externalId": ["canary-a", "canary-b"], "brazeId": ["canary-c"],
          "userAlias": [["name": "canary-d", "label": "shop"]],
          "email": ["canary-e@example.org"],
        ]
      ]
      for address in ["/v1/plans", "/v1/requests"] {
        let answer = try await visitor.post(address, mixed)
        #expect(answer.status == 422)
        #expect(answer.code == 1002)
        #expect(answer.detail.contains("brazeId and email and externalId and userAlias"))
        #expect(!answer.text.contains("canary"))
      }
      #expect(try await visitor.countRequests() == 0)
    }
  }

  @Test(arguments: [
    [], ["newest"], ["identified", "identified"], ["identified", "unidentified"],
    ["most_recently_updated", "unidentified", "identified"],
  ])
  func `BZ-18 BZ-19 has a prioritization without contradictions`(words: [String]) async throws {
    try await visit { visitor in
      let list: JSON = .array(words.map(JSON.string))
      let answer = try await visitor.post(
        "/v1/plans", .people(1).with(["prioritization": list]))
      #expect(answer.status == 422)
      #expect(answer.code == 1005)
    }
  }

  @Test(arguments: ["identified", ["identified", 5], 7, [:]] as [JSON])
  func `BZ-18 is refused when its prioritization is no list of words`(value: JSON) async throws {
    try await visit { visitor in
      let answer = try await visitor.post(
        "/v1/plans", .people(1).with(["prioritization": value]))
      #expect([400, 422].contains(answer.status))
    }
  }

  @Test func `BZ-15 needs a prioritization where a vendor asks for one`() async throws {
    try await visit { visitor in
      try await visitor.house.install("strict", ScriptedBehaviour(asksForPrioritization: true))
      let answer = try await visitor.post("/v1/plans", .people(1))
      #expect(answer.code == 1004)
      #expect(answer.json["connector"] == "strict")
      let given: JSON = .people(1).with(["prioritization": ["unidentified"]])
      #expect(try await visitor.post("/v1/plans", given).status == 200)
    }
  }

  @Test func `BZ-16 is another one when its prioritization has another order`() async throws {
    try await visit { visitor in
      let words: [JSON] = [
        ["identified", "most_recently_updated"], ["most_recently_updated", "identified"],
      ]
      var plans: Set<String> = []
      for list in words {
        let body = JSON.people(1).with(["prioritization": list])
        plans.insert(try await visitor.post("/v1/plans", body).plan)
      }
      #expect(plans.count == 2)
    }
  }

  @Test func `BZ-17 names people of a kind that a vendor does not know as not applicable`()
    async throws
  {
    try await visit { visitor in
      try await visitor.house.install("crm")
      let plan = try await visitor.post("/v1/plans", .people("phone", ["+4915100000003"]))
      #expect(plan.json["connectors"]?[0]?["people"] == 0)
      #expect(plan.json["connectors"]?[0]?["calls"] == 0)
    }
  }

  @Test func `is refused when it names nobody`() async throws {
    try await visit { visitor in
      let answer = try await visitor.post("/v1/plans", .people("email", []))
      #expect(answer.status == 422)
      #expect(answer.code == 1008)
    }
  }

  @Test func `ALM-23 holds as many people as fit and not one more`() async throws {
    try await visit(changing: { $0.maxPeople = 50 }) { visitor in
      #expect(try await visitor.post("/v1/plans", .people(50)).status == 200)
      let answer = try await visitor.post("/v1/plans", .people(51))
      #expect(answer.code == 1001)
      #expect(answer.detail.contains("51"))
      #expect(answer.detail.contains("50"))
      #expect(answer.json["action"]?.string?.contains("Split") == true)
    }
  }

  @Test func `ALM-23 counts people given twice once`() async throws {
    try await visit(changing: { $0.maxPeople = 2 }) { visitor in
      let names = ["ada@example.org", "bo@example.org", "ada@example.org"]
      let answer = try await visitor.post("/v1/plans", .people("email", names))
      #expect(answer.json["people"] == 2)
    }
  }

  @Test(
    arguments: [
      ["identifiers": ["email": "canary@example.org"]],
      ["identifiers": ["email": ["canary@example.org", 5]]],
      ["identifiers": ["email": ["canary@example.org", ""]]],
      ["identifiers": ["email": ["canary\u{7}@example.org"]]],
      [
        "identifiers": ["email": .array([.string("canary" + String(repeating: "x", count: 1_024))])]
      ],
      ["identifiers": ["userAlias": ["canary"]]],
      ["identifiers": ["userAlias": [["name": "canary"]]]],
      ["identifiers": ["email": ["canary@example.org"]], "purpose": 5],
      ["identifiers": ["email": ["canary@example.org"]], "purpose": "canary"],
      ["identifiers": ["email": ["canary@example.org"]], "regulation": "can ary"],
      ["identifiers": ["email": ["canary@example.org"]], "regulation": ["canary"]],
      ["identifiers": ["email": ["canary@example.org"]], "canary": true],
      ["identifiers": ["email": ["canary@example.org"]], "consent": "canary"],
      [["identifiers": "canary"]],
    ] as [JSON])
  func `BZ-11 is refused when a member is not of its kind`(body: JSON) async throws {
    try await visit { visitor in
      let answer = try await visitor.post("/v1/requests", body)
      #expect(answer.status == 400)
      #expect(answer.code == 1009)
      #expect(!answer.text.contains("canary"))
      #expect(try await visitor.countRequests() == 0)
    }
  }

  @Test(
    arguments: [
      ["identifiers": ["canary@example.org": ["email"]]],
      ["identifiers": ["canary@example.org": ["email"], "email": ["bo@example.org"]]],
      ["identifiers": ["canary@example.org": ["a"], "tove-canary@example.org": ["b"]]],
      ["identifiers": ["E-Mail": ["canary@example.org"]]],
    ] as [JSON])
  func `never repeats a name that is no identifier kind`(body: JSON) async throws {
    try await visit { visitor in
      let answer = try await visitor.post("/v1/plans", body)
      #expect(answer.status == 422)
      #expect(!answer.text.contains("canary"))
    }
  }

  @Test(arguments: [
    ("{ \"identifiers\": {\"email\": [\"canary", "line 1"), ("{\n\"canary\": nope }", "line 2"),
    ("{ \"consent\": true,\n \"consent\": false }", "line 2"),
  ])
  func `is refused when its body is no JSON, with the line`(
    text: String, line: String
  ) async throws {
    try await visit { visitor in
      let answer = try await visitor.ask(
        HTTPRequest(.post, "/v1/plans", body: Array(text.utf8)))
      #expect(answer.code == 1009)
      #expect(answer.detail.contains(line))
      #expect(!answer.text.contains("canary"))
    }
  }

  @Test func `is refused when its body is not UTF-8`() async throws {
    try await visit { visitor in
      let body = Array("{\n\"identifiers\": \"".utf8) + [0xFF, 0x22, 0x7D]
      let answer = try await visitor.ask(HTTPRequest(.post, "/v1/plans", body: body))
      #expect(answer.code == 1009)
      #expect(answer.detail.contains("line 2"))
    }
  }
}

@Suite struct `A selection by CSV` {
  @Test(arguments: [
    "email\nada@example.org\nbo@example.org\n", "email\r\nada@example.org\r\nbo@example.org\r\n",
    "\u{FEFF}email\nada@example.org\nbo@example.org",
    "email\n\"ada@example.org\"\nbo@example.org\n\n",
    "email\nada@example.org\nbo@example.org\nada@example.org\n",
  ])
  func `OS-18 OS-19 selects whom a body of JSON would`(text: String) async throws {
    try await visit { visitor in
      let names = ["ada@example.org", "bo@example.org"]
      let plan = try await visitor.post("/v1/plans", .people("email", names))
      let answer = try await visitor.post("/v1/plans", csv: text)
      #expect(answer.status == 200)
      #expect(answer.plan == plan.plan)
    }
  }

  @Test(arguments: [
    ("email,name\ncanary@example.org,canary\n", 1, "several columns"),
    ("email\nbo@example.org\ncanary@example.org;x,y\n", 3, "several columns"),
    ("email\n", 2, "no rows"), ("email\nbo@example.org\n\ncanary@example.org\n", 3, "take it out"),
    ("", 1, "the first line names"), ("email\n\"canary\n", 2, "close it"),
    ("email\ncanary\0\n", 2, "control character"),
  ])
  func `OS-19 of another shape is refused with line and remedy, and nothing changes`(
    text: String, line: Int, words: String
  ) async throws {
    try await visit { visitor in
      let answer = try await visitor.post("/v1/requests?consent=true", csv: text)
      #expect(answer.status == 400)
      #expect(answer.code == 1009)
      #expect(answer.detail.contains(words))
      #expect(answer.detail.contains("ine \(line) ") || words == "no rows")
      #expect(!answer.text.contains("canary"))
      #expect(try await visitor.countRequests() == 0)
    }
  }

  @Test func `YA-18 that is not UTF-8 is refused with its line`() async throws {
    try await visit { visitor in
      let answer = try await visitor.post(
        "/v1/plans", csv: Array("email\ncanary@example.org\n".utf8) + [0xC3, 0x28, 10])
      #expect(answer.code == 1009)
      #expect(answer.detail.contains("Line 3"))
      #expect(!answer.text.contains("canary"))
    }
  }

  @Test(arguments: ["E-Mail", "Email", "canary@example.org", "x", "user alias", "userAlias"])
  func `OS-19 has a header that names an identifier kind`(header: String) async throws {
    try await visit { visitor in
      let answer = try await visitor.post("/v1/plans", csv: header + "\nbo@example.org\n")
      #expect(answer.status == 422)
      #expect(answer.code == 1003)
      #expect(!answer.text.contains("canary"))
    }
  }

  @Test(arguments: ["\"can\nary\"", "canary" + String(repeating: "x", count: 1_024)])
  func `has no values that a body of JSON could not have`(value: String) async throws {
    try await visit { visitor in
      let answer = try await visitor.post("/v1/plans", csv: "email\n\(value)\n")
      #expect(answer.code == 1009)
      #expect(!answer.text.contains("canary"))
    }
  }

  @Test func `takes its options from the query`() async throws {
    try await visit { visitor in
      let body = JSON.people("email", ["ada@example.org"]).with([
        "prioritization": ["unidentified", "most_recently_updated"], "purpose": "dataHygiene",
      ])
      let plan = try await visitor.post("/v1/plans", body)
      let answer = try await visitor.post(
        "/v1/plans?prioritization=unidentified,most_recently_updated&purpose=dataHygiene",
        csv: "email\nada@example.org\n")
      #expect(answer.plan == plan.plan)
    }
  }

  @Test func `is refused when the query has an option that is none`() async throws {
    try await visit { visitor in
      let answer = try await visitor.post(
        "/v1/plans?prioritisation=identified", csv: "email\nada@example.org\n")
      #expect(answer.status == 400)
      #expect(answer.code == 1009)
    }
  }
}
