import Documents
import Foundation
import Sandbox
import TestSupport
import Testing

@Suite struct `The replay command` {
  /// A journey whose people are purged at `batch`, in a request that `lookup` keeps open.
  private func purged() async throws -> Journey {
    let journey = try Journey("batch", "lookup")
    #expect(try await journey.run("connectors", "disable", "lookup", "--note", "away").code == 0)
    let ended = try await journey.purge()
    #expect(ended.code == 1, "\(ended.everything)")
    #expect(try journey.vendor("batch").ledger.remaining == 0)
    return journey
  }

  /// The vendor has everybody again.
  private func restore(_ journey: Journey) throws {
    for person in journey.people { try journey.vendor("batch").ledger.admit(person) }
  }

  private func words(_ more: String...) -> [String] {
    ["replay", "--connector", "batch", "--since", "2020-01-01"] + more
  }

  private func plan(_ journey: Journey) async throws -> String {
    let plan = try await journey.desk.run(words("--plan", "--json")).json
    return try #require(plan["plan"]?.string)
  }

  @Test func `erases again whom the vendor has again`() async throws {
    let journey = try await purged()
    try restore(journey)
    let shown = try await journey.desk.run(words("--plan"))
    #expect(shown.code == 0 && shown.output.contains("3 people of 1 open request are erased again"))
    #expect(try journey.vendor("batch").ledger.remaining == 3)
    let ended = try await journey.desk.run(words("--yes", try await plan(journey)))
    #expect(ended.code == 1, "\(ended.everything)")
    #expect(ended.output.contains("3 people of 1 open request are asked for again at batch."))
    let ledger = try journey.vendor("batch").ledger
    #expect(ledger.remaining == 0 && ledger.erasures.values.allSatisfy { $0 == 2 })
    #expect(!ended.everything.lowercased().contains("canary"))
  }

  @Test func `asks before it does anything`() async throws {
    let journey = try await purged()
    let ended = try await journey.desk.run(words())
    let hash = try await plan(journey)
    #expect(ended.code == 2 && ended.complaint.contains("--yes \(hash)"))
    #expect(try await journey.request().state(of: "batch") == "completed")
  }

  @Test func `names who cannot be reached, and leads to them`() async throws {
    let journey = try await purged()
    #expect(try await journey.run("connectors", "enable", "lookup").code == 0)
    #expect(try await journey.request()["state"] == "completed")
    try restore(journey)
    let ended = try await journey.desk.run(words())
    #expect(ended.code == 1, "\(ended.everything)")
    #expect(ended.output.contains("3 people of 1 ended request cannot be asked for again"))
    let export = "mail\n" + journey.people.joined(separator: "\n") + "\nb@example.org\n"
    try journey.desk.write(export, to: "export.csv")
    let screened = try await journey.run("users", "screen", "export.csv")
    #expect(screened.code == 1 && screened.output.hasSuffix("5 rows, 3 suppressed\n"))
    #expect(try await journey.purge().code == 0)
    #expect(try journey.vendor("batch").ledger.remaining == 0)
  }

  @Test(arguments: [
    (["--connector", "batch"], Int32(2), "--since is missing"),
    (["--since", "2020-01-01"], 2, "--connector is missing"),
    (["--connector", "batch", "--since", "noon"], 65, "since is missing or no instant"),
    (["--connector", "batch", "--since", "2999-01-01"], 65, "is to come"),
    (["--connector", "other", "--since", "2020-01-01"], 78, "There is no connector of that name"),
  ])
  func `is refused when it cannot be meant`(words: [String], code: Int32, why: String)
    async throws
  {
    let journey = try Journey("batch")
    let ended = try await journey.desk.run(["replay"] + words)
    #expect(ended.complaint.contains(why), "\(ended.everything)")
    #expect(ended.code == code, "\(ended.everything)")
  }
}

/// FAULTS row 1 for a replay: it is one transaction.
@Suite(.withoutHub) struct `A replay whose program is killed` {
  @Test(arguments: Writing.calls)
  func `1 S3 asks again for everybody or nobody, and the same plan once`(
    call: String
  ) async throws {
    let journey = try Journey("batch", "lookup")
    _ = try await journey.run("connectors", "disable", "lookup", "--note", "away")
    _ = try await journey.purge()
    let words = ["replay", "--connector", "batch", "--since", "2020-01-01"]
    let plan = try await journey.desk.run(words + ["--plan", "--json"]).json
    let hash = try #require(plan["plan"]?.string)
    let stage = KillStage(journey: journey, words: words + ["--yes", hash])
    try stage.keep()
    try await stage.kill(at: call, certain: Writing.certain.contains(call)) { killed, copy in
      let found = try await copy.rows(
        """
        SELECT (SELECT count(*) FROM replay), (SELECT count(*) FROM task_replay),
          (SELECT sum(people) FROM past_result),
          (SELECT count(*) FROM audit WHERE action LIKE '%.replayed')
        """)
      #expect(found == ["0|0||0"] || found == ["1|1|3|2"])
      if killed.output.contains("asked for again") { #expect(found == ["1|1|3|2"]) }
      _ = try await journey.desk.run(stage.words)
      let batch = try journey.vendor("batch").ledger
      #expect(batch.remaining == 0)
      let request = try await journey.request()
      #expect(["completed", "noDataFound"].contains(request.state(of: "batch")))
      #expect(try await DatabaseCopy(of: stage.data).rows("SELECT count(*) FROM replay") == ["1"])
    }
  }
}
