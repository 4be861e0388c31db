import Connectors
import Foundation
import PurgeCore

/// The connectors in the repository.
enum Shipped {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// An invented secret, long enough for every vendor; no message may carry it.
  static let secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

  static let names: [String] = {
    let found = try? FileManager.default.contentsOfDirectory(atPath: root.path + "/Connectors")
    return (found ?? []).filter { !$0.contains(".") }.sorted()
  }()

  /// A file's content; none where there is no such file.
  static func bytes(_ path: String) -> [UInt8] {
    Array(FileManager.default.contents(atPath: root.path + "/" + path) ?? Data())
  }

  static func manifestText(_ name: String) -> [UInt8] {
    bytes("Connectors/\(name)/connector.json5")
  }

  static let manifests: [String: Manifest] = names.reduce(into: [:]) { manifests, name in
    manifests[name] = try? Manifest(named: name, reading: manifestText(name))
  }

  static func exchanges(_ name: String) -> [Exchanges.Story] {
    let bytes = bytes("Connectors/\(name)/exchanges.json5")
    return (try? Exchanges(of: name, reading: bytes))?.cases ?? []
  }
}

extension Call {
  /// A call for invented people of every kind.
  static func made(for connector: ConnectorName) -> Call {
    let now = Instant(milliseconds: 1_795_248_000_000)
    let task = TaskKey(PurgeRequestID(bits: 1), connector)
    let alias = Identity(.userAlias, "ann", label: "crm")
    let address = Identity(.email, "ann@example.com", prioritization: [.identified])
    let people = [
      Subject([address, alias, Identity(.phone, "+12025550143")]),
      Subject([Identity(.externalId, "u-1"), Identity(.deviceId, "d-1")]),
    ]
    return Call(
      CallKey(task, 0..<people.count), people: people, schedule: CallSchedule(due: now),
      requestedAt: now, deadline: now + .days(30), lane: .normal)
  }
}
