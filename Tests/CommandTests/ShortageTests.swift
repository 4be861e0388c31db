import Documents
import Foundation
import HTTPTypes
import Sandbox
import TestSupport
import Testing

/// FAULTS row 46: the system lets the program open few files.
@Suite(.withoutHub) struct `A program with few descriptors` {
  @Test(arguments: [64, 63, 16, 6])
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
    #expect(descriptors >= 64 || ended.code == 78)
    let again = try await journey.desk.run(words)
    #expect(again.code == 0, "\(again.everything)")
    for vendor in journey.vendors.values {
      #expect(vendor.ledger.erasures.keys.sorted() == journey.people.sorted())
    }
    #expect(try await DatabaseCopy(of: journey.desk.folder + "/data").faults() == [])
  }
}

/// FAULTS row 25: the wall clock is set while a call waits for its next try.
@Suite struct `A clock that is set` {
  @Test(arguments: ["+29d", "-2h", "-20d"])
  func `25 S11 S20 far ahead or back neither ends a try, nor makes a storm, nor stops one`(
    jump: String
  ) async throws {
    let journey = try Journey("batch")
    let clock = try journey.desk.write("+0\n", to: "clock")
    // The library itself: its command would stay between the test and the hub, and end alone.
    let hub = try journey.desk.serve([
      "LD_PRELOAD": try fakeTimeLibrary(), "FAKETIME_TIMESTAMP_FILE": clock,
      "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    ])
    let vendor = try journey.vendor("batch")
    vendor.be { [desk = journey.desk, weak vendor] request in
      guard !request.isCheck, vendor?.calls.count == 1 else { return nil }
      // The jump comes when the answer is recorded and the next try is waited for.
      Task {
        try await Task.sleep(for: .seconds(1))
        try desk.write(jump + "\n", to: "clock")
      }
      return HTTPResponse(503)
    }
    #expect(try await journey.purge(nil, "--no-wait").code == 0)
    #expect(try await onThread { hub.waitForLine(containing: "clock.set") } != nil)
    let id = try #require(try await journey.desk.requests().first)
    #expect(try await journey.run("requests", "wait", id).code == 0)
    #expect(vendor.calls.count == 2)
    #expect(vendor.ledger.remaining == 0)
  }

  private func fakeTimeLibrary() throws -> String {
    let folders = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib")
    let paths = folders.map { "/usr/lib/\($0)/faketime/libfaketimeMT.so.1" }
    return try #require(paths.first { FileManager.default.fileExists(atPath: $0) })
  }
}
