import Documents
import HTTPTypes
import PurgeCore
import Testing

@testable import Hub
@testable import Store

@Suite struct `A replay after a vendor restored a backup` {
  private let url = "/v1/connectors/mail/replays"
  private let since: JSON = ["since": "2020-01-01"]

  /// Three people purged at `mail`, in a request that still owes `crm` something; returns its ID.
  private func purged(_ visitor: Visitor) async throws -> String {
    let away = ConnectorState.disabled(.administrator(note: "away"), since: House.now())
    try await visitor.house.install("crm", as: away)
    let id = try await visitor.purge(.people(3)).id
    _ = try await visitor.request(id) { $0.task("mail")?["state"] == "completed" }
    return id
  }

  private func plan(_ visitor: Visitor) async throws -> Answer {
    try await visitor.post(url + "/plan", since)
  }

  private func confirming(_ plan: Answer) -> JSON {
    since.with(["plan": .string(plan.plan), "reason": "the vendor said so"])
  }

  @Test func `says whom it would ask for again, and changes nothing`() async throws {
    try await visit { visitor in
      let id = try await purged(visitor)
      let plan = try await plan(visitor)
      #expect(plan.status == 200 && plan.json["people"] == 3 && plan.json["requests"] == 1)
      #expect(plan.json["forgotten"]?["people"] == 0 && plan.json["overdue"] == 0)
      #expect(
        plan.json["sentences"]?[0]?.string
          == "3 people of 1 open request are erased again at mail, which has its data as of "
          + "2020-01-01 00:00 UTC.")
      #expect(try await visitor.get("/v1/requests/\(id)").task("mail")?["state"] == "completed")
      #expect(try await self.plan(visitor).plan == plan.plan)
    }
  }

  @Test func `erases them again, and tells both`() async throws {
    try await visit { visitor in
      let id = try await purged(visitor)
      let body = confirming(try await plan(visitor))
      let answer = try await visitor.post(url, body, fields: ["PurgeHub-Operator": "ann"])
      #expect(answer.status == 202 && answer.json["ids"] == [.string(id)])
      let page = try await visitor.request(id) { $0.task("mail")?["state"] == "completed" }
      #expect(page.task("mail")?["tally"]?["erased"] == 3 && page.state == "inProgress")
      #expect(
        page.json["decisions"]?[0]?["sentence"]?.string
          == "ann had mail erase again, 3 people, restored as of 2020-01-01T00:00:00.000Z: "
          + "the vendor said so")
      let task = TaskKey(try PurgeRequestID(reading: id), ConnectorName("mail"))
      #expect(try await visitor.house.store.attempts(of: task, limit: 9).count == 6)
      let story = try await visitor.get("/v1/requests/\(id)/connectors/mail").json["story"]?.array
      let told = story?.filter { $0["kind"] == "operator" }.compactMap { $0["sentence"]?.string }
      #expect(told?.count == 1)
      #expect(
        told?[0].hasPrefix("the vendor restored a backup, and is asked to erase again") == true)
    }
  }

  @Test func `stands in the receipt with what had come of them before`() async throws {
    try await visit { visitor in
      let id = try await purged(visitor)
      _ = try await visitor.post(url, confirming(try await plan(visitor)))
      _ = try await visitor.request(id) { $0.task("mail")?["state"] == "completed" }
      let receipt = try await visitor.post("/v1/requests/\(id)/receipt").text
      let matter = try SignedReceipt(reading: Array(receipt.utf8), from: nil).matter
      let lines = try #require(matter["connectors"]?.array)
      #expect(lines[0]["name"] == "crm" && lines[0]["replays"] == [])
      #expect(lines[1]["verdicts"]?["erased"] == 3)
      #expect(lines[1]["replays"]?[0]?["before"]?["erased"] == 3)
      #expect(lines[1]["replays"]?[0]?["restoredAsOf"] == "2020-01-01T00:00:00.000Z")
    }
  }

  @Test func `is carried out once for the same plan`() async throws {
    try await visit { visitor in
      let id = try await purged(visitor)
      let body = confirming(try await plan(visitor))
      let first = try await visitor.post(url, body)
      _ = try await visitor.request(id) { $0.task("mail")?["state"] == "completed" }
      let again = try await visitor.post(url, body)
      #expect(first.status == 202 && again.status == 200)
      #expect(again.json["replay"] == first.json["replay"])
      #expect(again.json["sentences"]?[0]?.string?.contains("carried this plan out on") == true)
      let task = TaskKey(try PurgeRequestID(reading: id), ConnectorName("mail"))
      #expect(try await visitor.house.store.attempts(of: task, limit: 9).count == 6)
      let plan = try await plan(visitor)
      #expect(plan.json["earlier"]?.array?.count == 1 && plan.json["people"] == 3)
      #expect(plan.plan != body["plan"]?.string)
    }
  }

  @Test(
    arguments: [
      (["since": "2999-01-01"], 1009), (["since": "yesterday"], 1009), ([:], 1009),
      (["since": "2020-01-01", "plan": "none"], 1006), (["since": "2020-01-01"], 1006),
      (["since": "2020-01-01", "reason": " "], 1009), (["until": "2020-01-01"], 1009),
    ] as [(JSON, Int)])
  func `is refused when it cannot be meant`(body: JSON, code: Int) async throws {
    try await visit { visitor in
      let id = try await purged(visitor)
      #expect(try await visitor.post(url, body).code == code)
      #expect(try await visitor.get("/v1/requests/\(id)").task("mail")?["state"] == "completed")
    }
  }

  @Test func `is refused at a connector that there is not, or not any more`() async throws {
    try await visit { visitor in
      _ = try await purged(visitor)
      let unknown = try await visitor.post("/v1/connectors/other/replays/plan", since)
      #expect(unknown.status == 404 && unknown.code == 3005)
      let gone = ConnectorState.disabled(.removedFromConfiguration, since: House.now())
      try await visitor.house.install("mail", as: gone)
      let answer = try await plan(visitor)
      #expect(answer.code == Code.removedFromConfiguration.number)
    }
  }

  @Test func `is refused when nobody was erased since`() async throws {
    try await visit { visitor in
      let answer = try await visitor.post(url, since.with(["plan": "x"]))
      #expect(answer.code == 1008)
    }
  }

  @Test func `ALM-24 is refused when the connector is another one than was shown`() async throws {
    try await visit { visitor in
      _ = try await purged(visitor)
      let body = confirming(try await plan(visitor))
      _ = try await visitor.post("/v1/connectors/mail/disable", ["note": "repairs"])
      let answer = try await visitor.post(url, body)
      #expect(answer.status == 409 && answer.code == 1006)
    }
  }

  @Test func `waits where the connector is disabled`() async throws {
    try await visit { visitor in
      let id = try await purged(visitor)
      _ = try await visitor.post("/v1/connectors/mail/disable", ["note": "repairs"])
      let plan = try await plan(visitor)
      #expect(plan.json["sentences"]?[1]?.string?.contains("they wait until it is enabled") == true)
      _ = try await visitor.post(url, confirming(plan))
      #expect(try await visitor.get("/v1/requests/\(id)").task("mail")?["state"] == "blocked")
      try await visitor.house.install("mail")
      let page = try await visitor.request(id) { $0.task("mail")?["state"] == "completed" }
      #expect(page.task("mail")?["tally"]?["erased"] == 3)
    }
  }

  @Test func `leaves people alone who came under a hold`() async throws {
    try await visit { visitor in
      let id = try await purged(visitor)
      let before = confirming(try await plan(visitor))
      let hold = try await visitor.post(
        "/v1/holds", JSON.people("email", ["guest-1@example.org"]).with(["reason": "r"]))
      #expect(try await visitor.post(url, before).code == 1006)
      let plan = try await plan(visitor)
      #expect(plan.json["people"] == 2)
      #expect(plan.json["holds"] == [["hold": .string(hold.id), "people": 1]])
      #expect(try await visitor.post(url, confirming(plan)).json["people"] == 2)
      let page = try await visitor.request(id) { $0.task("mail")?["state"] == "completed" }
      #expect(page.task("mail")?["tally"]?["erased"] == 3)
      let task = TaskKey(try PurgeRequestID(reading: id), ConnectorName("mail"))
      let attempts = try await visitor.house.store.attempts(of: task, limit: 9)
      #expect(attempts.map(\.call.range.lowerBound).sorted() == [0, 0, 1, 2, 2])
      #expect(!plan.text.contains("guest"))
    }
  }

  @Test func `ALM-10 asks the owner again where people are erased by hand`() async throws {
    try await visit { visitor in
      var byHand = ScriptedBehaviour()
      byHand.traits.isByHand = true
      try await visitor.house.install("archive", byHand)
      let id = try await purged(visitor)
      let task = "/v1/requests/\(id)/attest"
      let word: JSON = ["connector": "archive", "statement": "done"]
      #expect(try await visitor.post(task, word).task("archive")?["state"] == "completed")
      let url = "/v1/connectors/archive/replays"
      let plan = try await visitor.post(url + "/plan", since)
      #expect(plan.json["sentences"]?[1] == "Nothing is sent: its owner is to erase them by hand.")
      _ = try await visitor.post(url, since.with(["plan": .string(plan.plan)]))
      let waiting = try await visitor.get("/v1/requests/\(id)").task("archive")
      #expect(waiting?["state"] == "needsAttention" && waiting?["code"] == 6008)
      #expect(try await visitor.post(task, word).task("archive")?["state"] == "completed")
      _ = try await visitor.post(
        "/v1/holds", JSON.people("email", ["guest-1@example.org"]).with(["reason": "r"]))
      let held = try await visitor.post(url + "/plan", since)
      let refused = try await visitor.post(url, since.with(["plan": .string(held.plan)]))
      #expect(refused.code == 2007)
    }
  }

  @Test func `counts people whom the hub has forgotten, and says what to do`() async throws {
    try await visit { visitor in
      let id = try await visitor.purge(.people(2)).id
      _ = try await visitor.request(id) { $0.state == "completed" }
      let plan = try await plan(visitor)
      #expect(plan.json["people"] == 0 && plan.json["forgotten"]?["people"] == 2)
      let sentences = plan.json["sentences"]?.array?.compactMap(\.string) ?? []
      #expect(
        sentences[1] == "2 people of 1 ended request cannot be asked for again: the hub has "
          + "forgotten them.")
      #expect(sentences[2].contains("purgehub users screen FILE"))
      let answer = try await visitor.post(url, confirming(plan))
      #expect(
        answer.code == 1008 && answer.json["action"]?.string?.contains("users screen") == true)
    }
  }

  @Test func `is kept in the audit, and its reason out of diagnostics`() async throws {
    try await visit { visitor in
      let id = try await purged(visitor)
      _ = try await visitor.post(url, confirming(try await plan(visitor)))
      let entries = try await visitor.get("/v1/audit?limit=100").json["entries"]?.array ?? []
      let entry = try #require(entries.first { $0["action"] == "connector.replayed" })
      #expect(entry["detail"]?.string?.hasPrefix("3 people of 1 requests, restored as of") == true)
      let diagnostics = try await visitor.get("/v1/requests/\(id)/diagnostics")
      #expect(diagnostics.status == 200 && diagnostics.text.contains("task.replayed"))
      #expect(!diagnostics.text.contains("the vendor said so"))
    }
  }
}

extension Answer {
  /// A request's task at a connector.
  fileprivate func task(_ connector: String) -> JSON? {
    json["tasks"]?.array?.first { $0["connector"]?.string == connector }
  }
}
