import Documents
import HTTPTypes
import Hub
import PurgeCore
import Testing

@Suite struct `A purge of more people than one person may confirm` {
  private let ann: HTTPFields = ["PurgeHub-Operator": "ann"]
  private let bob: HTTPFields = ["PurgeHub-Operator": "bob"]

  private func visiting(
    _ change: (inout Settings) -> Void = { _ in }, _ stay: (Visitor) async throws -> Void
  ) async throws {
    try await visit(
      changing: {
        $0.approvalAbove = 2
        change(&$0)
      }, stay)
  }

  private func plan(_ id: String, _ visitor: Visitor) async throws -> JSON {
    ["plan": .string(try await visitor.get("/v1/requests/\(id)/plan").plan)]
  }

  @Test func `waits for another one and says who must act`() async throws {
    try await visiting { visitor in
      let plan = try await visitor.post("/v1/plans", .people(3))
      #expect(plan.json["approval"]?["above"] == 2)
      let answer = try await visitor.purge(.people(3), fields: ann)
      #expect(answer.status == 202 && answer.state == "awaitingApproval")
      #expect(answer.json["who"] == "another operator than ann")
      #expect(answer.json["attentionRequired"] == true && answer.json["tasks"] == [])
      #expect(try await visitor.get("/v1/requests/\(answer.id)/plan").plan == plan.plan)
    }
  }

  @Test func `is not needed for as many as one may confirm`() async throws {
    try await visiting { visitor in
      let plan = try await visitor.post("/v1/plans", .people(2))
      #expect(plan.json["approval"] == .null)
      #expect(try await visitor.purge(.people(2), fields: ann).state != "awaitingApproval")
    }
  }

  @Test func `is done once another one approved the very plan`() async throws {
    try await visiting { visitor in
      let id = try await visitor.purge(.people(3), fields: ann).id
      let answer = try await visitor.post(
        "/v1/requests/\(id)/approve", try await plan(id, visitor), fields: bob)
      #expect(answer.status == 200)
      let done = try await visitor.request(id) { $0.state == "completed" }
      #expect(done.json["tasks"]?[0]?["tally"]?["erased"] == 3)
      #expect(done.json["decisions"]?[0]?["sentence"] == "bob approved")
    }
  }

  @Test(arguments: ["ann", "unknown", ""])
  func `is not approved or rejected by who confirmed it, nor by nobody`(name: String) async throws {
    try await visiting { visitor in
      let id = try await visitor.purge(.people(3), fields: ann).id
      let who: HTTPFields = ["PurgeHub-Operator": name]
      let body = try await plan(id, visitor)
      let answer = try await visitor.post("/v1/requests/\(id)/approve", body, fields: who)
      #expect(answer.status == 403 && answer.code == 2010)
      let rejected = try await visitor.post(
        "/v1/requests/\(id)/reject", ["reason": "no"], fields: who)
      #expect(rejected.code == 2010)
      #expect(try await visitor.get("/v1/requests/\(id)").state == "awaitingApproval")
    }
  }

  @Test(arguments: [[:], ["plan": "somethingElse"]] as [JSON])
  func `ALM-24 is not approved without citing its plan`(body: JSON) async throws {
    try await visiting { visitor in
      let id = try await visitor.purge(.people(3), fields: ann).id
      let answer = try await visitor.post("/v1/requests/\(id)/approve", body, fields: bob)
      #expect(answer.status == 409 && answer.code == 1006)
    }
  }

  @Test func `ALM-24 tells what changed since, and takes the plan of today`() async throws {
    try await visiting { visitor in
      try await visitor.house.install("old")
      let first = try await visitor.purge(.people(3), fields: ann)
      let cited = try await plan(first.id, visitor)
      try await visitor.house.install("crm")
      _ = try await visitor.post("/v1/connectors/old/disable", ["note": "repairs"])
      let url = "/v1/requests/\(first.id)/approve"
      let refused = try await visitor.post(url, cited, fields: bob)
      #expect(refused.code == 1006)
      #expect(refused.detail.contains("crm was added.") == true)
      #expect(refused.detail.contains("old was disabled.") == true)
      let today = try await visitor.get("/v1/requests/\(first.id)/plan")
      #expect(today.json["changes"] == ["crm was added.", "old was disabled."])
      let answer = try await visitor.post(url, ["plan": .string(today.plan)], fields: bob)
      #expect(answer.status == 200 && answer.json["tasks"]?.array?.count == 3)
    }
  }

  @Test func `ALM-11 K-17 disables connectors at the approval, not before`() async throws {
    try await visiting { visitor in
      try await visitor.house.install("crm", owner: "guest-1@example.org")
      let id = try await visitor.purge(.people(3), fields: ann).id
      #expect(try await visitor.get("/v1/connectors/crm").state == "enabled")
      _ = try await visitor.post(
        "/v1/requests/\(id)/approve", try await plan(id, visitor), fields: bob)
      let crm = try await visitor.get("/v1/connectors/crm")
      #expect(crm.state == "disabled" && crm.json["request"]?.string == id)
      let request = try await visitor.get("/v1/requests/\(id)")
      #expect(request.json["tasks"]?[0]?["state"] == "blocked")
    }
  }

  @Test func `ALM-11 tells that a connector has come to name its people`() async throws {
    try await visiting { visitor in
      try await visitor.house.install("crm")
      let id = try await visitor.purge(.people(3), fields: ann).id
      let cited = try await plan(id, visitor)
      try await visitor.house.install("crm", owner: "guest-1@example.org")
      let answer = try await visitor.post("/v1/requests/\(id)/approve", cited, fields: bob)
      #expect(answer.code == 1006 && answer.detail.contains("crm names some of the people"))
      #expect(!answer.text.contains("guest"))
    }
  }

  @Test func `is not approved while one of its people is held`() async throws {
    try await visiting { visitor in
      let id = try await visitor.purge(.people(3), fields: ann).id
      let hold = try await visitor.post(
        "/v1/holds", JSON.people("email", ["guest-1@example.org"]).with(["reason": "r"]))
      #expect(hold.json["heldBack"] == [.string(id)])
      let answer = try await visitor.post(
        "/v1/requests/\(id)/approve", try await plan(id, visitor), fields: bob)
      #expect(answer.code == 2007 && answer.detail.contains("\(hold.id) holds number 2"))
      let page = try await visitor.get("/v1/requests/\(id)")
      #expect(page.json["sentence"]?.string?.contains(hold.id) == true)
    }
  }

  @Test func `waits its waiting period after the approval`() async throws {
    try await visiting({ $0.waitingPeriod = .hours(1) }) { visitor in
      let id = try await visitor.purge(.people(3), fields: ann).id
      let answer = try await visitor.post(
        "/v1/requests/\(id)/approve", try await plan(id, visitor), fields: bob)
      #expect(answer.state == "pending")
    }
  }

  @Test func `is rejected with a reason that everybody sees`() async throws {
    try await visiting { visitor in
      let id = try await visitor.purge(.people(3), fields: ann).id
      let url = "/v1/requests/\(id)/reject"
      #expect(try await visitor.post(url, fields: bob).code == 1009)
      let answer = try await visitor.post(url, ["reason": "wrong list"], fields: bob)
      #expect(answer.state == "rejected")
      #expect(
        answer.json["sentence"] == "Rejected by bob: wrong list; nothing was sent.")
      #expect(try await visitor.get("/v1/requests/\(id)/plan").code == 1014)
    }
  }

  @Test func `is cancelled by who confirmed it`() async throws {
    try await visiting { visitor in
      let id = try await visitor.purge(.people(3), fields: ann).id
      let answer = try await visitor.post("/v1/requests/\(id)/cancel", fields: ann)
      #expect(answer.state == "cancelled")
    }
  }

  @Test func `is the same for the same key`() async throws {
    try await visiting { visitor in
      var fields = ann
      fields["Idempotency-Key"] = "k-1"
      let first = try await visitor.purge(.people(3), fields: fields)
      #expect(try await visitor.purge(.people(3), fields: fields).id == first.id)
    }
  }

  @Test func `still waits after a restart, and can be approved`() async throws {
    let place = try Place()
    let ids = Ids()
    try await visit(place, changing: { $0.approvalAbove = 2 }) { visitor in
      ids.add(try await visitor.purge(.people(3), fields: ann).id)
    }
    try await visit(place) { visitor in
      let id = ids.all[0]
      let answer = try await visitor.post(
        "/v1/requests/\(id)/approve", try await plan(id, visitor), fields: bob)
      #expect(answer.status == 200)
      #expect(try await visitor.request(id) { $0.state == "completed" }.state == "completed")
    }
  }
}

@Suite struct `A purge of a large share of all people` {
  private func visiting(_ stay: (Visitor) async throws -> Void) async throws {
    try await visit(
      changing: { ($0.maxShare, $0.knownSubjects) = (Share("5%"), 200) }, stay)
  }

  @Test func `OS-05 is refused with the numbers`() async throws {
    try await visiting { visitor in
      let answer = try await visitor.purge(.people(11))
      #expect(answer.status == 409 && answer.code == 2006)
      #expect(answer.detail.contains("11 people, 5.5 % of the 200 known ones"))
      #expect(answer.detail.contains("at most 5%, 10 of them"))
      #expect(try await visitor.countRequests() == 0)
    }
  }

  @Test func `OS-05 is let pass up to the cap`() async throws {
    try await visiting { visitor in
      let plan = try await visitor.post("/v1/plans", .people(10))
      #expect(plan.json["cap"]?["isExceeded"] == false)
      #expect(try await visitor.purge(.people(10)).status == 202)
    }
  }

  @Test func `OS-05 is let pass for a reason that the audit keeps`() async throws {
    try await visiting { visitor in
      let body = JSON.people(11).with(["exceedCap": "the app is shut down"])
      let answer = try await visitor.purge(body, fields: ["PurgeHub-Operator": "ann"])
      #expect(answer.status == 202)
      #expect(
        answer.json["decisions"]?[0]?["sentence"]
          == "ann exceeded the cap: the app is shut down")
    }
  }

  @Test(arguments: ["", " ", true] as [JSON])
  func `OS-05 is not let pass for no reason`(reason: JSON) async throws {
    try await visiting { visitor in
      let answer = try await visitor.purge(JSON.people(11).with(["exceedCap": reason]))
      #expect(answer.status >= 400)
      #expect(try await visitor.countRequests() == 0)
    }
  }
}

@Suite struct `A share` {
  @Test(arguments: [
    ("5%", 10), ("0.5%", 1), ("100%", 200), ("12.25%", 24), ("0.0001%", 0), ("5.50%", 11),
  ])
  func `is a part of a whole`(text: String, part: Int) {
    #expect(Share(text)?.of(200) == part)
  }

  @Test(arguments: [
    "", "%", "5", "0%", "101%", "-5%", "5.%", ".5%", "5,5%", "5.12345%", "1e2%", "٥%", "5 %",
  ])
  func `is nothing else`(text: String) { #expect(Share(text) == nil) }

  @Test(arguments: ["5%", "0.5%", "12.25%", "100%", "0.0001%"])
  func `is written as it is read`(text: String) { #expect(Share(text)?.description == text) }
}

@Suite struct `A waiver` {
  @Test func `ALM-10 needs a reason, and is shown with who gave it`() async throws {
    try await visit { visitor in
      _ = try await visitor.post("/v1/connectors/mail/disable", ["note": "repairs"])
      let id = try await visitor.purge(.people(2)).id
      let url = "/v1/requests/\(id)/waive"
      #expect(try await visitor.post(url, ["connector": "mail"]).code == 1009)
      #expect(try await visitor.post(url, ["connector": "mail", "reason": " "]).code == 1009)
      let answer = try await visitor.post(
        url, ["connector": "mail", "reason": "contract ended"],
        fields: ["PurgeHub-Operator": "ann"])
      #expect(answer.state == "completedWithExceptions")
      let summary = answer.json["tasks"]?[0]?["summary"]?.string ?? ""
      #expect(summary.hasPrefix("2 waived by ann on 2") && summary.hasSuffix(": contract ended"))
      #expect(answer.json["decisions"]?[0]?["sentence"] == "ann waived mail: contract ended")
    }
  }
}
