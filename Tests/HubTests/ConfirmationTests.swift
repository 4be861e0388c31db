import Documents
import Foundation
import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A confirmation` {
  @Test func `ALM-18 ALM-20 answers 202 with an ID that can be read again`() async throws {
    try await visit { visitor in
      let answer = try await visitor.purge(.people(3))
      #expect(answer.status == 202)
      #expect(answer.fields["Location"] == "/v1/requests/" + answer.id)
      let id = try PurgeRequestID(reading: answer.id.lowercased())
      #expect(try await visitor.get("/v1/requests/\(id)").json["people"] == 3)
    }
  }

  @Test func `ALM-18 is on disk when it is answered`() async throws {
    let place = try Place()
    let ids = Ids()
    try await visit(place) { ids.add(try await $0.purge(.people(3)).id) }
    try await visit(place) { visitor in
      let answer = try await visitor.get("/v1/requests/" + ids.all[0])
      #expect(answer.json["people"] == 3)
    }
  }

  @Test(arguments: [.null, false] as [JSON])
  func `SF-12 SF-13 ALM-17 needs consent`(consent: JSON) async throws {
    try await visit { visitor in
      let plan = try await visitor.post("/v1/plans", .people(1))
      let body = JSON.people(1).confirming(plan).with(["consent": consent])
      let answer = try await visitor.post("/v1/requests", body)
      #expect(answer.status == 422)
      #expect(answer.code == 1015)
      #expect(try await visitor.countRequests() == 0)
    }
  }

  @Test(arguments: [.null, "", "somethingElse"] as [JSON])
  func `ALM-24 cites the plan that was shown`(hash: JSON) async throws {
    try await visit { visitor in
      let plan = try await visitor.post("/v1/plans", .people(1))
      let body = JSON.people(1).confirming(plan).with(["plan": hash])
      let answer = try await visitor.post("/v1/requests", body)
      #expect(answer.status == 409)
      #expect(answer.code == 1006)
      #expect(try await visitor.countRequests() == 0)
    }
  }

  @Test func `ALM-24 does not fit other people`() async throws {
    try await visit { visitor in
      let plan = try await visitor.post("/v1/plans", .people(1))
      let answer = try await visitor.post("/v1/requests", JSON.people(2).confirming(plan))
      #expect(answer.code == 1006)
    }
  }

  @Test func `ALM-24 does not fit any more when a connector was disabled`() async throws {
    try await visit { visitor in
      try await visitor.house.install("crm")
      let plan = try await visitor.post("/v1/plans", .people(1))
      _ = try await visitor.post("/v1/connectors/crm/disable", ["note": "repairs"])
      let answer = try await visitor.post("/v1/requests", JSON.people(1).confirming(plan))
      #expect(answer.code == 1006)
    }
  }

  @Test func `ALM-24 fits as long as nothing changed`() async throws {
    try await visit { visitor in
      let plan = try await visitor.post("/v1/plans", .people(2))
      #expect(try await visitor.post("/v1/plans", .people(2)).plan == plan.plan)
    }
  }

  @Test func `OS-11 of fifty people needs no phrase, of fifty-one it needs PURGE 51`() async throws
  {
    try await visit { visitor in
      let fifty = try await visitor.post("/v1/plans", .people(50))
      #expect(fifty.json["confirmation"]?["phrase"] == .null)
      let more = try await visitor.post("/v1/plans", .people(51))
      #expect(more.json["confirmation"]?["phrase"] == "PURGE 51")
      #expect(try await visitor.purge(.people(51)).status == 202)
    }
  }

  @Test(
    arguments: [
      .null, "", "PURGE", "PURGE 5", "PURGE 50", "purge 51", "PURGE 51 ", " PURGE 51", "PURGE  51",
      "PURGE 51\n",
    ] as [JSON])
  func `OS-11 is refused with any other phrase`(phrase: JSON) async throws {
    try await visit { visitor in
      let plan = try await visitor.post("/v1/plans", .people(51))
      let body = JSON.people(51).confirming(plan).with(["phrase": phrase])
      let answer = try await visitor.post("/v1/requests", body)
      #expect(answer.status == 422)
      #expect(answer.code == 1007)
      #expect(try await visitor.countRequests() == 0)
    }
  }

  @Test func `with a key that was used returns the same request`() async throws {
    try await visit { visitor in
      let key: HTTPFields = ["Idempotency-Key": "k-1"]
      let first = try await visitor.purge(.people(2), fields: key)
      let second = try await visitor.purge(.people(2), fields: key)
      #expect(second.status == 202)
      #expect(second.id == first.id)
      #expect(try await visitor.countRequests() == 1)
    }
  }

  @Test func `without a key makes another request each time`() async throws {
    try await visit { visitor in
      let first = try await visitor.purge(.people(2))
      #expect(try await visitor.purge(.people(2)).id != first.id)
    }
  }

  @Test func `with a key that was used for others is refused`() async throws {
    try await visit { visitor in
      let key: HTTPFields = ["Idempotency-Key": "k-1"]
      _ = try await visitor.purge(.people(2), fields: key)
      let answer = try await visitor.purge(.people(3), fields: key)
      #expect(answer.status == 422)
      #expect(answer.code == 1013)
      #expect(try await visitor.countRequests() == 1)
    }
  }

  @Test func `with a key that was used for another purpose is refused`() async throws {
    try await visit { visitor in
      let key: HTTPFields = ["Idempotency-Key": "k-1"]
      _ = try await visitor.purge(.people(2), fields: key)
      let other = JSON.people(2).with(["purpose": "dataHygiene"])
      #expect(try await visitor.purge(other, fields: key).code == 1013)
    }
  }

  @Test(arguments: ["", "two words", "umläut", String(repeating: "k", count: 256)])
  func `with a key that cannot be kept is refused`(key: String) async throws {
    try await visit { visitor in
      let answer = try await visitor.purge(.people(2), fields: ["Idempotency-Key": key])
      #expect(answer.code == 1009)
    }
  }

  @Test func `ALM-11 K-17 disables a connector whose settings name one of the people`()
    async throws
  {
    try await visit { visitor in
      try await visitor.house.install("crm", owner: "Guest-1@Example.org")
      let answer = try await visitor.purge(.people(3))
      let crm = try await visitor.get("/v1/connectors/crm")
      #expect(crm.state == "disabled")
      #expect(crm.json["code"] == 3001)
      #expect(crm.json["request"]?.string == answer.id)
      #expect(crm.json["places"]?[0]?["line"] == 4)
      #expect(!crm.text.lowercased().contains("guest"))
      #expect(try await visitor.get("/v1/connectors/mail").state == "enabled")
    }
  }

  @Test func `ALM-11 does not disable a connector that only speaks of somebody similar`()
    async throws
  {
    try await visit { visitor in
      try await visitor.house.install("crm", owner: "guest-1@example.org.au")
      let plan = try await visitor.post("/v1/plans", .people(3))
      #expect(plan.json["connectors"]?[0]?["wouldDisable"] == [])
      _ = try await visitor.purge(.people(3))
      #expect(try await visitor.get("/v1/connectors/crm").state == "enabled")
    }
  }

  @Test func `K-16 leaves what a disabled connector owes open and blocked`() async throws {
    try await visit { visitor in
      try await visitor.house.install("crm", owner: "guest-1@example.org")
      let id = try await visitor.purge(.people(3)).id
      let answer = try await visitor.request(id) { $0.json["tasks"]?[1]?["isOpen"] == false }
      #expect(answer.state == "inProgress")
      #expect(answer.json["tasks"]?[0]?["state"] == "blocked")
      #expect(answer.json["tasks"]?[0]?["who"] == "administrator")
      #expect(answer.json["tasks"]?[1]?["state"] == "completed")
      #expect(answer.json["sentence"]?.string?.contains("crm.json5 line 4") == true)
    }
  }

  @Test func `ALM-12 stays disabled however often it is toggled`() async throws {
    try await visit { visitor in
      try await visitor.house.install("crm", owner: "guest-1@example.org")
      _ = try await visitor.purge(.people(3))
      let answer = try await visitor.post("/v1/connectors/crm/enable")
      #expect(answer.status == 409)
      #expect(answer.code == 3004)
      #expect(answer.json["connector"] == "crm")
      #expect(!answer.text.contains("guest"))
      #expect(try await visitor.get("/v1/connectors/crm").state == "disabled")
    }
  }

  @Test func `ALM-12 stays disabled over a restart`() async throws {
    let place = try Place()
    try await visit(place) { visitor in
      try await visitor.house.install("crm", owner: "guest-1@example.org")
      _ = try await visitor.purge(.people(3))
    }
    try await visit(place) { visitor in
      let crm = try await visitor.get("/v1/connectors/crm")
      #expect(crm.state == "disabled")
      #expect(crm.json["code"] == 3001)
    }
  }
}

/// Identifiers that outlive the house that gave them.
final class Ids {
  private(set) var all: [String] = []
  func add(_ id: String) { all.append(id) }
}
