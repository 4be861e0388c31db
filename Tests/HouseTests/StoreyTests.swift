import Foundation
import Testing

/// Reads the imports and holds the storeys: arrows go downwards only.
@Suite struct `The house` {
  /// Each storey and the modules of ours it may import.
  private static let below: [String: Set<String>] = [
    "HTTPTypes": [],
    "Documents": [],
    "Crypto": ["CCrypto"],
    "PurgeCore": ["HTTPTypes"],
    "Connectors": ["PurgeCore", "HTTPTypes", "Documents", "Crypto"],
    "Directory": ["PurgeCore"],
    "Store": ["PurgeCore", "Directory", "Documents", "Crypto", "CSQLite"],
    "Transport": ["HTTPTypes", "CCurl", "CMicroHTTPD", "CLinux"],
    "Hub": [
      "Store", "Transport", "Connectors", "Directory", "PurgeCore", "HTTPTypes", "Documents",
      "Crypto", "CLinux",
    ],
    "Web": ["Hub", "Store", "PurgeCore", "HTTPTypes", "Documents"],
    "Simulator": ["PurgeCore", "Connectors", "Directory", "HTTPTypes", "Documents"],
    "Sandbox": ["Transport", "HTTPTypes", "Documents", "CLinux"],
    "Bench": [
      "Web", "Hub", "Store", "Transport", "PurgeCore", "HTTPTypes", "Documents", "CLinux",
    ],
    "purgehub": [
      "Web", "Hub", "Transport", "Sandbox", "Simulator", "Bench", "PurgeCore", "HTTPTypes",
      "Documents",
    ],
  ]

  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: below.keys.sorted())
  func `imports only downwards`(storey: String) throws {
    let ours = Set(Self.below.keys).union(Self.below.values.joined())
    let allowed = try #require(Self.below[storey])
    for file in try Self.sources(of: storey) {
      let imported = Set(try Self.imports(in: file)).intersection(ours)
      #expect(imported.isSubset(of: allowed), "\(storey)/\(file.lastPathComponent)")
    }
  }

  @Test func `has no room that this test does not know`() throws {
    let rooms = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appending(path: "Sources").path)
    let libraries: Set = ["CCurl", "CMicroHTTPD", "CSQLite", "CCrypto", "CLinux"]
    #expect(Set(rooms).subtracting(libraries) == Set(Self.below.keys))
  }

  @Test(arguments: ["PurgeCore", "Connectors", "Directory", "Simulator"])
  func `keeps the lower storeys free of clocks, chance, tasks and unsafe code`(storey: String)
    throws
  {
    let forbidden = [
      "async ", "await ", "Date()", "Date.now", "SystemRandomNumberGenerator", ".random(in",
      "unsafe ", " Task {", "Task.detached", "UUID()",
    ]
    for file in try Self.sources(of: storey) {
      let code = try Self.lines(of: file).filter { !$0.hasPrefix("//") }
      for word in forbidden where code.contains(where: { $0.contains(word) }) {
        // The random generator that is passed in is the seeded one.
        let lines = code.filter { $0.contains(word) && !$0.contains("using: &") }
        #expect(lines.isEmpty, "\(storey)/\(file.lastPathComponent): \(word)")
      }
    }
  }

  @Test func `depends on no Swift package`() throws {
    let manifest = try String(
      contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
    #expect(!manifest.contains(".package("))
  }

  @Test func `has nothing else at its top level`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.root.path)
      .filter { !$0.hasPrefix(".") }
    let allowed: Set = [
      "Package.swift", "Sources", "Tests", "Connectors", "README.md", "config", "LICENSE",
    ]
    #expect(Set(names).isSubset(of: allowed), "\(Set(names).subtracting(allowed))")
  }

  @Test func `is laid out as the formatter wants it`() throws {
    let formatter = Process()
    formatter.executableURL = URL(filePath: "/usr/bin/env")
    formatter.arguments =
      ["swift", "format", "lint", "--strict", "--parallel", "--configuration"]
      + ["config/swift-format.json", "-r", "Sources", "Tests", "Package.swift"]
    formatter.currentDirectoryURL = Self.root
    let output = Pipe()
    formatter.standardError = output
    try formatter.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    formatter.waitUntilExit()
    #expect(
      formatter.terminationStatus == 0, "\(String(decoding: said.prefix(2_000), as: UTF8.self))")
  }

  private static func sources(of storey: String) throws -> [URL] {
    let folder = root.appending(path: "Sources/\(storey)")
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return try #require(found).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
  }

  private static func lines(of file: URL) throws -> [String] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func imports(in file: URL) throws -> [String] {
    try lines(of: file).compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count
      else { return nil }
      return words[place + 1]
    }
  }
}
