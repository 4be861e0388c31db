import Documents
import Foundation
import Sandbox
import TestSupport
import Testing

/// FAULTS row 1 for what brakes a purge: each is one transaction.
@Suite(.withoutHub) struct `A brake whose program is killed` {
  /// A journey with more settings, and a purge of all its people that ann confirmed.
  private func confirmed(_ settings: String) async throws -> (Journey, id: String, hash: String) {
    let journey = try Journey("batch", "lookup")
    try journey.edit("lookup", "ops@example.org", to: "canary0@example.org")
    try journey.desk.write(
      "{ data: \"data\", connectors: \"connectors\", manifests: \"manifests\", \(settings) }",
      to: "hub.json5")
    let people = journey.people.flatMap { ["--email", $0] }
    let plan = try await journey.desk.run(["plan", "--json"] + people).json
    let hash = try #require(plan["plan"]?.string)
    _ = try await journey.desk.run(
      ["purge", "--yes", hash, "--no-wait"] + people, environment: ["SUDO_USER": "ann"])
    return (journey, try #require(try await journey.desk.requests().first), hash)
  }

  /// A hold on one of the people, placed before anything is killed.
  private func hold(_ journey: Journey) async throws -> String {
    let ending = try await journey.desk.run(holdWords(journey) + ["--json"])
    return try #require(try ending.json["id"]?.string)
  }

  private func holdWords(_ journey: Journey) -> [String] {
    ["holds", "add", "--email", journey.people[1], "--reason", "litigation"]
  }

  @Test(arguments: Writing.calls)
  func `1 S7 approves all at once or not at all, wherever it died`(call: String) async throws {
    let (journey, id, hash) = try await confirmed("approvalAbove: 2")
    let stage = KillStage(journey: journey, words: ["requests", "approve", id, "--yes", hash])
    try stage.keep()
    try await stage.kill(at: call, certain: Writing.certain.contains(call)) { _, copy in
      let found = try await copy.rows(
        """
        SELECT (SELECT count(*) FROM request WHERE state = 'awaitingApproval'),
          (SELECT count(*) FROM approval), (SELECT count(*) FROM task),
          (SELECT count(*) FROM connector_state WHERE state LIKE '%referencesPurgedUser%'),
          (SELECT count(*) FROM audit WHERE action = 'request.approved')
        """)
      #expect(found == ["1|1|0|0|0"] || found == ["0|0|2|1|1"])
      if found == ["1|1|0|0|0"] { #expect(try journey.vendor("batch").calls.isEmpty) }
      _ = try await journey.desk.run(stage.words)
      let ended = try await journey.run("requests", "wait", id, "--json")
      #expect(try ended.json.state(of: "lookup") == "blocked", "\(ended.everything)")
      let batch = try ended.json.state(of: "batch")
      #expect(["completed", "noDataFound"].contains(batch), "\(ended.everything)")
      #expect(try journey.vendor("lookup").calls.isEmpty)
    }
  }

  @Test(arguments: Writing.calls)
  func `1 holds a waiting purge back or is not there, wherever it died`(
    call: String
  ) async throws {
    let (journey, id, _) = try await confirmed("waitingPeriod: \"1h\"")
    let stage = KillStage(journey: journey, words: holdWords(journey))
    try stage.keep()
    try await stage.kill(at: call, certain: call == "fdatasync") { killed, copy in
      let found = try await copy.holds()
      #expect(found == ["0|0|0|0"] || found == ["1|1|1|1"])
      // Whoever was told of a hold can rely on it.
      if killed.output.contains("HLD-") { #expect(found == ["1|1|1|1"]) }
      _ = try await journey.desk.run(stage.words)
      let request = try await journey.run("requests", "show", id, "--json").json
      #expect(request["state"] == "onHold")
    }
  }

  @Test(arguments: Writing.calls)
  func `1 lets a held purge go on or holds it, wherever the release died`(
    call: String
  ) async throws {
    let (journey, id, _) = try await confirmed("waitingPeriod: \"1h\"")
    let hold = try await hold(journey)
    let stage = KillStage(
      journey: journey, words: ["holds", "release", hold, "--reason", "closed"])
    try stage.keep()
    try await stage.kill(at: call, certain: call == "fdatasync") { _, copy in
      let found = try await copy.holds()
      #expect(found == ["0|0|0|0"] || found == ["1|1|1|1"])
      _ = try await journey.desk.run(stage.words)
      let request = try await journey.run("requests", "show", id, "--json").json
      #expect(request["state"] == "pending")
      let resumed = try await DatabaseCopy(of: stage.data)
        .rows("SELECT count(*) FROM audit WHERE action = 'request.resumed'")
      #expect(resumed == ["1"])
    }
  }
}

extension DatabaseCopy {
  /// How many holds are active, names they list, requests they keep, and requests on hold.
  fileprivate func holds() async throws -> [String] {
    try await rows(
      """
      SELECT (SELECT count(*) FROM hold WHERE ended_at IS NULL),
        (SELECT count(DISTINCT hold) FROM hold_name), (SELECT count(*) FROM hold_request),
        (SELECT count(*) FROM request WHERE state = 'onHold')
      """)
  }
}
