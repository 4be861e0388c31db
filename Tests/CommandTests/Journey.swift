import Documents
import Foundation
import Sandbox
import TestSupport
import Testing

/// A desk with vendors that know the same people, and the words to purge them.
final class Journey: Sendable {
  let desk: Desk
  let people: [String]
  let vendors: [String: MoodyVendor]
  private let servers: [String: SandboxServer]

  init(_ kinds: String..., people count: Int = 3) throws {
    desk = try Desk()
    let people = (0..<count).map { "Canary\($0)@example.org" }
    self.people = people
    vendors = Dictionary(uniqueKeysWithValues: kinds.map { ($0, MoodyVendor($0, people: people)) })
    servers = try vendors.mapValues { try SandboxServer($0) }
    for (kind, server) in servers { try desk.connect(kind, to: server) }
  }

  func vendor(_ kind: String) throws -> MoodyVendor { try #require(vendors[kind]) }

  /// The file of a connector.
  func file(_ kind: String) -> String { desk.folder + "/connectors/\(kind).json5" }

  /// Writes a connector's file with other words in a place.
  func edit(_ kind: String, _ old: String, to new: String) throws {
    let text = try String(contentsOfFile: file(kind), encoding: .utf8)
    try #require(text.contains(old))
    try desk.write(text.replacing(old, with: new), to: "connectors/\(kind).json5")
  }

  func run(_ words: String...) async throws -> Ended { try await desk.run(words) }

  /// Plans and purges these people, or all.
  func purge(_ some: [String]? = nil, _ flags: String...) async throws -> Ended {
    let names = (some ?? people).flatMap { ["--email", $0] }
    let plan = try await desk.run(["plan", "--json"] + names).json
    let hash = try #require(plan["plan"]?.string)
    return try await desk.run(["purge", "--yes", hash] + names + flags)
  }

  /// The newest request, as `requests show --json` has it.
  func request() async throws -> JSON {
    let id = try #require(try await desk.requests().first)
    return try await run("requests", "show", id, "--json").json
  }

  func connector(_ kind: String) async throws -> JSON {
    try await run("connectors", "show", kind, "--json").json
  }
}

extension JSON {
  /// The state of a request's task at a connector.
  func state(of connector: String) -> String? {
    self["tasks"]?.array?.first { $0["connector"]?.string == connector }?["state"]?.string
  }
}
