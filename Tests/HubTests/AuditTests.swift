import Documents
import PurgeCore
import Testing

@testable import Hub
@testable import Store

@Suite struct `The audit trail at the API` {
  @Test func `is listed in pages, oldest first`() async throws {
    try await visit { visitor in
      let id = try await visitor.purge(.people(1)).id
      _ = try await visitor.request(id) { $0.state == "completed" }
      let all = try await visitor.get("/v1/audit").json
      let actions = all["entries"]?.array?.compactMap { $0["action"]?.string }
      #expect(actions == ["connector.enabled", "request.accepted", "request.completed"])
      #expect(all["next"]?.isNull == true)
      let page = try await visitor.get("/v1/audit?limit=1&after=1").json
      #expect(page["entries"]?[0]?["action"] == "request.accepted")
      #expect(page["next"]?.integer == 2)
      let own = try await visitor.get("/v1/audit?request=\(id)").json
      #expect(own["entries"]?.array?.compactMap { $0["entry"]?.integer } == [2, 3])
    }
  }

  @Test func `tells up to where it is intact, and that a noted entry is still there`() async throws
  {
    try await visit { visitor in
      let noted = try await visitor.post("/v1/audit/verify").json
      #expect(noted["isIntact"] == true)
      let place: JSON = ["entry": noted["entries"] ?? .null, "hash": noted["hash"] ?? .null]
      _ = try await visitor.purge(.people(1))
      let later = try await visitor.post("/v1/audit/verify", place).json
      #expect(later["isIntact"] == true && later["holdsPlace"] == true)
      #expect((later["entries"]?.integer ?? 0) > (noted["entries"]?.integer ?? 0))
    }
  }

  @Test func `names the first entry that was edited`() async throws {
    let place = try Place()
    try await visit(place) { visitor in
      for number in 1...4 { try await visitor.house.set("crm\(number)", .enabled, by: "ann") }
      let connection = try Connection(path: place.settings.data + "/hub.sqlite")
      try connection.execute("UPDATE audit SET actor = 'eve' WHERE sequence IN (3, 4)")
      connection.close()
      let finding = try await visitor.post("/v1/audit/verify").json
      #expect(finding["isIntact"] == false)
      #expect(finding["broken"] == 3)
      #expect(finding["code"] == 1040)
    }
  }

  @Test(arguments: [1, 99]) func `tells that a noted entry is gone`(entry: Int) async throws {
    try await visit { visitor in
      let place: JSON = ["entry": JSON(entry), "hash": .string(String(repeating: "ab", count: 32))]
      let finding = try await visitor.post("/v1/audit/verify", place).json
      #expect(finding["isIntact"] == false && finding["holdsPlace"] == false)
    }
  }

  @Test(
    arguments: [
      ["entry": 1], ["entry": 0, "hash": "00"], ["hash": "canary", "entry": 1], ["canary": 1],
    ] as [JSON])
  func `refuses a place that is none`(body: JSON) async throws {
    try await visit { visitor in
      let answer = try await visitor.post("/v1/audit/verify", body)
      #expect(answer.status == 400 && answer.code == 1009)
      #expect(!answer.text.contains("canary"))
    }
  }
}

extension House {
  fileprivate func set(
    _ name: String, _ state: ConnectorState, by actor: String
  ) async throws(Refusal) {
    try await set(ConnectorName(name), state, revision: nil, by: actor)
  }
}
