import Documents
import Foundation
import TestSupport
import Testing

@Suite struct `A receipt on the command line` {
  /// A journey with a purge, the receipt of it in `receipt.json`, and the key in `key.pem`.
  private func issued() async throws -> Journey {
    let journey = try Journey("batch", "lookup")
    #expect(try await journey.purge().code == 0)
    let id = try #require(try await journey.desk.requests().first)
    let ended = try await journey.run("requests", "receipt", id, "--output", "receipt.json")
    #expect(ended.code == 0, "\(ended.everything)")
    try journey.desk.write(try await journey.run("receipt", "key").output, to: "key.pem")
    return journey
  }

  @Test func `is checked without a hub`() async throws {
    let desk = try await issued().desk
    let other = try Desk()
    let paths = [desk.folder + "/receipt.json", "--key", desk.folder + "/key.pem"]
    let ended = try await other.program(Program.built("purgehub"))
      .run(["receipt", "verify"] + paths)
    #expect(ended.code == 0, "\(ended.everything)")
    #expect(ended.output.contains("Valid") && ended.output.contains("Final receipt of PRG-"))
    #expect(!FileManager.default.fileExists(atPath: other.folder + "/data"))
  }

  @Test func `is checked by a stranger with openssl, as the README says`() async throws {
    let desk = try await issued().desk
    let readme = try String(contentsOfFile: Sources.root + "/README.md", encoding: .utf8)
    let lines = readme.split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex { $0.hasPrefix("sed -n 2p receipt.json") })
    let recipe = lines[start..<(start + 3)].joined(separator: "\n")
    #expect(recipe.contains("openssl pkeyutl -verify"))
    let shell = desk.program("/bin/sh", ["PATH": "/usr/bin:/bin"])
    let good = try await shell.run(["-c", recipe])
    #expect(good.code == 0, "\(good.everything)")
    let receipt = try String(contentsOfFile: desk.folder + "/receipt.json", encoding: .utf8)
    try desk.write(receipt.replacing("\"erased\":3", with: "\"erased\":4"), to: "receipt.json")
    #expect(try await shell.run(["-c", recipe]).code == 1)
  }

  @Test func `that was changed ends with 65`() async throws {
    let desk = try await issued().desk
    let receipt = try String(contentsOfFile: desk.folder + "/receipt.json", encoding: .utf8)
    try desk.write(receipt.replacing("\"waived\":0", with: "\"waived\":1"), to: "bad.json")
    let ended = try await desk.run("receipt", "verify", "bad.json")
    #expect(ended.code == 65)
    #expect(ended.complaint.contains("(code 1041)"))
    let json = try await desk.run("receipt", "verify", "receipt.json", "--json").json
    #expect(json["isValid"] == true && json["interim"] == false)
  }

  @Test func `of another hub ends with 65 when its key is known`() async throws {
    let desk = try await issued().desk
    let key = String(repeating: "ab", count: 32)
    let ended = try await desk.run("receipt", "verify", "receipt.json", "--key", key)
    #expect(ended.code == 65 && ended.complaint.contains("another hub's key"))
    try desk.write("no key", to: "no.pem")
    #expect(
      try await desk.run("receipt", "verify", "receipt.json", "--key", "no.pem").code == 65)
    #expect(try await desk.run("receipt", "verify", "none.json").code == 66)
  }

  @Test func `is never written over one that is there`() async throws {
    let journey = try await issued()
    let id = try #require(try await journey.desk.requests().first)
    let ended = try await journey.run("requests", "receipt", id, "--output", "receipt.json")
    #expect(ended.code == 73)
    let printed = try await journey.run("requests", "receipt", id)
    #expect(try printed.json["receipt"]?["request"]?["id"]?.string == id)
    #expect(!printed.output.lowercased().contains("canary"))
  }

  @Test func `finds its place in the audit trail, which lists it`() async throws {
    let journey = try await issued()
    let ended = try await journey.run("audit", "verify", "--receipt", "receipt.json")
    #expect(ended.code == 0 && ended.output.contains("holds the noted entry"))
    let id = try #require(try await journey.desk.requests().first)
    let list = try await journey.run("audit", "list", "--request", id)
    #expect(list.output.contains("receipt.issued"))
    #expect(!list.everything.lowercased().contains("canary"))
  }

  @Test(.withoutHub) func `shows that the audit trail was cut off since`() async throws {
    let journey = try await issued()
    let sqlite = Program(path: "/usr/bin/sqlite3", folder: journey.desk.folder + "/data")
    let cut = "DELETE FROM audit WHERE action LIKE 'request.%' OR action LIKE 'receipt.%';\n"
    #expect(try await sqlite.run(["-bail", "hub.sqlite"], input: cut).code == 0)
    #expect(try await journey.run("audit", "verify").code == 0)
    let ended = try await journey.run("audit", "verify", "--receipt", "receipt.json")
    #expect(ended.code == 1 && ended.output.contains("is not in it"))
  }
}
