import Foundation
import Fuzzing
import Testing

/// What fuzzing found worth keeping, read once more with every check of a debug build.
@Suite struct `The kept seeds` {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzzing/Seeds")

  @Test(arguments: FuzzTarget.allCases)
  func `break no promise`(target: FuzzTarget) async throws {
    let seeds = try Self.seeds(of: target)
    #expect(!seeds.isEmpty)
    for seed in seeds {
      let bytes = Array(try Data(contentsOf: seed))
      await #expect(throws: Never.self, "\(target.rawValue)/\(seed.lastPathComponent)") {
        try await target.run(bytes)
      }
    }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `stand beside the repository's own files, which break none either`(
    target: FuzzTarget
  ) async {
    for (position, bytes) in target.recorded.enumerated() {
      await #expect(throws: Never.self, "\(target.rawValue), \(position)") {
        try await target.run(bytes)
      }
    }
  }

  @Test func `belong to targets that there are`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(folders.sorted() == FuzzTarget.allCases.map(\.rawValue).sorted())
  }

  private static func seeds(of target: FuzzTarget) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: folder.appending(path: target.rawValue), includingPropertiesForKeys: nil)
  }
}
