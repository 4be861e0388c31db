import Documents
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `The API` {
  @Test(
    arguments: [
      (.get, "/"), (.get, "/v2/requests"), (.get, "/v1/plans"), (.delete, "/v1/requests"),
      (.post, "/v1/connectors"), (.get, "/v1/canary@example.org"), (.put, "/v1/plans"),
      (.post, "/v1/connectors/canary"), (.post, "/v1/connectors/crm/canary"),
      (.get, "/v1/requests/a/b/c"),
    ] as [(HTTPRequest.Method, String)])
  func `knows its addresses and no others`(method: HTTPRequest.Method, url: String) async throws {
    try await visit { visitor in
      let answer = try await visitor.ask(HTTPRequest(method, url))
      #expect(answer.status == 404)
      #expect(answer.code == 1016)
      #expect(!answer.text.contains("canary"))
    }
  }

  @Test(arguments: ["PRG-7K3F-9QWD-2M5T-9", "PRG-7K3F-9QWD-2M5T", "canary", "PRG-7K3F-9QWD-2MUT-8"])
  func `ALM-20 tells a mistyped ID`(id: String) async throws {
    try await visit { visitor in
      for answer in [
        try await visitor.get("/v1/requests/" + id),
        try await visitor.post("/v1/requests/\(id)/cancel"),
        try await visitor.get("/v1/requests?after=" + id),
      ] {
        #expect(answer.status == 400)
        #expect(answer.code == 1011)
        #expect(!answer.text.contains("canary"))
      }
    }
  }

  @Test func `ALM-21 tells an ID that is none of ours`() async throws {
    try await visit { visitor in
      let id = PurgeRequestID(bits: 12_345)
      for answer in [
        try await visitor.get("/v1/requests/\(id)"),
        try await visitor.post("/v1/requests/\(id)/cancel"),
        try await visitor.post("/v1/requests/\(id)/retry"),
        try await visitor.get("/v1/requests?after=\(id)"),
      ] {
        #expect(answer.status == 404)
        #expect(answer.code == 1010)
      }
    }
  }

  @Test func `tells a connector that is none of ours, without repeating its name`() async throws {
    try await visit { visitor in
      let name = "/v1/connectors/canary%40example.org"
      for answer in [
        try await visitor.get(name), try await visitor.post(name + "/check"),
        try await visitor.post(name + "/enable"),
        try await visitor.post(name + "/disable", ["note": "repairs"]),
      ] {
        #expect(answer.status == 404)
        #expect(answer.code == 3005)
        #expect(!answer.text.contains("canary"))
      }
    }
  }

  @Test(arguments: ["retry", "waive"])
  func `tells a connector that is none of the request's`(verb: String) async throws {
    try await visit { visitor in
      let id = try await visitor.purge(.people(1)).id
      var body: JSON = ["connector": "canary@example.org"]
      if verb == "waive" { body = body.with(["reason": "gone"]) }
      let answer = try await visitor.post("/v1/requests/\(id)/\(verb)", body)
      #expect(answer.code == 3005)
      #expect(!answer.text.contains("canary"))
    }
  }

  @Test func `refuses with everything that a problem needs`() async throws {
    try await visit { visitor in
      let answer = try await visitor.post("/v1/plans", .people("email", []))
      #expect(answer.fields["Content-Type"] == "application/problem+json")
      #expect(
        answer.json.members?.map(\.name) == [
          "type", "title", "status", "detail", "code", "action", "who",
        ])
      #expect(answer.json["type"] == "urn:purgehub:code:1008")
      #expect(answer.json["status"] == 422)
      #expect(answer.json["who"] == "operator")
    }
  }

  @Test(arguments: ["limit=0", "limit=201", "limit=canary", "limit="])
  func `refuses a list of another length`(query: String) async throws {
    try await visit { visitor in
      let answer = try await visitor.get("/v1/requests?" + query)
      #expect(answer.code == 1009)
      #expect(answer.json["action"]?.string?.contains("from 1 to 200") == true)
      #expect(!answer.text.contains("canary"))
    }
  }

  @Test func `lists requests in pages, newest first, each once`() async throws {
    try await visit { visitor in
      var made: [String] = []
      for _ in 0..<5 { made.append(try await visitor.purge(.people(1)).id) }
      var (seen, next): ([String], String?) = ([], "")
      while let after = next {
        let query = "?limit=2" + (after.isEmpty ? "" : "&after=" + after)
        let page = try await visitor.get("/v1/requests" + query)
        seen += page.json["requests"]?.array?.compactMap { $0["id"]?.string } ?? []
        next = page.json["next"]?.string
      }
      #expect(seen.count == 5)
      #expect(Set(seen) == Set(made))
    }
  }

  @Test func `P-05 ALM-21 shows a request without its people`() async throws {
    try await visit { visitor in
      let id = try await visitor.purge(.people(3)).id
      let answer = try await visitor.request(id) { $0.state == "completed" }
      #expect(answer.state == "completed")
      #expect(answer.json["tasks"]?[0]?["connector"] == "mail")
      #expect(answer.json["tasks"]?[0]?["summary"] == "3 erased")
      #expect(!answer.text.contains("guest"))
    }
  }
}
