import Documents
import Foundation
import Glibc
import TestSupport
import Testing

/// What a mode says, with sizes so small that it only shows whether it works; nothing here looks at
/// how long something took.
@Suite struct `The bench` {
  private static let modes = ["one", "twenty", "batch", "million", "lookups", "start", "fsync"]

  private static let fields: Set = [
    "mode", "vendors", "peoplePerCall", "people", "calls", "erasures", "recorded",
    "measuredCalls", "seconds", "acceptSeconds", "callsPerSecond", "erasuresPerSecond",
    "cpuMicrosecondsPerCall", "latencyOf", "latencies", "p50Milliseconds", "p99Milliseconds",
    "peakMegabytes", "commitsPerSecond", "bytesPerErasure", "limitCallsPerSecond",
    "limitCPUMicrosecondsPerCall", "shareOfLimit", "syncDelayMilliseconds",
  ]

  /// Runs a mode in a temporary folder of its own; its one line.
  private static func measure(_ mode: String, in desk: Desk, _ more: String...) async throws -> JSON
  {
    let small = ["bench", mode, "--seconds", "0.2", "--people", "200", "--connectors", "2"]
    let ending = try await desk.program(
      Program.built("purgehub"), ["TMPDIR": desk.folder]
    ).run(small + more)
    #expect(ending.code == 0, "\(ending.everything)")
    return try JSON(reading: Array(ending.output.utf8))
  }

  @Test(arguments: modes) func `measures each mode in one line with every field`(
    mode: String
  ) async throws {
    let line = try await Self.measure(mode, in: Desk())
    #expect(line["mode"]?.string == mode)
    #expect(Set(line.members?.map(\.name) ?? []) == Self.fields)
    #expect((line["people"]?.integer ?? 0) >= 200)
    #expect(line["vendors"]?.integer == 2)
  }

  @Test(arguments: ["one", "twenty", "batch", "million", "lookups"])
  func `has the same books as the vendors`(mode: String) async throws {
    let line = try await Self.measure(mode, in: Desk())
    let people = try #require(line["people"]?.integer)
    #expect(line["erasures"]?.integer == people * 2)
    #expect(line["recorded"]?.integer == people * 2)
    let calls = try #require(line["calls"]?.integer)
    #expect(line["peoplePerCall"]?.integer == 1 ? calls == people * 2 : calls < people * 2)
  }

  @Test func `leaves neither a file nor a process behind`() async throws {
    let desk = try Desk()
    let before = try FileManager.default.contentsOfDirectory(atPath: desk.folder)
    _ = try await Self.measure("one", in: desk)
    let after = try FileManager.default.contentsOfDirectory(atPath: desk.folder)
    #expect(after.sorted() == before.sorted())
    #expect(Self.processes(working: desk.folder).isEmpty)
  }

  @Test func `takes its vendors along when it is killed`() async throws {
    let desk = try Desk()
    try await onThread {
      let bench = try ChildProcess(
        "/usr/bin/env",
        ["-C", desk.folder, "TMPDIR=\(desk.folder)", Program.built("purgehub"), "bench", "one"])
      while Self.processes(working: desk.folder).count < 2 { usleep(10_000) }
      bench.kill()
      _ = bench.waitForExit()
      while !Self.processes(working: desk.folder).isEmpty { usleep(10_000) }
    }
  }

  @Test func `waits longer for a slower disk, and says so`() async throws {
    let line = try await Self.measure("one", in: Desk(), "--fsync-ms", "3")
    #expect(line["syncDelayMilliseconds"]?.integer == 3)
  }

  @Test(arguments: [
    ["bench", "two"], ["bench", "one", "--seconds", "0"], ["bench", "one", "--people", "none"],
    ["bench", "one", "--connectors", "201"], ["bench", "one", "--fsync-ms", "-1"],
  ])
  func `refuses what it cannot measure`(words: [String]) async throws {
    let ending = try await Desk().run(words)
    #expect(ending.code == 2)
    #expect(ending.output.isEmpty)
  }

  @Test func `lists its modes`() async throws {
    let listed = try await Desk().run("bench", "--list", "--json").json.array ?? []
    #expect(listed.compactMap { $0["mode"]?.string } == Self.modes)
  }

  @Test func `is documented field by field`() throws {
    let readme = try String(contentsOfFile: Sources.root + "/README.md", encoding: .utf8)
    for field in Self.fields { #expect(readme.contains("`\(field)`"), "\(field)") }
  }

  /// The numbers of the processes that work in a folder.
  private static func processes(working folder: String) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { id in
      let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/cwd")
      return place == folder
    }
  }
}
