import Documents
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct `A backup by command` {
  @Test func `is made while the hub works, and finished in another folder`() async throws {
    let journey = try Journey("batch")
    let desk = journey.desk
    #expect(try await journey.purge(nil, "--no-wait").code == 0)
    let made = try await desk.run("backup", "--output", "copy", "--with-key")
    #expect(made.code == 0, "\(made.everything)")
    #expect(made.output.contains("keep the folder as you keep the key"))
    let check = try await desk.run("backup", "check", "copy")
    #expect(check.code == 0)
    #expect(check.output.contains("The master key fits."))
    let id = try #require(try await desk.requests().first)
    let files = FileManager.default
    try files.createDirectory(atPath: desk.folder + "/other", withIntermediateDirectories: true)
    for name in ["hub.sqlite", "master.key"] {
      try files.copyItem(
        atPath: desk.folder + "/copy/" + name, toPath: desk.folder + "/other/" + name)
    }
    let ended = try await desk.run(
      "requests", "wait", id, "--json", "--data", desk.folder + "/other")
    #expect(ended.code == 0, "\(ended.everything)")
    #expect(try ended.json["state"] == "completed")
  }

  @Test func `overwrites nothing and says so`() async throws {
    let desk = try Desk()
    try desk.write("mine", to: "taken")
    let ended = try await desk.run("backup", "--output", "taken")
    #expect(ended.code == 73)
    #expect(ended.complaint.contains("code 1051"))
    #expect(try String(contentsOfFile: desk.folder + "/taken", encoding: .utf8) == "mine")
  }

  @Test func `that was changed is found so`() async throws {
    let desk = try Desk()
    #expect(try await desk.run("backup", "--output", "copy").code == 0)
    let path = desk.folder + "/copy/hub.sqlite"
    let bytes = try Data(contentsOf: URL(filePath: path))
    try (bytes + Data("x".utf8)).write(to: URL(filePath: path))
    let ended = try await desk.run("backup", "check", "copy", "--json")
    #expect(ended.code == 65)
    #expect(try ended.json["isGood"] == false)
  }

  @Test(.withoutHub, arguments: ["pwrite64", "rename", "mkdir"])
  func `1 that is killed leaves nothing that looks whole and is not`(call: String) async throws {
    let desk = try Desk()
    #expect(try await desk.run("requests", "list").code == 0)
    for step in 1..<400 {
      let name = "copy-\(step)"
      let ended = try await Turns.two.take {
        try await desk.run(["backup", "--output", name], killedAt: step, of: call)
      }
      let isWhole = FileManager.default.fileExists(atPath: desk.folder + "/\(name)/backup.json")
      if isWhole { #expect(try await desk.run("backup", "check", name).code == 0) }
      guard ended.code == 137 else { return #expect(isWhole) }
    }
    Issue.record("it was killed each time")
  }
}

@Suite struct `A migration by command` {
  @Test func `says which version there is`() async throws {
    let desk = try Desk()
    if !Desk.isServed {
      #expect(try await desk.run("migrate", "--check", "--json").json["state"] == "none")
    }
    _ = try await desk.run("requests", "list")
    let answer = try await desk.run("migrate", "--check", "--json").json
    #expect(answer["state"] == "current")
    #expect(answer["found"] == answer["known"])
    #expect(try await desk.run("migrate").code == 0)
  }

  @Test(.withoutHub) func `13 refuses a newer database and leaves it as it is`() async throws {
    let desk = try Desk()
    _ = try await desk.run("requests", "list")
    let path = desk.folder + "/data/hub.sqlite"
    _ = try await Program(path: "/usr/bin/sqlite3").run(
      [path], input: "UPDATE meta SET number = 99 WHERE name = 'schema_version';\n")
    let before = try Data(contentsOf: URL(filePath: path))
    for words in [["migrate"], ["migrate", "--check"], ["requests", "list"], ["serve"]] {
      let ended = try await desk.run(words)
      #expect(ended.code == 78, "\(words)")
      #expect(ended.complaint.contains("nothing was changed"))
      #expect(ended.complaint.contains("code 1053"))
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }
}
