import Documents
import Foundation
import HTTPTypes
import Sandbox
import TestSupport
import Testing

/// FAULTS row 46: the system lets the program open few files.
@Suite(.withoutHub) struct `A program with few descriptors` {
  @Test(arguments: [64, 32, 24, 20, 16, 12, 10, 8, 6])
  func `46 S4 does without or says so, and recovers`(descriptors: Int) async throws {
    let journey = try Journey("batch", "lookup", "jobs", people: 30)
    let people = journey.people.flatMap { ["--email", $0] }
    let plan = try await journey.desk.run(["plan", "--json"] + people).json
    let hash = try #require(plan["plan"]?.string)
    let words = ["purge", "--yes", hash, "--key", "few"] + people
    let few = try journey.desk.start(
      words + ["--timeout", "5s"], wrappedIn: ["prlimit", "--nofile=\(descriptors)"])
    let ended = try await onThread { try few.end() }
    #expect(ended.code < 128)
    #expect(ended.code == 0 || !ended.everything.isEmpty)
    let again = try await journey.desk.run(words)
    #expect(again.code == 0, "\(again.everything)")
    for vendor in journey.vendors.values {
      #expect(vendor.ledger.erasures.keys.sorted() == journey.people.sorted())
    }
    #expect(try await DatabaseCopy(of: journey.desk.folder + "/data").faults() == [])
  }
}

/// FAULTS row 25: the wall clock is set forward while a call waits for its next try.
@Suite(.withoutHub) struct `A clock that is set` {
  @Test func `25 S20 to nearly the deadline neither ends a try nor makes a storm`() async throws {
    let journey = try Journey("batch")
    let people = journey.people.flatMap { ["--email", $0] }
    let plan = try await journey.desk.run(["plan", "--json"] + people).json
    let hash = try #require(plan["plan"]?.string)
    let clock = try journey.desk.write("+0\n", to: "clock")
    let vendor = try journey.vendor("batch")
    vendor.be { [desk = journey.desk, weak vendor] request in
      guard !request.isCheck, vendor?.calls.count == 1 else { return nil }
      // The jump comes when the answer is recorded and the next try is waited for.
      Task {
        try await Task.sleep(for: .seconds(1))
        try desk.write("+29d\n", to: "clock")
      }
      return HTTPResponse(503)
    }
    let fake = [
      "faketime", "-m", "-f", "+0", "env", "-u", "FAKETIME", "FAKETIME_NO_CACHE=1",
      "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_TIMESTAMP_FILE=\(clock)",
    ]
    let running = try journey.desk.start(["purge", "--yes", hash] + people, wrappedIn: fake)
    let ended = try await onThread { try running.end() }
    #expect(ended.code == 0, "\(ended.everything)")
    #expect(vendor.calls.count == 2)
    #expect(vendor.ledger.remaining == 0)
  }
}
