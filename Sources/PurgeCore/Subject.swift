/// What sort of name a value is; an open set, since vendors have their own.
public struct IdentityKind: Sendable, Hashable, Comparable, RawRepresentable {
  /// The kind's name as it stands in CSV headers, flags, JSON and manifests.
  public var rawValue: String
  /// Makes a kind from its name.
  public init(rawValue: String) { self.rawValue = rawValue }
  /// Makes a kind from its name.
  public init(_ name: String) { rawValue = name }

  /// The company's own identifier of the person.
  public static let externalId = IdentityKind("externalId")
  /// An e-mail address.
  public static let email = IdentityKind("email")
  /// A telephone number in E.164 form.
  public static let phone = IdentityKind("phone")
  /// A name within a label (`Identity.label`).
  public static let userAlias = IdentityKind("userAlias")
  /// An installation or device.
  public static let deviceId = IdentityKind("deviceId")

  /// Orders by name.
  public static func < (a: IdentityKind, b: IdentityKind) -> Bool { a.rawValue < b.rawValue }
}

/// Which of several matching profiles a vendor should take (BZ-16 to BZ-20).
public enum Prioritization: String, Sendable, Hashable, CaseIterable {
  /// Those that have an external identifier.
  case identified
  /// Those that have none.
  case unidentified
  /// The one that changed last.
  case mostRecentlyUpdated = "most_recently_updated"
}

/// One name of a person.
public struct Identity: Sendable, Hashable {
  /// What sort of name it is.
  public var kind: IdentityKind
  /// The name itself, exactly as it was given; never empty.
  public var value: String
  /// The label that gives a `userAlias` its meaning (BZ-11); nil for other kinds.
  public var label: String?
  /// In order, how to choose when several profiles match (BZ-16); empty when nothing was asked.
  public var prioritization: [Prioritization]

  /// Makes an identity.
  public init(
    _ kind: IdentityKind, _ value: String, label: String? = nil,
    prioritization: [Prioritization] = []
  ) {
    self.kind = kind
    self.value = value
    self.label = label
    self.prioritization = prioritization
  }
}

/// A person, known by one or more names.
public struct Subject: Sendable, Hashable {
  /// The person's names; at least one.
  public var identities: [Identity]
  /// Makes a person of identities.
  public init(_ identities: [Identity]) { self.identities = identities }
}
