import Directory
import PurgeCore
import Synchronization
import Transport

/// A connector whose file could be read: what it says and how it behaves.
struct InstalledConnector: Sendable {
  var name: ConnectorName
  /// The manifest's name.
  var use: String
  /// The manifest's title, for people.
  var title: String
  /// The connector file's path as the administrator knows it.
  var file: String
  /// Names what the file says; comments and blanks do not change it.
  var revision: String
  /// The file's text.
  var text: String
  /// The identifier kinds its vendor knows.
  var kinds: [IdentityKind]
  var behaviour: any ConnectorBehaviour
  var policy: ConnectionPolicy
  /// Where its settings name a person.
  var personalPlaces: [SettingPlace]
  /// Every text of its settings; secrets too, so it is never shown.
  var values: [SettingValue]
  var consequences: [String]
  var residuals: [String]
  var evidence: Evidence
}

/// The connectors by name: what is in use, and what is wrong with files that are not.
final class Register: Sendable {
  private struct Entries {
    var inUse: [ConnectorName: InstalledConnector] = [:]
    var files: [ConnectorName: ConnectorFile] = [:]
    var problems: [ConnectorName: [String]] = [:]
  }

  private let entries = Mutex(Entries())

  /// Connectors that have tasks in new requests, by name.
  var configured: [InstalledConnector] {
    entries.withLock { $0.inUse.values.sorted { $0.name < $1.name } }
  }

  func installed(_ name: ConnectorName) -> InstalledConnector? {
    entries.withLock { $0.inUse[name] }
  }

  /// Puts a connector in use, or takes it out.
  func install(_ connector: InstalledConnector?, as name: ConnectorName) {
    entries.withLock { $0.inUse[name] = connector }
  }

  /// The files as they were last read, by name.
  var files: [ConnectorFile] {
    get { entries.withLock { $0.files.values.sorted { $0.name < $1.name } } }
    set {
      entries.withLock { entries in
        entries.files = Dictionary(newValue.map { ($0.name, $0) }) { first, _ in first }
      }
    }
  }

  func file(_ name: ConnectorName) -> ConnectorFile? { entries.withLock { $0.files[name] } }

  /// What the administrator should know about a connector's file.
  func problems(of name: ConnectorName) -> [String] {
    entries.withLock { $0.problems[name] ?? [] }
  }

  func note(_ problems: [String], for name: ConnectorName) {
    entries.withLock { $0.problems[name] = problems.isEmpty ? nil : problems }
  }
}
