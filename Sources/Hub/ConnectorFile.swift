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

extension ConnectorFile {
  /// Reads every `*.json5` of the connectors folder, in the order of names.
  static func readAll(_ settings: Settings, _ environment: [String: String]) -> [ConnectorFile] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: settings.connectors)) ?? []
    return names.filter { $0.hasSuffix(".json5") && !$0.hasPrefix(".") }.sorted().map { name in
      let path = settings.connectors + "/" + name
      let text = FileManager.default.contents(atPath: path).map {
        String(decoding: $0, as: UTF8.self)
      }
      return read(
        ConnectorName(String(name.dropLast(".json5".count))), text ?? "", at: path, settings,
        environment)
    }
  }

  static func read(
    _ name: ConnectorName, _ text: String, at path: String, _ settings: Settings,
    _ environment: [String: String]
  ) -> ConnectorFile {
    ConnectorFile(name: name, path: path, isOff: false, content: .broken([]))
  }
}

extension ConnectorRecord {
  /// The connector of the revision that was accepted last, read again from its kept text.
  func goodConnector(
    _ settings: Settings, _ environment: [String: String]
  ) -> InstalledConnector? {
    guard let goodRevision else { return nil }
    let path = settings.connectors + "/\(name).json5"
    return ConnectorFile.read(name, goodRevision, at: path, settings, environment).connector
  }
}
