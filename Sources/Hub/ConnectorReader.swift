import Connectors
import Directory
import Documents
import Foundation
import PurgeCore
import Transport

/// Reads connector files against their manifests; a manifest is read once, when first used.
struct ConnectorReader {
  private let settings: Settings
  /// Where secrets are; nil reads files without them, which is enough to look at the rest.
  private let environment: [String: String]?
  private var manifests: [String: Result<Manifest, Diagnostics>] = [:]
  /// The kinds there are, listed once for all files.
  private lazy var folders = Catalogue(settings).names

  init(_ settings: Settings, _ environment: [String: String]?) {
    self.settings = settings
    self.environment = environment
  }

  /// Reads one file's content.
  mutating func read(_ name: ConnectorName, _ bytes: [UInt8]) -> ConnectorFile {
    let path = settings.connectors + "/\(name).json5"
    let root = try? Document(reading: bytes, file: path, dialect: .json5).root
    return ConnectorFile(
      name: name, path: path, isOff: root?["enabled"]?.bool == false,
      content: content(name, bytes, at: path, uses: root?["use"]?.string))
  }

  private mutating func content(
    _ name: ConnectorName, _ bytes: [UInt8], at path: String, uses use: String?
  ) -> ConnectorFile.Content {
    do throws(Diagnostics) {
      let known = try known(use)
      let configuration = try ConnectorConfiguration(
        named: name, reading: bytes, file: path, manifests: known, resolve: secret)
      guard let manifest = known[configuration.use] else { return .broken([]) }
      return .good(InstalledConnector(manifest, configuration, bytes, at: path))
    } catch {
      return .broken(error.list.map(\.description))
    }
  }

  /// The manifest that is used; every manifest when there is none of that name, to suggest one.
  private mutating func known(_ use: String?) throws(Diagnostics) -> [String: Manifest] {
    if let use, folders.contains(use) { return [use: try manifest(use)] }
    var all: [String: Manifest] = [:]
    for name in folders { all[name] = try? manifest(name) }
    return all
  }

  private mutating func manifest(_ name: String) throws(Diagnostics) -> Manifest {
    if let known = manifests[name] { return try known.get() }
    let file = settings.manifests + "/\(name)/connector.json5"
    let bytes = FileManager.default.contents(atPath: file).map(Array.init) ?? []
    let read = Result { () throws(Diagnostics) in try Manifest(named: name, reading: bytes) }
    manifests[name] = read
    return try read.get()
  }

  /// Secrets come from the environment or from files, never from the connector's file itself.
  private func secret(_ reference: SecretReference) -> Result<String, SecretProblem> {
    guard let environment else {
      return .failure(SecretProblem("is not looked at", isExpected: true))
    }
    switch reference {
    case .environment(let name):
      return environment[name].map(Result.success) ?? .failure(SecretProblem("is not set"))
    case .file(let path):
      let absolute = path.hasPrefix("/") ? path : settings.connectors + "/" + path
      guard let data = FileManager.default.contents(atPath: absolute), data.count <= 1 << 16 else {
        return .failure(SecretProblem("cannot be read"))
      }
      return .success(String(decoding: data, as: UTF8.self))
    }
  }
}

extension InstalledConnector {
  fileprivate init(
    _ manifest: Manifest, _ configuration: ConnectorConfiguration, _ bytes: [UInt8],
    at path: String
  ) {
    let behaviour = ManifestBehaviour(manifest, configuration)
    self.init(
      name: configuration.name, use: configuration.use, title: configuration.title, file: path,
      revision: configuration.revision, text: String(decoding: bytes, as: UTF8.self),
      kinds: manifest.kinds, behaviour: behaviour,
      policy: ConnectionPolicy(
        selfHosted: configuration.isSelfHosted, http2: configuration.usesHTTP2,
        maxConnections: behaviour.traits.concurrent + 2),
      personalPlaces: configuration.personalPlaces,
      values: configuration.settingValues.map { SettingValue(place: $0.place, text: $0.text) },
      consequences: manifest.about.consequences, residuals: manifest.about.residuals,
      evidence: manifest.strongestEvidence)
  }
}
