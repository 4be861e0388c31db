import Documents
import Foundation
import HTTPTypes
import Sandbox
import TestSupport
import Testing

/// FAULTS row 1: `kill -9` at every system call by which the program writes, sends or renames.
@Suite(.withoutHub) struct `A program that is killed` {
  @Test(arguments: Writing.calls)
  func `1 makes its data folder at the next start, wherever it died`(call: String) async throws {
    let journey = try Journey("batch")
    let stage = KillStage(journey: journey, words: ["connectors", "reload"])
    try await stage.kill(at: call, certain: Writing.certain.contains(call)) { _, _ in
      let again = try await journey.run("connectors", "list", "--json")
      let state = try again.json["connectors"]?[0]?["state"]?.string
      #expect(again.code == 0 && state == "enabled", "\(again.everything)")
    }
  }

  @Test(arguments: Writing.calls)
  func `1 S1 S4 S9 S13 finishes a purge at the next start, wherever it died`(
    call: String
  ) async throws {
    let journey = try Journey("batch", "lookup")
    let stage = try await planned(journey)
    try await stage.kill(at: call, certain: Writing.certain.contains(call)) { killed, copy in
      let told = killed.identifiers
      if !told.isEmpty { #expect(try await copy.rows("SELECT count(*) FROM request") == ["1"]) }
      let again = try await journey.desk.run(stage.words + ["--json"])
      #expect(again.code == 0, "\(again.everything)")
      #expect(try again.json["state"]?.string == "completed")
      #expect(told.isSubset(of: again.identifiers))
      #expect(try await journey.desk.requests().count == 1)
      // One call at a vendor was in flight at most when it died, so none is erased a third time.
      for vendor in journey.vendors.values { expectErased(journey.people, at: vendor) }
    }
  }

  @Test(arguments: Writing.calls)
  func `1 S2 S4 S9 S16 finds the one refused person again, wherever it died`(
    call: String
  ) async throws {
    let journey = try Journey("batch", people: 5)
    let vendor = try journey.vendor("batch")
    vendor.be { $0.text.contains("Canary3") ? .init(422) : nil }
    let stage = try await planned(journey)
    try await stage.kill(at: call, certain: Writing.certain.contains(call)) { _, _ in
      let again = try await journey.desk.run(stage.words + ["--json"])
      #expect(again.code == 1, "\(again.everything)")
      let task = try again.json["tasks"]?[0]
      #expect(task?["state"]?.string == "needsAttention" && task?["code"]?.integer == 4002)
      // Whoever was erased by the call that died is absent when it is sent again.
      let tally = task?["tally"]
      let gone = ["erased", "absent"].compactMap { tally?[$0]?.integer }
      #expect(gone.reduce(0, +) == 4 && tally?["failed"]?.integer == 1)
      let good = journey.people.filter { !$0.contains("Canary3") }
      expectErased(good, at: vendor)
      #expect(vendor.ledger.erasures.count == 4)
      let sizes = vendor.calls.map { $0.text.split(separator: "Canary").count - 1 }
      #expect(Set(sizes).isSubset(of: [1, 2, 3, 5]))
      let alone = vendor.calls.filter { call in
        call.text.contains("Canary3") && !good.contains { call.text.contains($0) }
      }
      #expect((1...2).contains(alone.count))
      let attempts = try await DatabaseCopy(of: stage.data)
        .rows("SELECT first, people, status FROM attempt WHERE people = 1 AND status = 422")
      #expect(attempts == ["3|1|422"])
    }
  }

  @Test(arguments: Writing.calls)
  func `1 S7 S22 keeps a connector disabled that the purge names, wherever it died`(
    call: String
  ) async throws {
    let journey = try Journey("batch", "lookup")
    try journey.edit("lookup", "ops@example.org", to: "canary0@example.org")
    let lookup = try journey.vendor("lookup")
    let stage = try await planned(journey)
    try await stage.kill(at: call, certain: Writing.certain.contains(call)) { _, copy in
      // Both are there or neither.
      #expect(try await copy.disabled() == copy.rows("SELECT count(*) FROM request"))
      let again = try await journey.desk.run(stage.words + ["--json"])
      #expect(again.code == 1, "\(again.everything)")
      #expect(try again.json.state(of: "lookup") == "blocked")
      // Whoever was erased by a call that died with the program is unknown when it is sent again.
      let batch = try again.json.state(of: "batch")
      #expect(["completed", "noDataFound"].contains(batch), "\(again.everything)")
      #expect(lookup.calls.isEmpty)
      expectErased(journey.people, at: try journey.vendor("batch"))
      let after = try DatabaseCopy(of: stage.data)
      #expect(try await after.disabled() == ["1"])
      #expect(try await after.audited("connector.disabled") == ["1"])
    }
  }

  @Test(arguments: Writing.calls)
  func `1 S4 S7 S22 drains what an edit released, wherever the reload died`(
    call: String
  ) async throws {
    let journey = try Journey("batch", "lookup")
    try journey.edit("lookup", "ops@example.org", to: "canary0@example.org")
    let lookup = try journey.vendor("lookup")
    #expect(try await journey.purge().code == 1)
    let id = try #require(try await journey.desk.requests().first)
    try journey.edit("lookup", "canary0@example.org", to: "ops@example.org")
    let stage = KillStage(journey: journey, words: ["connectors", "reload"])
    try stage.keep()
    try await stage.kill(at: call, certain: Writing.certain.contains(call)) { _, copy in
      if try await copy.disabled() == ["1"] { #expect(lookup.calls.isEmpty) }
      #expect(try await journey.run("connectors", "reload").code == 0)
      let ended = try await journey.run("requests", "wait", id, "--json")
      #expect(try ended.json["state"]?.string == "completed", "\(ended.everything)")
      expectErased(journey.people, at: lookup)
      #expect(try journey.vendor("batch").calls.isEmpty)
      #expect(try await DatabaseCopy(of: stage.data).audited("connector.enabled") == ["2"])
    }
  }

  /// A stage on which the journey's people are planned to be purged.
  private func planned(_ journey: Journey) async throws -> KillStage {
    let people = journey.people.flatMap { ["--email", $0] }
    let plan = try await journey.desk.run(["plan", "--json"] + people).json
    let hash = try #require(plan["plan"]?.string)
    let stage = KillStage(
      journey: journey, words: ["purge", "--yes", hash, "--key", "once"] + people)
    try stage.keep()
    return stage
  }

  private func expectErased(
    _ people: [String], at vendor: MoodyVendor, location: SourceLocation = #_sourceLocation
  ) {
    let erasures = vendor.ledger.erasures
    for person in people {
      #expect(
        (1...2).contains(erasures[person] ?? 0), "\(person): \(erasures[person] ?? 0)",
        sourceLocation: location)
    }
  }
}

extension DatabaseCopy {
  /// How many connectors are disabled because they name somebody.
  fileprivate func disabled() async throws -> [String] {
    try await rows(
      "SELECT count(*) FROM connector_state WHERE state LIKE '%referencesPurgedUser%'")
  }

  fileprivate func audited(_ action: String) async throws -> [String] {
    try await rows(
      "SELECT count(*) FROM audit WHERE connector = 'lookup' AND action = '\(action)'")
  }
}

extension Ended {
  /// The request IDs it told.
  var identifiers: Set<String> {
    Set(everything.matches(of: /PRG(-[0-9A-Z]+)+/).map { String($0.output.0) })
  }
}
