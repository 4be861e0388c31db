/// The name of a configured connector: its file's name under `config/connectors/`.
public struct ConnectorName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name.
  public let description: String
  /// Makes a name.
  public init(_ name: String) { description = name }
  /// Orders by name.
  public static func < (a: ConnectorName, b: ConnectorName) -> Bool {
    a.description < b.description
  }
}

/// Where a setting stands, without its value.
public struct SettingPlace: Sendable, Hashable {
  /// The setting's dotted path: `settings.notify[2]`.
  public var path: String
  /// The file's path as the administrator knows it.
  public var file: String
  /// The line, from 1.
  public var line: Int

  /// Makes a place.
  public init(path: String, file: String, line: Int) {
    self.path = path
    self.file = file
    self.line = line
  }
}

/// Whether a connector sends, and if not, why.
public enum ConnectorState: Sendable, Hashable {
  /// It sends.
  case enabled
  /// Its breaker is open since an instant; heals by itself.
  case degraded(since: Instant)
  /// It sends nothing until a person acts; its tasks are blocked, not dropped.
  case disabled(DisabledReason, since: Instant)

  /// The code by which a disabled connector's tasks are blocked; nil when it is not disabled.
  public var blockingCode: Code? {
    if case .disabled(let reason, _) = self { reason.code } else { nil }
  }

  /// The state's word, as databases, JSON and pages have it.
  public var word: String {
    switch self {
    case .enabled: "enabled"
    case .degraded: "degraded"
    case .disabled: "disabled"
    }
  }

  /// Whether tasks of the connector are blocked.
  public var isDisabled: Bool {
    if case .disabled = self { true } else { false }
  }
}

/// Why a connector is disabled.
public enum DisabledReason: Sendable, Hashable {
  /// Its settings name a person purged by that request (ALM-11); only a new clean revision ends it.
  case referencesPurgedUser(PurgeRequestID, [SettingPlace])
  /// An administrator switched it off, saying why.
  case administrator(note: String)
  /// Its file or manifest cannot be used; the sentences name file, line and setting.
  case configurationInvalid([String])
  /// The vendor answered the credential with this status; a new revision ends it.
  case credentialRejected(status: Int)
  /// Its breaker was open for 72 hours, since this instant.
  case unreachable(since: Instant)
  /// Its file is gone, or says `enabled: false`.
  case removedFromConfiguration

  /// The code people quote for it.
  public var code: Code {
    switch self {
    case .referencesPurgedUser: .referencesPurgedUser
    case .administrator: .disabledByAdministrator
    case .configurationInvalid: .configurationInvalid
    case .credentialRejected: .credentialRejected
    case .unreachable: .unreachable
    case .removedFromConfiguration: .removedFromConfiguration
    }
  }
}
