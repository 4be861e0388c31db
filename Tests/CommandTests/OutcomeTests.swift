import Documents
import Foundation
import HTTPTypes
import Sandbox
import TestSupport
import Testing

@Suite struct `A purge on the command line` {
  @Test func `P-01 reaches every connector and forgets everybody`() async throws {
    let journey = try Journey("batch", "lookup", "jobs")
    let ending = try await journey.purge()
    #expect(ending.code == 0, "\(ending.everything)")
    for vendor in journey.vendors.values {
      #expect(
        vendor.ledger.erasures == Dictionary(uniqueKeysWithValues: journey.people.map { ($0, 1) }))
    }
    #expect(!ending.everything.lowercased().contains("canary"))
    #expect(try filesNamingAnybody(journey).isEmpty)
  }

  @Test func `P-02 a refused member of a batch needs attention, the others are done`() async throws
  {
    let journey = try Journey("batch", people: 7)
    try journey.vendor("batch").be { request in
      String(decoding: request.body, as: UTF8.self).contains("Canary3") ? HTTPResponse(422) : nil
    }
    #expect(try await journey.purge().code == 1)
    var request = try await journey.request()
    #expect(request.state(of: "batch") == "needsAttention")
    #expect(request["tasks"]?[0]?["tally"]?["erased"]?.integer == 6)
    try journey.vendor("batch").be(nil)
    let id = try #require(request["id"]?.string)
    #expect(try await journey.run("requests", "retry", id).code == 0)
    request = try await journey.request()
    #expect(request["state"]?.string == "completed")
  }

  @Test func `a waiver ends it with an exception`() async throws {
    let journey = try Journey("batch")
    try journey.vendor("batch").be { $0.isCheck ? nil : HTTPResponse(422) }
    #expect(try await journey.purge().code == 1)
    let id = try #require(try await journey.request()["id"]?.string)
    let waived = try await journey.run(
      "requests", "waive", id, "--connector", "batch", "--reason", "contract ended")
    #expect(waived.code == 0)
    #expect(try await journey.request()["state"]?.string == "completedWithExceptions")
    #expect(try filesNamingAnybody(journey).isEmpty)
  }

  @Test func `BZ-08 S15 waits as long as the vendor asks`() async throws {
    let journey = try Journey("batch")
    let vendor = try journey.vendor("batch")
    vendor.be { [seen = vendor] request in
      request.isCheck || seen.calls.count > 1
        ? nil : HTTPResponse(429, fields: ["Retry-After": "1"])
    }
    #expect(try await journey.purge().code == 0)
    #expect(vendor.calls.count == 2)
  }

  @Test func `people nobody knows are told apart from people erased`() async throws {
    let journey = try Journey("batch")
    #expect(try await journey.purge(["Canary-stranger@example.org"]).code == 0)
    #expect(try await journey.request().state(of: "batch") == "noDataFound")
  }

  /// Every file of the data folder that has somebody's name in it, however the name is spelled.
  private func filesNamingAnybody(_ journey: Journey) throws -> [String] {
    let data = journey.desk.folder + "/data"
    return try FileManager.default.contentsOfDirectory(atPath: data).filter { name in
      let bytes = FileManager.default.contents(atPath: data + "/" + name) ?? Data()
      return String(decoding: bytes, as: UTF8.self).lowercased().contains("canary")
    }
  }
}

@Suite struct `A data folder` {
  @Test(.withoutHub) func `8 that is full takes nothing new and loses nothing`() async throws {
    let journey = try Journey("batch")
    #expect(try await journey.purge([journey.people[0]]).code == 0)
    // A limit on the size of files stands for a full disk: writes beyond it fail the same way.
    let names = ["--email", journey.people[1]]
    let plan = try await journey.desk.run(["plan", "--json"] + names).json
    let hash = try #require(plan["plan"]?.string)
    let script = "ulimit -f 8; trap '' XFSZ; exec \"$@\""
    let full = try await journey.desk.program("/bin/sh")
      .run(["-c", script, "sh", Program.built("purgehub"), "purge", "--yes", hash] + names)
    #expect(full.code != 0)
    #expect(try await journey.desk.requests().count == 1)
    #expect(try await journey.purge([journey.people[1]]).code == 0)
  }

  @Test(.withoutHub) func `11 that is in use is refused with 75`() async throws {
    let journey = try Journey("batch")
    try journey.vendor("batch").be { request in
      guard !request.isCheck else { return nil }
      let other = try? await journey.run("requests", "list")
      return other?.code == 75 ? nil : HTTPResponse(422)
    }
    #expect(try await journey.purge().code == 0)
  }
}

@Suite struct `A refusal` {
  @Test func `is one JSON document on standard error where JSON is asked for`() async throws {
    let desk = try Desk()
    let ending = try await desk.run("requests", "show", "PRG-AAAA", "--json")
    #expect(ending.code == 65 && ending.output.isEmpty)
    let refusal = try JSON(reading: Array(ending.complaint.utf8))
    #expect(refusal["code"]?.integer == 1011 && refusal["exit"]?.integer == 65)
  }
}

@Suite struct `The demo` {
  @Test func `tells its whole story and leaves nothing behind`() async throws {
    let desk = try Desk()
    let folder = try desk.write("", to: "mark").replacing("/mark", with: "")
    let ending = try await Program(
      path: Program.built("purgehub"), environment: ["TMPDIR": folder, "HOME": folder],
      folder: Sources.root
    ).run(["demo"])
    #expect(ending.code == 0, "\(ending.everything)")
    for words in ["PRG-", "will be DISABLED", "lookup  disabled", "now enabled", "Done at all 3"] {
      #expect(ending.output.contains(words), "\(words)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(left.filter { $0.contains("demo") }.isEmpty)
  }
}
