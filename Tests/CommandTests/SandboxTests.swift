import Documents
import Foundation
import Glibc
import HTTPTypes
import Sandbox
import TestSupport
import Testing
import Transport

@Suite struct `The sandbox` {
  @Test func `28-45 lists every behaviour with its fault and what must hold`() async throws {
    let listed = try await Desk().run("sandbox", "--list", "--json").json.array ?? []
    #expect(listed.compactMap { $0["word"]?.string } == Behaviour.all.map(\.word))
    #expect(listed.dropFirst().allSatisfy { (28...45).contains($0["fault"]?.integer ?? 0) })
    let text = try await Desk().run("sandbox", "--list").output
    for behaviour in Behaviour.all {
      #expect(text.contains(behaviour.word) && text.contains(behaviour.mustHold))
    }
  }

  @Test(arguments: [
    ("stals", "did you mean stalls"), ("well,endless-chunk", "did you mean endless-chunks"),
    ("quite-another-thing", "purgehub sandbox --list"), ("refuses,well", "--behave refuses"),
    ("well,speaks-no-tls", "leave one sort out"),
  ])
  func `refuses words it does not know, or cannot mix`(words: String, remedy: String) async throws {
    let ending = try await Desk().run("sandbox", "--behave", words)
    #expect(ending.code == 2)
    #expect(ending.complaint.contains(remedy), "\(ending.complaint)")
  }

  @Test(arguments: ["65536", "-1", "http"])
  func `refuses a port that is none`(port: String) async throws {
    #expect(try await Desk().run("sandbox", "--port=\(port)").code == 2)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `says where it is and what it saw, and ends cleanly when asked`(
    signal: Int32
  ) async throws {
    try await onThread {
      let process = try ChildProcess(
        Program.built("purgehub"), ["sandbox", "--behave", "throttles,fails", "--json"])
      let first = try #require(process.waitForLine(containing: "address"))
      let url = try #require(try JSON(reading: Array(first.utf8))["address"]?.string)
      for (path, status) in [("/me", 200), ("/ada@example.org", 429), ("/people/delete", 500)] {
        #expect(try Self.ask(url + path) == status)
        let line = try #require(process.waitForLine(containing: "method"))
        #expect(try JSON(reading: Array(line.utf8))["status"]?.integer == status)
        #expect(!line.contains("ada"))
      }
      kill(process.id, signal)
      #expect(process.waitForExit() == 0)
    }
  }

  @Test(arguments: ["well", "token-expires"])
  func `writes a connector that a hub can use as it stands`(word: String) async throws {
    let desk = try Desk()
    let folder = desk.folder + "/playground"
    let process = try await onThread {
      let process = try ChildProcess(
        Program.built("purgehub"),
        ["sandbox", "--behave", word, "--json", "--write-connector", folder])
      _ = try #require(process.waitForLine(containing: "address"))
      return process
    }
    let names = ["--config", folder + "/sandbox.json5", "--email", "ada@example.org"]
    #expect(try await desk.run(["connectors", "reload"] + names.prefix(2)).code == 0)
    let hash = try await desk.run(["plan", "--json"] + names).json["plan"]?.string
    let ending = try await desk.run(["purge", "--yes", try #require(hash)] + names)
    #expect(ending.code == 0, "\(ending.everything)")
    process.kill()
  }

  private static func ask(_ url: String) throws -> Int {
    let client = try HTTPClient()
    client.open("vendor", policy: ConnectionPolicy(selfHosted: true))
    let fields: HTTPFields = ["Authorization": "Bearer sandbox"]
    client.send(HTTPRequest(.get, url, fields: fields), as: TransferID(1), to: "vendor")
    var finished: [Finished] = []
    while finished.isEmpty { finished = client.turn(waitingAtMost: nil) }
    return try finished[0].result.get().status
  }
}
