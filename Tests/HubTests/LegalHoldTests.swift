import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore
import Testing

/// What places a hold on somebody by several kinds.
private let ada: JSON = [
  "identifiers": ["email": ["ada@example.org"], "externalId": ["canary-7"]],
  "reason": "litigation", "case": "4711",
]

@Suite struct `A purge of somebody under a legal hold` {
  @Test(arguments: [
    ("email", "ADA@example.org "), ("externalId", "canary-7"), ("externalId", "ada@example.org"),
  ])
  func `is refused by any of the names, with the hold and the place`(
    kind: String, value: String
  ) async throws {
    try await visit { visitor in
      let hold = try await visitor.post("/v1/holds", ada)
      #expect(hold.status == 201 && hold.json["names"] == 2)
      let answer = try await visitor.purge(.people(kind, ["someone", value]))
      #expect(answer.status == 409 && answer.code == 2007)
      #expect(answer.detail.contains("1 of the 2 people is under a legal hold"))
      #expect(answer.detail.contains("\(hold.id) holds number 2."))
      #expect(!answer.text.contains("canary") && !answer.text.lowercased().contains("ada@"))
      #expect(try await visitor.countRequests() == 0)
    }
  }

  @Test func `names the lines of a CSV, repeated ones counted`() async throws {
    try await visit { visitor in
      _ = try await visitor.post("/v1/holds", ada)
      let csv = "email\na@x.org\na@x.org\nada@example.org\nb@x.org\nada@example.org\n"
      let plan = try await visitor.post("/v1/plans", csv: csv)
      #expect(plan.json["people"] == 3)
      #expect(plan.json["holds"]?[0]?["counted"] == "lines")
      #expect(plan.json["holds"]?[0]?["numbers"] == [4])
      let answer = try await visitor.post(
        "/v1/requests?consent=true&plan=\(plan.plan)", csv: csv)
      #expect(answer.code == 2007 && answer.detail.contains("holds line 4"))
    }
  }

  @Test func `is refused though the plan was made before the hold`() async throws {
    try await visit { visitor in
      let people = JSON.people("email", ["ada@example.org"])
      let plan = try await visitor.post("/v1/plans", people)
      #expect(plan.json["holds"] == [])
      _ = try await visitor.post("/v1/holds", ada)
      #expect(try await visitor.post("/v1/requests", people.confirming(plan)).code == 2007)
    }
  }

  @Test func `is accepted when the hold is released`() async throws {
    try await visit { visitor in
      let hold = try await visitor.post("/v1/holds", ada)
      let released = try await visitor.post(
        "/v1/holds/\(hold.id)/release", ["reason": "case closed"],
        fields: ["PurgeHub-Operator": "bob"])
      #expect(released.status == 200 && released.json["isActive"] == false)
      #expect(released.json["sentence"]?.string?.contains("Released by bob") == true)
      #expect(try await visitor.purge(.people("email", ["ada@example.org"])).status == 202)
    }
  }

  @Test func `leaves no readable name on the disk`() async throws {
    let place = try Place()
    try await visit(place) { visitor in _ = try await visitor.post("/v1/holds", ada) }
    let bytes = try place.bytes()
    #expect(bytes.range(of: Data("canary-7".utf8)) == nil)
    #expect(bytes.range(of: Data("ada@example".utf8)) == nil)
  }

  @Test func `is not asked for again by a retry`() async throws {
    try await visit { visitor in
      let house = visitor.house
      try await house.install("mail", ScriptedBehaviour(kinds: [.email], verdict: .ambiguous))
      let id = try await visitor.purge(.people("email", ["ada@example.org", "b@x.org"])).id
      _ = try await visitor.request(id) { $0.json["attentionRequired"] == true }
      _ = try await visitor.post("/v1/holds", ada)
      let answer = try await visitor.post("/v1/requests/\(id)/retry")
      #expect(answer.code == 2007 && answer.detail.contains("1 of the 2 people"))
    }
  }
}

@Suite struct `A hold on somebody whose purge waits` {
  private func waiting(
    _ period: Span = .hours(1), _ stay: (Visitor) async throws -> Void
  ) async throws {
    try await visit(changing: { $0.waitingPeriod = period }, stay)
  }

  @Test func `holds the request back and says so everywhere`() async throws {
    try await waiting { visitor in
      let id = try await visitor.purge(.people("email", ["ada@example.org"])).id
      let hold = try await visitor.post("/v1/holds", ada)
      #expect(hold.json["heldBack"] == [.string(id)])
      let request = try await visitor.get("/v1/requests/\(id)")
      #expect(request.state == "onHold" && request.json["attentionRequired"] == true)
      #expect(request.json["holds"] == [.string(hold.id)])
      #expect(request.json["sentence"]?.string?.contains(hold.id) == true)
      let list = try await visitor.get("/v1/requests?open=true")
      #expect(list.json["requests"]?[0]?["state"] == "onHold")
      #expect(try await visitor.get("/v1/holds/\(hold.id)").json["heldBack"] == [.string(id)])
    }
  }

  @Test func `lets it go on with the waiting period honoured`() async throws {
    try await waiting { visitor in
      let id = try await visitor.purge(.people("email", ["ada@example.org"])).id
      let hold = try await visitor.post("/v1/holds", ada)
      let released = try await visitor.post(
        "/v1/holds/\(hold.id)/release", ["reason": "case closed"])
      #expect(released.json["resumed"] == [.string(id)])
      let request = try await visitor.get("/v1/requests/\(id)")
      #expect(request.state == "pending" && request.json["startsAt"]?.string != nil)
      #expect(try await visitor.post("/v1/requests/\(id)/cancel").status == 200)
    }
  }

  @Test func `starts again by itself and is done`() async throws {
    try await waiting(.milliseconds(400)) { visitor in
      let id = try await visitor.purge(.people("email", ["ada@example.org"])).id
      let hold = try await visitor.post("/v1/holds", ada)
      guard hold.json["heldBack"] == [.string(id)] else { return }
      _ = try await visitor.post("/v1/holds/\(hold.id)/release", ["reason": "case closed"])
      let request = try await visitor.request(id) { $0.state == "completed" }
      #expect(request.state == "completed")
    }
  }

  @Test func `can be ended by a rejection`() async throws {
    try await waiting { visitor in
      let id = try await visitor.purge(.people("email", ["ada@example.org"])).id
      _ = try await visitor.post("/v1/holds", ada)
      let answer = try await visitor.post("/v1/requests/\(id)/reject", ["reason": "must stay"])
      #expect(answer.state == "rejected")
      #expect(answer.json["sentence"]?.string?.contains("must stay") == true)
    }
  }

  @Test func `comes too late for a request that began, and says for which`() async throws {
    try await visit { visitor in
      let id = try await visitor.purge(.people("email", ["ada@example.org"])).id
      let hold = try await visitor.post("/v1/holds", ada)
      #expect(hold.json["tooLate"] == [.string(id)] && hold.json["heldBack"] == [])
    }
  }
}

@Suite struct `A hold's order` {
  @Test(
    arguments: [
      (["identifiers": ["email": ["canary@x.org"]]], 1009),
      (["identifiers": ["email": ["canary@x.org"]], "reason": "  "], 1009),
      (["identifiers": ["email": []], "reason": "r"], 1008),
      (["reason": "r"], 1008),
      (["identifiers": ["e-mail": ["canary@x.org"]], "reason": "r"], 1003),
      (["identifiers": ["email": ["canary@x.org"]], "reason": "r", "until": "soon"], 1009),
      (["identifiers": ["email": ["canary@x.org"]], "reason": "r", "until": "2020-01-01"], 1009),
      (["identifiers": ["email": ["canary@x.org"]], "reason": "r", "who": "me"], 1009),
    ] as [(JSON, Int)])
  func `that cannot be understood places nothing`(body: JSON, code: Int) async throws {
    try await visit { visitor in
      let answer = try await visitor.post("/v1/holds", body)
      #expect(answer.code == code && !answer.text.contains("canary"))
      #expect(try await visitor.get("/v1/holds").json["holds"] == [])
    }
  }

  @Test func `is taken from a CSV as well`() async throws {
    try await visit { visitor in
      let answer = try await visitor.post(
        "/v1/holds?reason=litigation&until=2999-01-31", csv: "email\na@x.org\nada@example.org\n")
      #expect(answer.status == 201 && answer.json["names"] == 2)
      #expect(answer.json["endsAt"] == "2999-02-01T00:00:00.000Z")
      #expect(try await visitor.purge(.people("email", ["a@x.org"])).code == 2007)
    }
  }

  @Test(arguments: [("HLD-0000-0000-0001-0", 1021), ("nonsense", 1021)])
  func `is found by its ID, and a typo is told`(id: String, code: Int) async throws {
    try await visit { visitor in
      #expect(try await visitor.get("/v1/holds/\(id)").code == code)
      let unknown = HoldID(bits: 99).description
      #expect(try await visitor.get("/v1/holds/\(unknown)").code == 1020)
      let hold = try await visitor.post("/v1/holds", ada)
      let found = try await visitor.get("/v1/holds/" + hold.id.lowercased())
      #expect(found.status == 200 && found.json["case"] == "4711")
    }
  }

  @Test func `cannot be released without a reason or twice`() async throws {
    try await visit { visitor in
      let hold = try await visitor.post("/v1/holds", ada)
      let url = "/v1/holds/\(hold.id)/release"
      #expect(try await visitor.post(url).code == 1009)
      #expect(try await visitor.post(url, ["reason": " "]).code == 1009)
      #expect(try await visitor.post(url, ["reason": "closed"]).status == 200)
      #expect(try await visitor.post(url, ["reason": "closed"]).code == 1014)
    }
  }
}
