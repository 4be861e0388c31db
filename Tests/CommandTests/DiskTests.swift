import Documents
import Foundation
import Glibc
import Sandbox
import Synchronization
import TestSupport
import Testing

/// FAULTS rows 4 and 5 on the program itself: each sync of a small purge fails once.
@Suite struct `A purge whose disk cannot sync` {
  @Test(arguments: ["fdatasync", "fsync"])
  func `4 5 S1 S13 tells nothing that is lost, and the same key purges once`(
    call: String
  ) async throws {
    let journey = try Journey("batch")
    var endings: [Int32: Int] = [:]
    for step in 1... {
      let scene = try await DiskScene(journey, data: journey.desk.folder + "/\(call)-\(step)")
      let (ended, hasFailed) = try await scene.purge(failing: call, at: step)
      guard hasFailed else { break }
      endings[ended.code, default: 0] += 1
      try await scene.checkWhatIsLeft(after: ended)
    }
    // What SQLite may ignore, such as a folder's sync, does not end the purge; the folder itself is
    // synced by us, and a log that cannot be synced ends the process.
    let allowed: Set<Int32> = call == "fsync" ? [0, 73] : [0, 70]
    #expect(Set(endings.keys).isSubset(of: allowed), "\(endings)")
    #expect(endings[call == "fsync" ? 73 : 70] != nil, "\(endings)")
  }
}

/// A purge of the journey's people in a data folder of its own.
struct DiskScene {
  let journey: Journey
  let flags: [String]
  let words: [String]

  init(_ journey: Journey, data: String) async throws {
    self.journey = journey
    let names = journey.people.flatMap { ["--email", $0] }
    flags = ["--data", data]
    let plan = try await journey.desk.run(["plan", "--json"] + names + flags).json
    words =
      ["purge", "--key", "disk", "--yes", try #require(plan["plan"]?.string)] + names + flags
  }

  func purge() async throws -> Ended { try await journey.desk.run(words) }

  func purge(failing call: String, at step: Int) async throws -> (Ended, hasFailed: Bool) {
    let trace = journey.desk.folder + "/trace"
    let inject = "inject=\(call):error=EIO:when=\(step)"
    let strace = ["-f", "-qq", "-o", trace, "-e", "trace=\(call)", "-e", inject]
    let ended = try await journey.desk.program("/usr/bin/strace")
      .run(strace + [Program.built("purgehub")] + words)
    let log = try String(contentsOfFile: trace, encoding: .utf8)
    return (ended, log.contains("(INJECTED)"))
  }

  /// The next start is good, knows every ID that was told, and makes no second request.
  func checkWhatIsLeft(after ended: Ended) async throws {
    if ended.code == 70 { #expect(ended.complaint.contains("Look at the disk"), "\(ended)") }
    let again = try await purge()
    #expect(again.code == 0, "\(again.everything)")
    let page = try await journey.desk.run(["requests", "list", "--json"] + flags).json
    let requests = try #require(page["requests"]?.array)
    #expect(requests.map { $0["state"]?.string } == ["completed"])
    let told = ended.output.split(separator: " ").filter { $0.hasPrefix("PRG-") }.map(String.init)
    #expect(Set(told).isSubset(of: requests.compactMap { $0["id"]?.string }), "\(told)")
  }
}

/// FAULTS row 8 on the program itself, on a file system of a few megabytes that only root can make.
@Suite(.enabled(if: geteuid() == 0)) struct `A purge on a full disk` {
  let disk: SmallDisk
  let journey: Journey

  init() async throws {
    disk = try await SmallDisk()
    journey = try Journey("batch")
  }

  @Test func `8 S13 is refused as "try again" and accepted once there is room`() async throws {
    let scene = try await DiskScene(journey, data: disk.folder + "/data")
    try disk.fill()
    let refused = try await scene.purge()
    #expect(refused.code == 75, "\(refused.everything)")
    #expect(refused.complaint.contains("(code 1017)"))
    #expect(refused.complaint.lowercased().contains("make room"))
    try disk.makeRoom()
    let accepted = try await scene.purge()
    #expect(accepted.code == 0, "\(accepted.everything)")
    let page = try await journey.desk.run(["requests", "list", "--json"] + scene.flags).json
    #expect(page["requests"]?.array?.count == 1)
  }

  @Test func `8 S9 keeps the answers it has and goes on by itself once there is room`()
    async throws
  {
    let scene = try await DiskScene(journey, data: disk.folder + "/data")
    let vendor = try journey.vendor("batch")
    let disk = disk
    // The vendor would keep the disk mounted for as long as its server lives.
    defer { vendor.be(nil) }
    vendor.be { request in
      if !request.isCheck { try? disk.keepFull() }
      return nil
    }
    let words = journey.desk.shellWords(scene.words)
    let (stalled, code) = try await onThread {
      let purge = try ChildProcess("/usr/bin/env", words)
      let line = purge.waitForLine(containing: "takes nothing at present")
      try disk.makeRoom()
      return (line, purge.waitForExit())
    }
    #expect(stalled != nil)
    #expect(code == 0)
    #expect(vendor.calls.count == 1)
    #expect(vendor.ledger.erasures.values.allSatisfy { $0 == 1 })
    #expect(try await journey.request(scene.flags)["state"]?.string == "completed")
  }
}

/// A file system in memory with four megabytes of room, gone with the value.
final class SmallDisk: Sendable {
  let folder = NSTemporaryDirectory() + "purgehub-disk-\(UInt64.random(in: 0 ... .max))"
  private var filler: String { folder + "/filler" }
  private let isGreedy = Atomic(false)
  private let hasMadeRoom = DispatchSemaphore(value: 0)

  init() async throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let ended = try await Program(path: "/usr/bin/mount")
      .run(["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder])
    try #require(ended.code == 0, "\(ended.complaint)")
  }

  deinit {
    _ = unsafe umount2(folder, 2)
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Takes every byte that is left.
  func fill() throws {
    let descriptor = unsafe open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    let bytes = [UInt8](repeating: 0, count: 4_096)
    while unsafe write(descriptor, bytes, bytes.count) > 0 {}
    close(descriptor)
  }

  /// Takes every byte that is left, and every one that comes free: the hub makes room by writing its
  /// log back.
  func keepFull() throws {
    try fill()
    isGreedy.store(true, ordering: .relaxed)
    Thread.detachNewThread { [self] in
      while isGreedy.load(ordering: .relaxed) {
        try? fill()
        usleep(1_000)
      }
      try? FileManager.default.removeItem(atPath: filler)
      hasMadeRoom.signal()
    }
  }

  func makeRoom() throws {
    if isGreedy.exchange(false, ordering: .relaxed) { return hasMadeRoom.wait() }
    try FileManager.default.removeItem(atPath: filler)
  }
}

extension Desk {
  /// The words by which `env` runs the program as this desk does.
  func shellWords(_ words: [String]) -> [String] {
    ["-C", folder, "HOME=\(folder)", "PURGEHUB_CONFIG=\(folder)/hub.json5"]
      + [Program.built("purgehub")] + words
  }
}

extension Journey {
  /// The newest request of another data folder.
  fileprivate func request(_ flags: [String]) async throws -> JSON {
    try await desk.run(["requests", "list", "--json"] + flags).json["requests"]?.array?.first
      ?? .null
  }
}
