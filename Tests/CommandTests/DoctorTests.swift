import Documents
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct `A doctor's visit` {
  @Test func `finds all well, also beside a hub that serves, and changes nothing`() async throws {
    let journey = try Journey("batch")
    #expect(try await journey.purge().code == 0)
    let before = try journey.dataFiles()
    let visit = try await journey.run("doctor")
    #expect(visit.code == 0, "\(visit.everything)")
    #expect(visit.output.contains("0 to look at, 0 at fault"))
    #expect(visit.output.contains(Desk.isServed ? "a hub serves and is ready" : "no hub serves"))
    #expect(try journey.dataFiles() == before)
  }

  @Test(
    .withoutHub,
    arguments: [
      ("chmod 755 data", "data folder"), ("chmod 644 data/hub.sqlite", "files"),
      ("rm data/master.key", "master key"), ("chmod 644 data/master.key", "master key"),
      ("openssl rand -hex 32 > data/master.key", "key and database"),
      ("head -c 30000 /dev/zero > data/hub.sqlite", "database"),
      (
        "sqlite3 data/hub.sqlite 'UPDATE meta SET number = 99 WHERE number > 0'", "database version"
      ),
      ("sqlite3 data/hub.sqlite 'UPDATE audit SET at = at + 600000'", "clock"),
      ("echo '{ use: 1' > connectors/batch.json5", "connector files"),
      ("echo '{' > manifests/sandbox-batch/connector.json5", "kinds of vendor"),
      ("rm token", "connector files"),
    ])
  func `says what is at fault and what to do, and ends with 78`(
    damage: String, topic: String
  ) async throws {
    let journey = try Journey("batch")
    #expect(try await journey.purge().code == 0)
    let done = try await journey.desk.program("/bin/sh").run(["-c", damage])
    try #require(done.code == 0, "\(done.everything)")
    let visit = try await journey.run("doctor", "--json")
    #expect(visit.code == 78, "\(visit.everything)")
    let faults = try visit.json["findings"]?.array?.filter { $0["grade"] == "fault" } ?? []
    #expect(faults.contains { $0["topic"] == .string(topic) }, "\(visit.output)")
    #expect(faults.allSatisfy { $0["remedy"]?.string?.isEmpty == false })
  }

  @Test func `tells which connectors block what and where they name a purged person`()
    async throws
  {
    let journey = try Journey("batch", "lookup")
    try journey.edit("lookup", "ops@example.org", to: "canary1@example.org")
    _ = try await journey.purge()
    let visit = try await journey.run("doctor")
    #expect(visit.code == 1, "\(visit.everything)")
    #expect(visit.output.contains("lookup blocks 1 (code 3001)"))
    #expect(visit.output.contains("connectors/lookup.json5:5 (settings.owner)"))
    #expect(!visit.everything.lowercased().contains("canary"))
  }

  @Test func `tells a hub that stands still, in time`() async throws {
    let desk = try Desk()
    let hub = try desk.serve()
    kill(hub.id, SIGSTOP)
    defer { kill(hub.id, SIGCONT) }
    let visit = try await desk.run("doctor")
    #expect(visit.code == 78)
    #expect(visit.output.contains("process \(hub.id) has the folder open, and its socket does not"))
  }

  @Test func `tells what a killed hub left behind`() async throws {
    let desk = try Desk()
    let hub = try desk.serve()
    kill(hub.id, SIGKILL)
    _ = try await onThread { hub.waitForExit() }
    let visit = try await desk.program(Program.built("purgehub")).run(["doctor"])
    #expect(visit.output.contains("left behind by a hub that was killed"))
  }

  @Test func `does not need settings that can be read, nor a data folder`() async throws {
    let desk = try Desk()
    #expect(try await desk.run("doctor", "--json").json["findings"]?.array?.count ?? 0 > 15)
    try desk.write("{ deadline: 7 }", to: "hub.json5")
    let visit = try await desk.program(Program.built("purgehub")).run(["doctor"])
    #expect(visit.code == 78 && visit.output.contains("fault   settings: "))
  }
}

extension Journey {
  /// The bytes of every file in the data folder but the memory that readers share.
  fileprivate func dataFiles() throws -> [String: Data] {
    let data = desk.folder + "/data"
    let names = try FileManager.default.contentsOfDirectory(atPath: data).filter {
      !$0.hasSuffix("-shm") && !$0.hasSuffix(".sock")
    }
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try Data(contentsOf: URL(filePath: data + "/" + $0)))
      })
  }
}
