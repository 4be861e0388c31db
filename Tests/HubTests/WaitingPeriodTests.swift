import Documents
import Foundation
import Hub
import PurgeCore
import Testing

@Suite struct `A request in its waiting period` {
  /// A house whose requests wait so long, with one connector.
  private func waiting(
    _ period: Span, at place: Place? = nil, _ stay: (Visitor) async throws -> Void
  ) async throws {
    try await visit(place, changing: { $0.waitingPeriod = period }, stay)
  }

  @Test func `SF-14 is pending and says until when`() async throws {
    try await waiting(.hours(1)) { visitor in
      let answer = try await visitor.purge(.people(2))
      #expect(answer.status == 202)
      #expect(answer.state == "pending")
      #expect(answer.json["startsAt"]?.string?.hasSuffix("Z") == true)
      #expect(answer.json["tasks"]?[0]?["state"] == "queued")
      #expect(answer.json["sentence"]?.string?.contains("can be cancelled") == true)
    }
  }

  @Test func `SF-14 can be cancelled, and nothing was sent`() async throws {
    try await waiting(.hours(1)) { visitor in
      let id = try await visitor.purge(.people(2)).id
      let answer = try await visitor.post("/v1/requests/\(id)/cancel")
      #expect(answer.status == 200)
      #expect(answer.state == "cancelled")
      #expect(answer.json["isFinal"] == true)
      #expect(answer.json["tasks"]?[0]?["state"] == "cancelled")
      #expect(answer.json["tasks"]?[0]?["tally"]?["erased"] == 0)
    }
  }

  @Test(arguments: [true, false])
  func `lets a connector come back that names its people only once cancelled`(isCancelled: Bool)
    async throws
  {
    let place = try Place()
    try place.write(
      """
      { name: "acme", title: "Acme", settings: { properties: { owner: {} } },
        people: [{ email: "email" }], base: "https://api.acme.example",
        erase: [{ delete: "/people/{id}" }] }
      """, to: "Connectors/acme/connector.json5")
    try place.write(
      "{ use: \"acme\", settings: { owner: \"guest-1@example.org\" } }",
      to: "config/connectors/crm.json5")
    try await waiting(.hours(1), at: place) { visitor in
      _ = try await visitor.post("/v1/connectors/reload")
      let id = try await visitor.purge(.people(2)).id
      if isCancelled { _ = try await visitor.post("/v1/requests/\(id)/cancel") }
      let answer = try await visitor.post("/v1/connectors/crm/enable")
      #expect(answer.code == (isCancelled ? nil : 3004))
      let state = try await visitor.get("/v1/connectors/crm").state
      #expect(state == (isCancelled ? "enabled" : "disabled"))
    }
  }

  @Test func `is on disk without a readable name, and its people are gone once cancelled`()
    async throws
  {
    let place = try Place()
    try await waiting(.hours(1), at: place) { visitor in
      let id = try await visitor.purge(.people(2)).id
      _ = try await visitor.post("/v1/requests/\(id)/cancel")
    }
    let bytes = try place.bytes()
    #expect(bytes.count > 4_096)
    #expect(bytes.range(of: Data("guest-".utf8)) == nil)
  }

  @Test func `can be cancelled once`() async throws {
    try await waiting(.hours(1)) { visitor in
      let id = try await visitor.purge(.people(2)).id
      _ = try await visitor.post("/v1/requests/\(id)/cancel")
      let again = try await visitor.post("/v1/requests/\(id)/cancel")
      #expect(again.status == 409)
    }
  }

  @Test func `starts by itself and is done`() async throws {
    try await waiting(.milliseconds(100)) { visitor in
      let id = try await visitor.purge(.people(2)).id
      let answer = try await visitor.request(id) { $0.state == "completed" }
      #expect(answer.state == "completed")
      #expect(answer.json["startsAt"] == nil)
    }
  }

  @Test func `starts by itself though its only connector is disabled`() async throws {
    try await waiting(.milliseconds(100)) { visitor in
      _ = try await visitor.post("/v1/connectors/mail/disable", ["note": "repairs"])
      let id = try await visitor.purge(.people(2)).id
      let answer = try await visitor.request(id) { $0.state == "inProgress" }
      #expect(answer.state == "inProgress")
      #expect(answer.json["tasks"]?[0]?["state"] == "blocked")
    }
  }

  @Test func `starts in a house that was opened after its time`() async throws {
    let place = try Place()
    let ids = Ids()
    try await waiting(.milliseconds(50), at: place) { ids.add(try await $0.purge(.people(1)).id) }
    try await visit(place) { visitor in
      let answer = try await visitor.request(ids.all[0]) { $0.state != "pending" }
      #expect(["inProgress", "completed"].contains(answer.state))
    }
  }

  @Test func `SF-14 cannot be cancelled once it started`() async throws {
    try await visit { visitor in
      try await visitor.house.install(
        "mail", as: .disabled(.administrator(note: "repairs"), since: Instant(milliseconds: 0)))
      let id = try await visitor.purge(.people(2)).id
      let answer = try await visitor.post("/v1/requests/\(id)/cancel")
      #expect(answer.status == 409)
      #expect(answer.code == 1012)
      #expect(answer.json["action"]?.string?.contains("waived") == true)
      #expect(try await visitor.get("/v1/requests/\(id)").state == "inProgress")
    }
  }

  @Test func `SF-03 SF-14 cannot be cancelled when it is done`() async throws {
    try await visit { visitor in
      let id = try await visitor.purge(.people(2)).id
      _ = try await visitor.request(id) { $0.state == "completed" }
      #expect(try await visitor.post("/v1/requests/\(id)/cancel").code == 1012)
    }
  }
}
