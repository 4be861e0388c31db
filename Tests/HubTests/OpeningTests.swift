import Connectors
import Foundation
import Hub
import PurgeCore
import Store
import Testing

@Suite struct `A house` {
  private static let digits = String(repeating: "5c", count: 32)

  private func open(
    _ settings: Settings, environment: [String: String] = [:]
  ) async throws(HouseError) {
    await (try House.open(settings, environment: environment)).close()
  }

  /// Why the house does not open.
  private func refusal(
    _ settings: Settings, environment: [String: String] = [:]
  ) async throws -> HouseError {
    let error = await #expect(throws: HouseError.self) {
      try await open(settings, environment: environment)
    }
    return try #require(error)
  }

  private func mode(_ path: String) throws -> Int {
    try #require(
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test func `makes a key that only its owner can read`() async throws {
    let place = try Place()
    try await open(place.settings)
    #expect(try mode(place.keyFile) == 0o600)
    #expect(try mode(place.settings.data) == 0o700)
    let text = try String(contentsOfFile: place.keyFile, encoding: .utf8)
    #expect(text.count == 65)
    #expect(!FileManager.default.fileExists(atPath: place.keyFile + ".new"))
  }

  @Test func `opens again with the key it made`() async throws {
    let place = try Place()
    try await open(place.settings)
    let key = try String(contentsOfFile: place.keyFile, encoding: .utf8)
    try await open(place.settings)
    #expect(try String(contentsOfFile: place.keyFile, encoding: .utf8) == key)
  }

  @Test(arguments: [0o640, 0o604, 0o660, 0o666])
  func `refuses a key that others can read`(mode: Int) async throws {
    let place = try Place()
    try await open(place.settings)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: place.keyFile)
    let error = try await refusal(place.settings)
    #expect(error.kind == .configuration)
    #expect(error.problem.contains("can be read by others"))
    #expect(error.remedy == "chmod 600 " + place.keyFile)
  }

  @Test func `refuses to make a key when the database has another one that is gone`() async throws {
    let place = try Place()
    try await open(place.settings)
    try FileManager.default.removeItem(atPath: place.keyFile)
    let error = try await refusal(place.settings)
    #expect(error.kind == .configuration)
    #expect(error.problem.contains("is gone"))
    #expect(!FileManager.default.fileExists(atPath: place.keyFile))
  }

  @Test func `refuses a key that is not the database's`() async throws {
    let place = try Place()
    try await open(place.settings)
    try place.write(Self.digits, to: ".purgehub/master.key")
    let error = try await refusal(place.settings)
    #expect(error.kind == .configuration)
    #expect(error.problem.contains("The master key is not the one of"))
    #expect(!(error.problem + error.remedy).contains("5c5c"))
  }

  @Test(arguments: [
    "5c5c", "", String(repeating: "5c", count: 33), String(repeating: "zz", count: 32),
  ])
  func `refuses what is no key and does not repeat it`(text: String) async throws {
    let place = try Place()
    var settings = place.settings
    settings.masterKey = .file(try place.write(text, to: "key"))
    let error = try await refusal(settings)
    #expect(error.kind == .configuration)
    #expect(error.problem.contains("is not 64 hexadecimal digits"))
    #expect(text.isEmpty || !error.problem.contains(text))
  }

  @Test func `refuses a key file that is not there`() async throws {
    let place = try Place()
    var settings = place.settings
    settings.masterKey = .file(place.folder + "/nowhere")
    #expect(try await refusal(settings).problem.contains("cannot be read"))
  }

  @Test func `takes the key from the environment and makes no file`() async throws {
    let place = try Place()
    try await open(place.settings, environment: ["PURGEHUB_MASTER_KEY": Self.digits])
    #expect(!FileManager.default.fileExists(atPath: place.keyFile))
    try await open(place.settings, environment: ["PURGEHUB_MASTER_KEY": Self.digits])
  }

  @Test func `takes the key from the variable that the settings name`() async throws {
    let place = try Place()
    var settings = place.settings
    settings.masterKey = .environment("HUB_KEY")
    try await open(settings, environment: ["HUB_KEY": Self.digits + "\n"])
    let error = try await refusal(settings)
    #expect(error.problem.contains("variable HUB_KEY"))
  }

  @Test func `is the only one in its folder`() async throws {
    let place = try Place()
    let first = try await House.open(place.settings, environment: [:])
    let error = try await refusal(place.settings)
    await first.close()
    #expect(error.kind == .inUse)
    #expect(error.problem.contains("is in use"))
    #expect(error.problem.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
    try await open(place.settings)
  }

  @Test func `refuses a database of a newer hub and leaves it as it is`() async throws {
    let place = try Place()
    try await open(place.settings)
    try place.age()
    let error = try await refusal(place.settings)
    #expect(error.kind == .newer)
    #expect(error.problem.contains("is newer than this hub"))
    #expect(error.remedy == "Use the newer hub; nothing was changed.")
  }

  @Test func `refuses a file that is no database`() async throws {
    let place = try Place()
    try await open(place.settings)
    for file in ["hub.sqlite-wal", "hub.sqlite-shm"] {
      try? FileManager.default.removeItem(atPath: place.settings.data + "/" + file)
    }
    try place.write(
      String(repeating: "no database at all ", count: 500), to: ".purgehub/hub.sqlite")
    #expect(try await refusal(place.settings).kind == .damaged)
  }

  @Test func `refuses a folder that cannot be made`() async throws {
    let place = try Place()
    var settings = place.settings
    settings.data = try place.write("", to: "file") + "/data"
    let error = try await refusal(settings)
    #expect(error.kind == .cannotCreate)
    #expect(error.remedy.hasPrefix("Check"))
  }

  @Test(.timeLimit(.minutes(2))) func `does not wait to close while nothing moves`() async throws {
    let place = try Place()
    var settings = place.settings
    settings.drainTimeout = .minutes(10)
    try await open(settings)
  }
}
