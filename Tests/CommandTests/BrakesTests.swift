import Documents
import Foundation
import Sandbox
import TestSupport
import Testing

@Suite struct `The brakes` {
  private let bob = ["SUDO_USER": "bob"]
  private let ann = ["SUDO_USER": "ann"]

  /// A journey whose settings file says more.
  private func journey(_ settings: String, people: Int = 3) throws -> Journey {
    let journey = try Journey("batch", people: people)
    try journey.desk.write(
      "{ data: \"data\", connectors: \"connectors\", manifests: \"manifests\", \(settings) }",
      to: "hub.json5")
    return journey
  }

  private func hold(_ journey: Journey, _ flags: String...) async throws -> String {
    let ending = try await journey.desk.run(
      [
        "holds", "add", "--email", journey.people[1].lowercased(), "--reason", "litigation",
        "--json",
      ]
        + flags)
    #expect(ending.code == 0, "\(ending.everything)")
    return try #require(try ending.json["id"]?.string)
  }

  @Test func `refuse a held person until the hold is released`() async throws {
    let journey = try journey("")
    let id = try await hold(journey, "--case", "4711", "--until", "2999-12-31")
    let plan = try await journey.run("plan", "--email", journey.people[1])
    #expect(plan.output.contains("1 of them is under the legal hold \(id): number 1;"))
    let refused = try await journey.purge()
    #expect(refused.code == 77 && refused.complaint.contains("2007"))
    #expect(refused.complaint.contains("\(id) holds number 2"))
    #expect(!refused.everything.lowercased().contains("canary"))
    #expect(try await journey.run("holds", "list").output.contains("4711"))
    let show = try await journey.run("holds", "show", id)
    #expect(show.output.contains("until 3000-01-01T00:00"))
    let released = try await journey.run("holds", "release", id, "--reason", "closed")
    #expect(released.code == 0 && released.output.contains("Released by"))
    #expect(try await journey.run("holds", "list").output == "There are no legal holds.\n")
    #expect(try await journey.purge().code == 0)
    #expect(try journey.vendor("batch").ledger.remaining == 0)
  }

  @Test func `hold back what waits, and let it go on`() async throws {
    let journey = try journey("waitingPeriod: \"1h\"")
    #expect(try await journey.purge(nil, "--no-wait").code == 0)
    let id = try await hold(journey)
    let request = try #require(try await journey.desk.requests().first)
    let waiting = try await journey.run("requests", "wait", request)
    #expect(waiting.code == 1 && waiting.output.contains("Held back by the legal hold \(id)"))
    #expect(try await journey.run("requests", "list").output.contains("onHold"))
    let released = try await journey.run("holds", "release", id, "--reason", "closed")
    #expect(released.output.contains("\(request) goes on"))
    #expect(try await journey.request()["state"] == "pending")
  }

  @Test func `tell for which purge a hold comes too late`() async throws {
    let journey = try journey("")
    #expect(try await journey.purge().code == 0)
    let request = try #require(try await journey.desk.requests().first)
    let late = try await journey.run(
      "holds", "add", "--email", journey.people[0], "--reason", "litigation")
    #expect(late.code == 1 && late.output.contains("Too late for \(request)"))
  }

  @Test func `have a second person approve`() async throws {
    let journey = try journey("approvalAbove: 2")
    let names = journey.people.flatMap { ["--email", $0] }
    let plan = try await journey.desk.run(["plan", "--json"] + names).json
    let hash = try #require(plan["plan"]?.string)
    let confirmed = try await journey.desk.run(
      ["purge", "--yes", hash] + names, environment: ann)
    #expect(confirmed.code == 1)
    #expect(confirmed.output.contains("Who must act: another operator than ann"))
    let id = try #require(try await journey.desk.requests().first)
    #expect(try journey.vendor("batch").calls.isEmpty)
    let words = ["requests", "approve", id, "--yes", hash]
    #expect(try await journey.desk.run(words, environment: ann).code == 77)
    let shown = try await journey.run("requests", "plan", id)
    #expect(shown.code == 0 && shown.output.contains(hash), "\(shown.everything)")
    let approved = try await journey.desk.run(words, environment: bob)
    #expect(approved.code == 0, "\(approved.everything)")
    #expect(approved.output.contains("bob approved"))
    #expect(try journey.vendor("batch").ledger.remaining == 0)
  }

  @Test func `have a second person reject`() async throws {
    let journey = try journey("approvalAbove: 2")
    #expect(try await journey.purge().code == 1)
    let id = try #require(try await journey.desk.requests().first)
    let words = ["requests", "reject", id, "--reason"]
    let rejected = try await journey.desk.run(words + ["wrong list"], environment: bob)
    #expect(rejected.code == 0 && rejected.output.contains("Rejected by bob: wrong list"))
    #expect(try journey.vendor("batch").calls.isEmpty)
  }

  @Test func `cap a purge, unless somebody says why`() async throws {
    let journey = try journey("maxShare: \"10%\", knownSubjects: 20")
    let refused = try await journey.purge()
    #expect(refused.code == 77 && refused.complaint.contains("2006"))
    #expect(refused.complaint.contains("15.0 % of the 20"))
    let purged = try await journey.purge(nil, "--exceed-cap", "the app is shut down")
    #expect(purged.code == 0 && purged.output.contains("exceeded the cap: the app is shut down"))
  }
}
