import Connectors
import Documents
import Foundation
import PurgeCore
import Store
import Transport

/// A file under `config/connectors/` as it was last read.
struct ConnectorFile: Sendable {
  /// What reading it gave.
  enum Content: Sendable {
    /// It can be used.
    case good(InstalledConnector)
    /// It cannot; the sentences say why.
    case broken([String])
  }

  var name: ConnectorName
  /// The path as the administrator knows it.
  var path: String
  /// Whether it says `enabled: false`.
  var isOff: Bool
  var content: Content

  var connector: InstalledConnector? {
    if case .good(let connector) = content { connector } else { nil }
  }

  var problems: [String] {
    if case .broken(let problems) = content { problems } else { [] }
  }

  var standing: FileStanding {
    if isOff { return .absent }
    switch content {
    case .good(let connector): return .good(revision: connector.revision)
    case .broken(let problems): return .broken(problems)
    }
  }
}

extension Settings {
  /// The names of the connectors that have a file, in order.
  public var connectorNames: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: connectors)) ?? []
    return names.filter { $0.hasSuffix(".json5") && !$0.hasPrefix(".") }.sorted()
      .map { String($0.dropLast(".json5".count)) }
  }
}

extension ConnectorFile {
  /// Reads every `*.json5` of the connectors folder, in the order of names.
  static func readAll(_ settings: Settings, _ environment: [String: String]?) -> [ConnectorFile] {
    var reader = ConnectorReader(settings, environment)
    return settings.connectorNames.map { name in
      let bytes = FileManager.default.contents(atPath: "\(settings.connectors)/\(name).json5")
      return reader.read(ConnectorName(name), bytes.map(Array.init) ?? [])
    }
  }

  /// What an administrator should know though the file can be used: a sentence each.
  var warnings: [String] {
    (connector?.personalPlaces ?? []).map { place in
      "\(place.file):\(place.line) (\(place.path)) names a person; purging them disables the "
        + "connector, so name a role account."
    }
  }
}

extension ConnectorRecord {
  /// The connector of the revision that was accepted last, read again from its kept text.
  func goodConnector(
    _ settings: Settings, _ environment: [String: String]
  ) -> InstalledConnector? {
    guard let goodRevision else { return nil }
    var reader = ConnectorReader(settings, environment)
    return reader.read(name, Array(goodRevision.utf8)).connector
  }
}
