import Documents
import Foundation
import Sandbox
import Synchronization
import TestSupport
import Testing

/// The built program with a folder, a settings file and an environment of its own.
///
/// With `PURGEHUB_TESTS_SERVED=1` a hub serves each desk's data folder, and the same commands reach it
/// over its socket.
final class Desk: Sendable {
  static let isServed = ProcessInfo.processInfo.environment["PURGEHUB_TESTS_SERVED"] == "1"

  /// What `config/test sanitize` tells the sanitizers, whose leak check would end a hub with an error.
  static let sanitizing = ProcessInfo.processInfo.environment.filter {
    $0.key.hasSuffix("SAN_OPTIONS")
  }

  let folder: String
  private let hub = Mutex<ChildProcess?>(nil)

  init() throws {
    folder = NSTemporaryDirectory() + "purgehub-command-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try write(
      #"{ data: "data", connectors: "connectors", manifests: "manifests" }"#, to: "hub.json5")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let path = folder + "/" + name
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  func run(
    _ words: String..., input: String = "", environment: [String: String] = [:]
  ) async throws -> Ended {
    try await run(words, input: input, environment: environment)
  }

  func run(
    _ words: [String], input: String = "", environment: [String: String] = [:]
  ) async throws -> Ended {
    if Desk.isServed { try serve() }
    return try await program(Program.built("purgehub"), environment).run(words, input: input)
  }

  /// Starts the hub of this desk, if none runs; it ends with the desk.
  @discardableResult
  func serve(_ environment: [String: String] = [:]) throws -> ChildProcess {
    try hub.withLock { hub in
      if let hub { return hub }
      let own = ["HOME": folder, "PURGEHUB_CONFIG": folder + "/hub.json5"]
      let variables = own.merging(Desk.sanitizing) { $1 }.merging(environment) { $1 }
        .map { $0.key + "=" + $0.value }
      // Twice, because a library that is preloaded comes between a first program and its words.
      let program = ["/usr/bin/env", Program.built("purgehub"), "serve"]
      let words = ["-i", "-C", folder] + variables + program
      let process = try ChildProcess("/usr/bin/env", words)
      guard process.waitForLine(containing: "hub.serving") != nil else {
        throw POSIXError(.ECONNREFUSED)
      }
      hub = process
      return process
    }
  }

  /// Lets go of the hub, which ends it if it still runs.
  func forgetHub() { hub.withLock { $0 = nil } }

  /// A program that finds this desk's settings.
  func program(_ path: String, _ environment: [String: String] = [:]) -> Program {
    let own = ["HOME": folder, "PURGEHUB_CONFIG": folder + "/hub.json5"]
    return Program(
      path: path, environment: own.merging(environment) { $1 }, folder: folder)
  }

  /// Lays out a connector to a vendor that knows these people; its server ends with the value.
  func connectVendor(knowing people: [String]) throws -> SandboxServer {
    let server = try SandboxServer(BatchVendor(people: people))
    try connect("batch", to: server)
    return server
  }

  /// Lays out a connector `batch`, `lookup` or `jobs` to a vendor of that kind.
  func connect(_ kind: String, to server: SandboxServer) throws {
    try connect(kind, at: server.port, as: kind)
  }

  /// Lays out a connector of a name to a vendor of one of the kinds that listens on a port.
  func connect(_ kind: String, at port: Int, as name: String) throws {
    let manifest = "manifests/sandbox-\(kind)"
    for folder in ["connectors", manifest] {
      try FileManager.default.createDirectory(
        atPath: self.folder + "/" + folder, withIntermediateDirectories: true)
    }
    for known in SandboxManifest.all where known.name == "sandbox-\(kind)" {
      try write(known.text, to: manifest + "/connector.json5")
    }
    let token = try write("sandbox\n", to: "token")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token)
    try write(
      """
      {
        use: "sandbox-\(kind)", selfHosted: true, enabled: true,
        settings: {
          url: "http://127.0.0.1:\(port)", token: { file: "\(token)" },
          owner: "ops@example.org",
        },
      }
      """, to: "connectors/\(name).json5")
  }

  /// The identifiers of all requests there are.
  func requests() async throws -> [String] {
    let page = try await run("requests", "list", "--json").json
    return page["requests"]?.array?.compactMap { $0["id"]?.string } ?? []
  }
}

extension Trait where Self == ConditionTrait {
  /// For what is said of a command that opens the house itself.
  static var withoutHub: ConditionTrait {
    .enabled(if: !Desk.isServed, "a hub serves, so no command opens the house")
  }
}

extension Ended {
  /// The output as the one JSON document it is.
  var json: JSON {
    get throws { try JSON(reading: Array(output.utf8)) }
  }
}
