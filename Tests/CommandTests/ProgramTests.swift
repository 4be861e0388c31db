import Documents
import Foundation
import Glibc
import Sandbox
import TestSupport
import Testing

@testable import purgehub

@Suite struct `The program` {
  let desk: Desk

  init() throws { desk = try Desk() }

  @Test(arguments: ["version", "--version"])
  func `prints its version`(word: String) async throws {
    let ended = try await desk.run(word)
    #expect(ended.code == 0)
    #expect(ended.output == "purgehub \(Command.versionNumber)\n")
    #expect(ended.complaint.isEmpty)
  }

  @Test(arguments: ["help", "--help", "-h"])
  func `explains itself`(word: String) async throws {
    let ended = try await desk.run(word)
    #expect(ended.code == 0)
    #expect(ended.output == Help.overview() + "\n")
  }

  @Test func `explains itself when nothing is asked, which is no success`() async throws {
    let ended = try await desk.run()
    #expect(ended.code == 2)
    #expect(ended.output.contains("usage: purgehub"))
  }

  @Test(.withoutHub, arguments: Command.all.map(\.shape.words))
  func `explains a command without opening a hub`(words: [String]) async throws {
    let ended = try await desk.run(words + ["--help"])
    #expect(ended.code == 0)
    #expect(ended.output.contains("usage: purgehub " + words.joined(separator: " ")))
    #expect(!FileManager.default.fileExists(atPath: desk.folder + "/data"))
  }

  @Test(arguments: [
    ["frobnicate"], ["purge", "--emial", "canary@example.org"], ["requests", "show"],
    ["requests", "show", "canary@example.org", "canary@example.org"], ["canary@example.org"],
    ["requests", "canary@example.org"], ["purge", "--canary@example.org"],
    ["purge", "--user-alias", "canary"], ["purge", "--id", "canary"],
    ["purge", "--email", "canary@example.org", "--csv", "people.csv"],
  ])
  func `ends with 2 when it is not understood, and names nobody`(words: [String]) async throws {
    let ended = try await desk.run(words)
    #expect(ended.code == 2)
    #expect(ended.output.isEmpty)
    #expect(ended.complaint.hasPrefix("purgehub: "))
    #expect(!ended.everything.contains("canary"))
  }

  @Test func `SF-15 does not purge when nobody can be asked, and names the plan`() async throws {
    let plan = try await desk.run("plan", "--email", "canary@example.org", "--json").json
    let hash = try #require(plan["plan"]?.string)
    let ended = try await desk.run("purge", "--email", "canary@example.org", input: "yes\n")
    #expect(ended.code == 2)
    #expect(ended.complaint.contains("--yes " + hash))
    #expect(!ended.everything.contains("canary"))
    #expect(try await desk.requests().isEmpty)
  }

  @Test func `purges when the very plan is cited`() async throws {
    let server = try desk.connectVendor(knowing: ["canary@example.org", "ada@example.org"])
    defer { server.stop() }
    let plan = try await desk.run("plan", "--email", "canary@example.org", "--json").json
    let hash = try #require(plan["plan"]?.string)
    let ended = try await desk.run("purge", "--email", "canary@example.org", "--yes", hash)
    #expect(ended.code == 0)
    #expect(ended.output.contains("Purge request PRG-"))
    #expect(!ended.everything.contains("canary"))
    #expect(try await desk.requests().count == 1)
  }

  @Test func `ALM-24 ends with 75 when another plan is cited`() async throws {
    let server = try desk.connectVendor(knowing: ["canary@example.org", "ada@example.org"])
    defer { server.stop() }
    let ended = try await desk.run("purge", "--email", "canary@example.org", "--yes", "another")
    #expect(ended.code == 75)
    #expect(ended.complaint.contains("(code 1006)"))
    #expect(try await desk.requests().isEmpty)
  }

  @Test func `OS-18 takes people from a file and from standard input`() async throws {
    let file = try desk.write("email\nada@example.org\nbo@example.org\n", to: "people.csv")
    let plan = try await desk.run("plan", "--csv", file, "--json")
    #expect(plan.code == 0)
    #expect(try plan.json["people"] == 2)
    let piped = try await desk.run(
      "plan", "--csv", "-", "--json", input: "email\nada@example.org\nbo@example.org\n")
    #expect(try piped.json["plan"] == plan.json["plan"])
  }

  @Test(arguments: [
    "email,name\ncanary@example.org,canary\n", "email\n\ncanary@example.org\n", "email\n",
    "Canary\ncanary@example.org\n", "",
  ])
  func `OS-19 ends with 65 when the CSV cannot be used, and names nobody`(text: String)
    async throws
  {
    let file = try desk.write(text, to: "people.csv")
    for command in ["plan", "purge"] {
      let ended = try await desk.run(command, "--csv", file)
      #expect(ended.code == 65)
      #expect(ended.complaint.contains("(code 10"))
      #expect(!ended.everything.lowercased().contains("canary"))
    }
    #expect(try await desk.requests().isEmpty)
  }

  @Test(arguments: ["plan", "purge"])
  func `ends with 66 when the CSV is not there`(command: String) async throws {
    let ended = try await desk.run(command, "--csv", desk.folder + "/nowhere.csv")
    #expect(ended.code == 66)
    #expect(ended.complaint.contains("nowhere.csv cannot be read"))
  }

  @Test func `ends with 66 when the settings file is not there`() async throws {
    let ended = try await desk.run("requests", "list", "--config", "nowhere.json5")
    #expect(ended.code == 66)
    #expect(ended.complaint.contains("nowhere.json5"))
  }

  @Test func `ends with 78 when the settings cannot be used, never naming the value`() async throws
  {
    let file = try desk.write("{\n  deadline: \"canary\",\n}", to: "other.json5")
    let ended = try await desk.run("requests", "list", "--config", file)
    #expect(ended.code == 78)
    #expect(ended.complaint.contains("other.json5, line 2: \"deadline\""))
    #expect(!ended.everything.contains("canary"))
  }

  @Test func `ends with 65 for a mistyped request and for an unknown one`() async throws {
    for id in ["canary@example.org", "PRG-7K3F-9QWD-2M5T-9", "PRG-0000-0000-0000-0"] {
      let ended = try await desk.run("requests", "show", id)
      #expect(ended.code == 65)
      #expect(ended.complaint.contains(id.hasSuffix("-0") ? "(code 1010)" : "(code 1011)"))
      #expect(!ended.everything.contains("canary"))
    }
  }

  @Test(arguments: [
    ["--user-alias", ":canary"], ["--timeout", "canary"], ["--purpose", "canary"],
    ["--prioritization", "canary"], ["--regulation", "can ary"], ["--id", "e-mail=canary"],
    ["--external-id", "canary\u{7}"],
  ])
  func `names nobody whatever is wrong`(words: [String]) async throws {
    let ended = try await desk.run(
      ["purge", "--email", "canary@example.org", "--yes", "canary"] + words)
    #expect(ended.code != 0)
    #expect(!ended.complaint.isEmpty)
    #expect(!ended.everything.contains("canary"))
  }

  @Test(arguments: [
    ["version"], ["requests", "list"], ["connectors", "list"], ["connectors", "check"],
    ["connectors", "reload"], ["plan", "--email", "ada@example.org"],
  ])
  func `prints exactly one JSON document when asked for JSON`(words: [String]) async throws {
    let ended = try await desk.run(words + ["--json"])
    #expect(ended.code == 0)
    #expect(try ended.json.members?.isEmpty == false)
    #expect(ended.complaint.isEmpty)
  }

  @Test func `prints exactly one JSON document for a purge, and the same for showing it`()
    async throws
  {
    let server = try desk.connectVendor(knowing: ["ada@example.org"])
    defer { server.stop() }
    let people = ["--email", "ada@example.org", "--json"]
    let plan = try await desk.run(["plan"] + people).json
    let hash = try #require(plan["plan"]?.string)
    let purge = try await desk.run(["purge"] + people + ["--yes", hash])
    #expect(purge.code == 0)
    let id = try #require(try purge.json["id"]?.string)
    let shown = try await desk.run("requests", "show", id.lowercased(), "--json")
    #expect(try shown.json["id"]?.string == id)
    #expect(try shown.json["state"] == "completed")
  }

  @Test func `purges once for the same key`() async throws {
    let server = try desk.connectVendor(knowing: ["canary@example.org", "ada@example.org"])
    defer { server.stop() }
    let plan = try await desk.run("plan", "--email", "ada@example.org", "--json").json
    let hash = try #require(plan["plan"]?.string)
    for _ in 0..<2 {
      let ended = try await desk.run(
        "purge", "--email", "ada@example.org", "--yes", hash, "--key", "k-1")
      #expect(ended.code == 0)
    }
    #expect(try await desk.requests().count == 1)
  }

  @Test func `ends with 78 for an unknown connector`() async throws {
    let ended = try await desk.run("connectors", "show", "canary@example.org")
    #expect(ended.code == 78)
    #expect(ended.complaint.contains("(code 3005)"))
    #expect(!ended.everything.contains("canary"))
  }

  @Test(.withoutHub) func `ends with 75 while another process has the data folder`() async throws {
    _ = try await desk.run("requests", "list")
    let lock = unsafe open(desk.folder + "/data/hub.lock", O_RDWR | O_CLOEXEC)
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    let ended = try await desk.run("requests", "list")
    close(lock)
    #expect(ended.code == 75)
    #expect(ended.complaint.contains("is in use"))
    #expect(ended.complaint.contains("--data"))
    #expect(try await desk.run("requests", "list").code == 0)
  }

  @Test(.withoutHub) func `takes its master key from the environment and keeps it to itself`()
    async throws
  {
    let key = String(repeating: "5c", count: 32)
    let first = try await desk.run(
      "requests", "list", environment: ["PURGEHUB_MASTER_KEY": key])
    #expect(first.code == 0)
    #expect(!FileManager.default.fileExists(atPath: desk.folder + "/data/master.key"))
    let other = try await desk.run(
      "requests", "list",
      environment: ["PURGEHUB_MASTER_KEY": String(repeating: "5d", count: 32)])
    #expect(other.code == 78)
    #expect(!other.everything.contains("5d5d"))
    let without = try await desk.run("requests", "list")
    #expect(without.code == 78)
  }

  @Test(.withoutHub) func `puts its data where it is told`() async throws {
    let ended = try await desk.run("requests", "list", "--data", desk.folder + "/elsewhere")
    #expect(ended.code == 0)
    #expect(FileManager.default.fileExists(atPath: desk.folder + "/elsewhere/hub.sqlite"))
    #expect(!FileManager.default.fileExists(atPath: desk.folder + "/data"))
  }

  @Test func `ends with 73 when the data folder cannot be made`() async throws {
    let file = try desk.write("", to: "file")
    let ended = try await desk.run("requests", "list", "--data", file + "/data")
    #expect(ended.code == 73)
  }

  @Test func `SF-14 ends with 77 when it is too late to cancel`() async throws {
    let server = try desk.connectVendor(knowing: ["canary@example.org", "ada@example.org"])
    defer { server.stop() }
    let plan = try await desk.run("plan", "--email", "ada@example.org", "--json").json
    let hash = try #require(plan["plan"]?.string)
    let purge = try await desk.run(
      "purge", "--email", "ada@example.org", "--yes", hash, "--json")
    let id = try #require(try purge.json["id"]?.string)
    let ended = try await desk.run("requests", "cancel", id)
    #expect(ended.code == 77)
    #expect(ended.complaint.contains("(code 1012)"))
  }
}
