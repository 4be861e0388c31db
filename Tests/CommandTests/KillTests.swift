import Documents
import Foundation
import Sandbox
import TestSupport
import Testing

/// FAULTS row 1: `kill -9` at every system call by which the program writes, sends or renames.
@Suite struct `A purge that is killed` {
  @Test(arguments: ["pwrite64", "fdatasync", "write", "sendto", "ftruncate", "unlink", "rename"])
  func `1 S1 S4 S9 S13 is finished by the next start, wherever it died`(call: String) async throws {
    let desk = try Desk()
    let stage = try KillStage(desk)
    var kills = 0
    for step in 1... {
      let scene = try await stage.scene("\(call)-\(step)")
      let ending = try await scene.purge(killedAt: step, of: call)
      try await scene.checkWhatIsLeft()
      guard ending.code == 137 else { break }
      kills += 1
    }
    // Every purge syncs and sends; what it never calls cannot kill it.
    #expect(kills > 0 || ["ftruncate", "unlink", "rename"].contains(call))
  }
}

/// Two vendors that know everybody of every scene, and a data folder for each scene.
private final class KillStage: Sendable {
  let desk: Desk
  let vendors: [any SandboxVendor]
  private let servers: [SandboxServer]

  init(_ desk: Desk) throws {
    self.desk = desk
    vendors = [BatchVendor(people: []), LookUpVendor(people: [])]
    servers = try vendors.map { try SandboxServer($0) }
    for (name, server) in zip(["batch", "lookup"], servers) {
      try desk.connect(name, to: server)
    }
  }

  /// People nobody else has, known to both vendors.
  func scene(_ name: String) async throws -> KillScene {
    let people = (0..<3).map { "\(name)-\($0)@example.com" }
    for vendor in vendors { people.forEach(vendor.ledger.admit) }
    let scene = KillScene(desk: desk, vendors: vendors, people: people, data: "data-\(name)")
    return try await scene.planned()
  }
}

private struct KillScene {
  let desk: Desk
  let vendors: [any SandboxVendor]
  let people: [String]
  let data: String
  var hash = ""

  private var flags: [String] {
    people.flatMap { ["--email", $0] } + ["--data", desk.folder + "/" + data]
  }

  private var words: [String] { ["purge"] + flags + ["--key", data, "--yes", hash] }

  /// The scene with its plan made, so that the purge itself is all that is killed.
  func planned() async throws -> KillScene {
    var scene = self
    let plan = try await desk.run(["plan"] + flags + ["--json"]).json
    scene.hash = try #require(plan["plan"]?.string)
    return scene
  }

  func purge(killedAt step: Int, of call: String) async throws -> Ended {
    let inject = "inject=\(call):signal=SIGKILL:when=\(step)"
    let strace = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e", inject]
    return try await desk.program("/usr/bin/strace")
      .run(strace + [Program.built("purgehub")] + words)
  }

  /// Asks again with the same key, lets it finish, and compares with the vendors' books.
  func checkWhatIsLeft() async throws {
    let again = try await desk.run(words)
    #expect(again.code == 0, "\(again.everything)")
    let folder = ["--data", desk.folder + "/" + data]
    let page = try await desk.run(["requests", "list", "--json"] + folder).json
    #expect(page["requests"]?.array?.map { $0["state"]?.string } == ["completed"])
    for vendor in vendors {
      let erasures = vendor.ledger.erasures
      // One call at a vendor was in flight at most when it died, so none is erased a third time.
      for person in people { #expect((1...2).contains(erasures[person] ?? 0), "\(person)") }
    }
  }
}
