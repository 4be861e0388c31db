import Foundation
import TestSupport
import Testing

@testable import purgehub

/// Where the sources are.
enum Sources {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
}

@Suite struct `The README` {
  @Test func `names every command, and no other`() throws {
    let named = try lines().filter { $0.hasPrefix("| `purgehub ") }.map { line in
      line.dropFirst("| `purgehub ".count).prefix { $0 != "`" }
        .split(separator: " ").filter { $0.first?.isLowercase ?? false }.joined(separator: " ")
    }
    #expect(named.sorted() == Command.all.map { $0.shape.words.joined(separator: " ") }.sorted())
  }

  @Test func `has commands that work as they stand`() async throws {
    let journey = try Journey("batch")
    let desk = journey.desk
    let commands = try shellLines().filter { $0.hasPrefix("purgehub ") && $0 != "purgehub demo" }
    #expect(commands.count >= 5)
    for command in commands {
      let words = command.dropFirst("purgehub ".count).split(separator: " ").map(String.init)
      let ending = try await desk.run(words.map { $0 == "braze-eu" ? "batch" : $0 })
      // A purge asks first, and here is nobody to answer.
      let expected: Int32 = words[0] == "purge" ? 2 : 0
      #expect(ending.code == expected, "\(command): \(ending.everything)")
    }
  }

  @Test func `gives the two commands that the gate and newcomers use`() throws {
    let lines = try shellLines()
    #expect(lines.contains("config/setup && swift run -c release purgehub demo"))
    let gate = try String(contentsOfFile: Sources.root + "/.ci/run", encoding: .utf8)
    #expect(lines.contains("config/setup --tests && config/test"))
    #expect(gate.contains("config/setup --tests && config/test"))
  }

  @Test func `names a test that is there for every fault survived`() throws {
    let section = try String(contentsOfFile: Sources.root + "/README.md", encoding: .utf8)
      .split(separator: "\n## ").first { $0.hasPrefix("Faults survived") }
    let lines = try #require(section).split(separator: "\n")
    let rows = lines.filter { $0.hasPrefix("| ") }.dropFirst()
    #expect(rows.count > 20)
    for row in rows {
      let cells = row.split(separator: " | ")
      for test in try #require(cells.last).dropLast(2).split(separator: "; ") {
        let parts = test.split(separator: ": ", maxSplits: 1)
        let file = try String(contentsOfFile: Sources.root + "/Tests/" + parts[0], encoding: .utf8)
        #expect(file.contains("func `" + parts[1] + "`"), "\(test)")
      }
    }
  }

  private func lines() throws -> [Substring] {
    try String(contentsOfFile: Sources.root + "/README.md", encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The lines of the shell blocks.
  private func shellLines() throws -> [String] {
    var isShell = false
    return try lines().compactMap { line in
      if line.hasPrefix("```") { isShell = line == "```sh" }
      return isShell && !line.hasPrefix("```") ? String(line) : nil
    }
  }
}
