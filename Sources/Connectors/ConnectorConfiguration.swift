import Crypto
import Documents
public import PurgeCore

/// A configured connector: what `config/connectors/<name>.json5` says, checked against its manifest.
///
/// Secrets are resolved in it, so it is never printed, logged or stored.
public struct ConnectorConfiguration: Sendable {
  /// The file's name without its ending.
  public let name: ConnectorName
  /// The manifest it uses.
  public let use: String
  /// What people call it; the manifest's title when the file does not say.
  public let title: String
  /// Whether the file lets it send.
  public let isEnabled: Bool
  /// Whether plain http and private addresses are allowed.
  public let isSelfHosted: Bool
  /// Whether it may speak HTTP/2.
  public let usesHTTP2: Bool
  /// Where requests go instead of where the manifest says.
  public let base: String?
  /// Every text and number in the file's settings, for the search for purged people.
  public let settingValues: [SettingText]
  /// Where settings name a person, by the manifest's word or by their look; secrets never do.
  public let personalPlaces: [SettingPlace]
  /// What names this content: it changes with every value, never with comments or layout.
  public let revision: String

  let values: [JSON?]
  let rates: [Rate]
  let concurrent: Int?
}

/// A text in a connector's settings, and where it stands.
public struct SettingText: Sendable, Hashable {
  /// Where it stands.
  public let place: SettingPlace
  /// The text; a secret's is the resolved one.
  public let text: String
  /// Whether it may never be shown.
  public let isSecret: Bool
}

/// Where a secret comes from.
public enum SecretReference: Sendable, Hashable {
  /// A variable of the environment.
  case environment(String)
  /// A file, by its path.
  case file(String)
}

/// Why a secret could not be had, as the rest of a sentence; it never holds the secret.
public struct SecretProblem: Error, Sendable, Hashable {
  /// Such as "is not set" or "cannot be read".
  public let reason: String

  /// Whether the file is read without its secrets, so that their lack is no fault of the file.
  public let isExpected: Bool

  /// Makes a problem.
  public init(_ reason: String, isExpected: Bool = false) {
    self.reason = reason
    self.isExpected = isExpected
  }
}
