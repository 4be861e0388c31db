import Documents
import Foundation
import Hub

/// The hub's settings: a file, or after the byte `=` lines of `NAME=VALUE` as variables.
enum SettingsTarget {
  /// In memory where there is such a folder: a disk would make it a hundred times slower.
  private static let file: String = {
    let memory = "/dev/shm/"
    let isThere = FileManager.default.isWritableFile(atPath: memory)
    let folder = isThere ? memory : NSTemporaryDirectory()
    return folder + "purgehub-fuzz-\(UInt64.random(in: 0 ... .max)).json5"
  }()

  static func run(_ bytes: [UInt8]) throws(Broken) {
    var environment: [String: String] = [:]
    var file: String?
    if bytes.first == UInt8(ascii: "=") {
      environment = variables(String(decoding: bytes.dropFirst(), as: UTF8.self))
    } else {
      try expect((try? Data(bytes).write(to: URL(filePath: Self.file))) != nil, "a file is written")
      file = Self.file
    }
    defer { if file != nil { try? FileManager.default.removeItem(atPath: Self.file) } }
    let settings: Settings
    do throws(HouseError) {
      settings = try Settings.load(file: file, root: "/nowhere", environment: environment)
    } catch {
      try expect(!error.problem.isEmpty, "a refusal says what is wrong")
      return
    }
    try expect(settings.maxPeople > 0, "somebody can be purged")
  }

  private static func variables(_ text: String) -> [String: String] {
    text.split(separator: "\n").reduce(into: [:]) { variables, line in
      let halves = line.split(separator: "=", maxSplits: 1)
      if halves.count == 2 { variables[String(halves[0])] = String(halves[1]) }
    }
  }
}
