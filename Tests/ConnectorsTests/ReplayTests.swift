import Connectors
import Foundation
import Testing

@Suite struct `The recorded exchanges` {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Connectors")

  static let names: [String] = {
    let found = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    // The page about the language lies beside the folders.
    return (found ?? []).filter { !$0.contains(".") }.sorted()
  }()

  @Test func `are found`() {
    #expect(!Self.names.isEmpty)
  }

  @Test(arguments: names)
  func `go as recorded`(name: String) throws {
    let manifest = try Self.manifest(name)
    for story in try Self.exchanges(name).cases {
      let problems = story.replay(manifest)
      #expect(
        problems.isEmpty,
        "\(name), line \(story.line), \(story.title)\n\(problems.joined(separator: "\n"))")
    }
  }

  @Test(arguments: names)
  func `show a success, an absence, a failure and a retry`(name: String) throws {
    #expect(try Self.exchanges(name).gaps == [])
  }

  @Test(arguments: names)
  func `come with a manifest that tells what it does before it does it`(name: String) throws {
    #expect(try Self.manifest(name).gaps == [])
  }

  @Test(arguments: names)
  func `are explained in a page of their own`(name: String) {
    let page = Self.folder.appending(path: "\(name)/README.md").path
    #expect(FileManager.default.fileExists(atPath: page))
  }

  private static func manifest(_ name: String) throws -> Manifest {
    try Manifest(named: name, reading: bytes("\(name)/connector.json5"))
  }

  private static func exchanges(_ name: String) throws -> Exchanges {
    try Exchanges(of: name, reading: bytes("\(name)/exchanges.json5"))
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: path)))
  }
}
