import Documents
import Foundation
import HTTPTypes
import TestSupport
import Testing

@Suite struct `A request that support looks up` {
  @Test func `opens with a sentence that names the line to edit, and says what to do`()
    async throws
  {
    let journey = try Journey("batch", "lookup")
    try journey.edit("lookup", "ops@example.org", to: "canary1@example.org")
    _ = try await journey.purge()
    let id = try #require(try await journey.desk.requests().first)
    let shown = try await journey.run("requests", "show", id).output
    let sentence = try #require(shown.split(separator: "\n").first)
    #expect(sentence.hasPrefix("\(id)  1 of 2 done; lookup waits for an administrator to edit "))
    #expect(sentence.hasSuffix("connectors/lookup.json5 line 5; 30 days left."))
    #expect(shown.contains("to do: edit ") && shown.contains("lookup.json5:5 so that it names"))
    #expect(!shown.lowercased().contains("canary"))
  }

  @Test func `tells the last try, its code and when the next is due`() async throws {
    let journey = try Journey("batch")
    try journey.vendor("batch").be { $0.isCheck ? nil : HTTPResponse(503) }
    _ = try await journey.purge(nil, "--timeout", "1s")
    let task = try #require(try await journey.request()["tasks"]?[0])
    #expect(task["lastAttempt"]?["status"] == 503 && task["lastAttempt"]?["code"] == 4008)
    #expect(task["nextTryAt"]?.string?.hasSuffix("Z") == true)
  }
}

@Suite struct `Following a request` {
  @Test func `ends when the request has ended, a line for each change`() async throws {
    let journey = try Journey("batch", "lookup")
    _ = try await journey.purge(nil, "--no-wait")
    let id = try #require(try await journey.desk.requests().first)
    let ending = try await journey.run("requests", "show", id, "--follow")
    #expect(ending.code == 0, "\(ending.everything)")
    let lines = ending.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix(id) == true && lines.last?.contains("Done at all 2") == true)
    for name in ["batch", "lookup"] {
      #expect(lines.contains { $0.contains("UTC  \(name)  completed: 3 erased") }, "\(lines)")
    }
  }

  @Test func `ends with 1 when it needs a person, a JSON document a line`() async throws {
    let journey = try Journey("batch")
    try journey.vendor("batch").be { $0.isCheck ? nil : HTTPResponse(422) }
    _ = try await journey.purge(nil, "--no-wait")
    let id = try #require(try await journey.desk.requests().first)
    let ending = try await journey.run("requests", "show", id, "--follow", "--json")
    #expect(ending.code == 1, "\(ending.everything)")
    let pages = try ending.output.split(separator: "\n").map { try JSON(reading: Array($0.utf8)) }
    #expect(pages.last?.state(of: "batch") == "needsAttention")
    #expect(pages.count == Set(pages).count)
  }

  @Test func `49 ends with 75 on Ctrl-C`() async throws {
    let journey = try Journey("batch")
    try journey.vendor("batch").be { $0.isCheck ? nil : HTTPResponse(503) }
    _ = try await journey.purge(nil, "--timeout", "1s")
    let id = try #require(try await journey.desk.requests().first)
    // Its first line says that it hears signals.
    let script = """
      mkfifo said; "$0" requests show \(id) --follow >said & exec 3<said; read -r line <&3
      kill -INT $!; cat <&3 >/dev/null; wait $!
      """
    let ending = try await journey.desk.program("/bin/bash")
      .run(["-m", "-c", script, Program.built("purgehub")])
    #expect(ending.code == 75, "\(ending.everything)")
  }
}

@Suite struct `The story of a request` {
  @Test func `is told call by call, with codes and who did what`() async throws {
    let journey = try Journey("batch")
    let vendor = try journey.vendor("batch")
    vendor.be { request in
      request.isCheck ? nil : HTTPResponse(422, fields: ["X-Request-Id": "req-7"])
    }
    _ = try await journey.purge()
    let id = try #require(try await journey.desk.requests().first)
    vendor.be(nil)
    _ = try await journey.run("requests", "retry", id)
    let story = try await journey.run("requests", "explain", id, "batch")
    #expect(story.code == 0)
    for words in [
      "accepted: 3 people, erasure (gdpr)", "answered 422, the vendor refused (4002)",
      "x-request-id req-7", "the vendor is asked again", "answered 200, done (6000)",
      "Now: 3 erased",
    ] {
      #expect(story.output.contains(words), "\(words)\n\(story.output)")
    }
    #expect(!story.everything.lowercased().contains("canary"))
  }

  @Test func `lists every call where that is asked for`() async throws {
    let journey = try Journey("lookup", people: 7)
    _ = try await journey.purge()
    let id = try #require(try await journey.desk.requests().first)
    let all = try await journey.run("requests", "explain", id, "lookup", "--all", "--json")
    let calls = try all.output.split(separator: "\n").map { try JSON(reading: Array($0.utf8)) }
    #expect(calls.compactMap { $0["people"]?.integer }.reduce(0, +) == 7)
    #expect(calls.allSatisfy { $0["code"] == 6000 })
  }

  @Test func `tells a typo, an unknown request and an unknown connector apart`() async throws {
    let journey = try Journey("batch")
    _ = try await journey.purge()
    let id = try #require(try await journey.desk.requests().first)
    for (id, name, code) in [
      ("PRG-7K3F-9QWD-2M5T-9", "batch", 1011), ("PRG-7K3F-9QWD-2M5T-8", "batch", 1010),
      (id, "canary", 3005),
    ] {
      let ending = try await journey.run("requests", "explain", id, name)
      #expect(ending.code != 0 && ending.complaint.contains("(code \(code))"), "\(ending)")
      #expect(!ending.everything.contains("canary"))
    }
  }
}

@Suite struct `A code` {
  @Test func `has a page without any hub`() async throws {
    let desk = try Desk()
    let page = try await desk.run("explain", "3001")
    #expect(page.code == 0 && page.output.contains("Who acts: administrator"))
    #expect(try await desk.run("explain", "4008", "--json").json["who"] == "nobody")
    #expect(try await desk.run("explain").output.contains("5005  nobody"))
    #expect(try await desk.run("explain", "9999").code == 1)
  }
}
