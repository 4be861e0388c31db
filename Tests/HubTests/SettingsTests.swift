import Connectors
import Documents
import Foundation
import PurgeCore
import Testing

@testable import Hub

@Suite struct `The settings` {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .standardized.path

  private func load(
    _ text: String, environment: [String: String] = [:]
  ) throws -> (settings: Settings, place: Place) {
    let place = try Place()
    let file = try place.write(text, to: "purgehub.json5")
    return (try Settings.load(file: file, root: "/", environment: environment), place)
  }

  /// What the hub says to a settings file it cannot use.
  private func complaint(about text: String) throws -> HouseError {
    let error = #expect(throws: HouseError.self) { try load(text) }
    return try #require(error)
  }

  @Test func `are the defaults when there is no file`() throws {
    let settings = try Settings.load(file: nil, root: "/srv", environment: [:])
    #expect(settings == Settings(root: "/srv"))
    #expect(settings.data == "/srv/.purgehub")
    #expect(settings.deadline == .days(30))
    #expect(settings.waitingPeriod == .seconds(0))
    #expect(settings.phraseAbove == 50)
    #expect(settings.drainTimeout == .seconds(25))
  }

  @Test func `have a name for each of their properties`() {
    let properties = Mirror(reflecting: Settings(root: "/")).children.compactMap(\.label)
    #expect(properties.sorted() == Settings.names.sorted())
  }

  @Test func `are all listed in config/purgehub.json5, in their order`() throws {
    let bytes = try Data(contentsOf: URL(filePath: Self.root + "/config/purgehub.json5"))
    let file = try JSON(reading: Array(bytes), file: "purgehub.json5", dialect: .json5)
    #expect(file.members?.map(\.name) == Settings.names)
  }

  @Test func `are explained in config/purgehub.json5, each by a comment above it`() throws {
    let text = try String(
      contentsOf: URL(filePath: Self.root + "/config/purgehub.json5"), encoding: .utf8)
    let lines = text.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
    for name in Settings.names {
      let line = try #require(lines.firstIndex { $0.hasPrefix(name + ":") }, "\(name)")
      #expect(lines[line - 1].hasPrefix("//"), "\(name)")
    }
  }

  @Test func `have the values in config/purgehub.json5 that they have without it`() throws {
    var written = try Settings.load(
      file: Self.root + "/config/purgehub.json5", root: "/elsewhere", environment: [:])
    for path in [\Settings.data, \.connectors, \.manifests] {
      written[keyPath: path] = URL(filePath: written[keyPath: path]).standardized.path
    }
    #expect(written == Settings(root: Self.root))
  }

  @Test func `take paths relative to their file`() throws {
    let (settings, place) = try load(#"{ data: "d", masterKey: { file: "k" } }"#)
    #expect(settings.data == place.folder + "/d")
    #expect(settings.masterKey == .file(place.folder + "/k"))
  }

  @Test(arguments: [("hub.json5", "."), ("etc/hub.json5", "etc"), ("/hub.json5", "/")])
  func `take paths beside a file that is named without its folder`(file: String, folder: String) {
    #expect(Settings.folder(of: file) == folder)
  }

  @Test func `are overridden by the environment, the file by name`() throws {
    let (settings, _) = try load(
      #"{ deadline: "10d", bulkAbove: 7, phraseAbove: 9 }"#,
      environment: [
        "PURGEHUB_DEADLINE": "20d", "PURGEHUB_BULK_ABOVE": "8", "PURGEHUB_DATA": "/d",
        "PURGEHUB_WAITING_PERIOD": "500ms",
      ])
    #expect(settings.deadline == .days(20))
    #expect(settings.bulkAbove == 8)
    #expect(settings.phraseAbove == 9)
    #expect(settings.data == "/d")
    #expect(settings.waitingPeriod == .milliseconds(500))
  }

  @Test func `take a master key from the environment before any other place`() throws {
    let digits = String(repeating: "5c", count: 32)
    let (settings, _) = try load(
      #"{ masterKey: { file: "k" } }"#, environment: ["PURGEHUB_MASTER_KEY": digits])
    #expect(settings.masterKey == .environment("PURGEHUB_MASTER_KEY"))
  }

  @Test func `complain of a variable by its name`() throws {
    let error = #expect(throws: HouseError.self) {
      try Settings.load(
        file: nil, root: "/", environment: ["PURGEHUB_MAX_PEOPLE": "canary-many"])
    }
    let problem = try #require(error?.problem)
    #expect(problem.contains("PURGEHUB_MAX_PEOPLE"))
    #expect(problem.contains("whole number from 1 to"))
    #expect(!problem.contains("canary"))
  }

  @Test(arguments: [
    ("{\n  dedline: \"canary\",\n}", 2, "dedline", "the settings are data,"),
    ("{\n\n  deadline: 3,\n}", 3, "deadline", "such as \"30d\""),
    ("{ deadline: \"canary\" }", 1, "deadline", "such as \"30d\""),
    ("{ deadline: \"1s\" }", 1, "deadline", "such as \"30d\""),
    ("{\n  phraseAbove: \"canary\" }", 2, "phraseAbove", "write a whole number from 0"),
    ("{\n  maxPeople: 0 }", 2, "maxPeople", "write a whole number from 1"),
    ("{ approvalAbove: \"canary\" }", 1, "approvalAbove", "write a whole number from 0"),
    ("{ maxShare: 5 }", 1, "maxShare", "such as \"5%\""),
    ("{ maxShare: \"0%\", knownSubjects: 9 }", 1, "maxShare", "such as \"5%\""),
    ("{ maxShare: \"5%\" }", 1, "maxShare", "say in knownSubjects"),
    ("{ data: [\"canary\"] }", 1, "data", "write a folder's path"),
    ("{ masterKey: \"ca0a97ca0a97\" }", 1, "masterKey", "a key never stands in the file"),
    ("{ masterKey: { hex: \"canary\" } }", 1, "masterKey", "a key never stands in the file"),
    ("{ masterKey: { env: \"A\", file: \"canary\" } }", 1, "masterKey", "write { env:"),
  ])
  func `name file, line, setting and remedy of what is wrong, never the value`(
    text: String, line: Int, setting: String, remedy: String
  ) throws {
    let problem = try complaint(about: text).problem
    #expect(problem.contains("purgehub.json5, line \(line): \"\(setting)\""))
    #expect(problem.contains(remedy))
    #expect(!problem.contains("canary"))
    #expect(!problem.contains("ca0a97"))
  }

  @Test(arguments: [
    ("{\n  deadline: \"3d\",\n  deadline: \"canary\"\n}", 3, "already given in line 2"),
    ("{\n  deadline: \"canary\n}", 2, "not closed"), ("[\"canary\"]", 1, "a list"),
    ("{ deadline: 'canary' ", 1, "ends too early"),
  ])
  func `name file and line of what is no settings file`(
    text: String, line: Int, fault: String
  ) throws {
    let problem = try complaint(about: text).problem
    #expect(problem.contains("purgehub.json5, line \(line): "))
    #expect(problem.contains(fault))
    #expect(!problem.contains("canary"))
  }

  @Test func `name everything that is wrong, not only the first`() throws {
    let error = try complaint(about: "{\n  deadline: 1,\n  bulkAbove: -1,\n}")
    #expect(error.kind == .configuration)
    #expect(error.problem.split(separator: "\n").count == 2)
  }
}
