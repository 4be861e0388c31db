public import PurgeCore

/// A text in a connector's settings, and where it stands.
public struct SettingValue: Sendable, Hashable {
  /// Where it stands.
  public var place: SettingPlace
  /// The text; never shown.
  public var text: String

  /// Makes a value.
  public init(place: SettingPlace, text: String) {
    self.place = place
    self.text = text
  }
}

/// Finds the connectors whose settings name a person (rules ALM-11, K-17).
///
/// Whole values are compared, never parts of them: a person called `eu` does not disable a
/// connector that speaks of `europe`. The work grows with the people, not with people times settings.
public struct ReferenceScan: Sendable {
  private var places: [NormalIdentity: [Mention]] = [:]
  /// What remains of the settings' texts in a sieve through which nearly nobody falls.
  private var sieve: Set<UInt64> = []

  private struct Mention: Sendable {
    var connector: ConnectorName
    var place: SettingPlace
  }

  /// Makes a scan over the settings of connectors.
  public init(_ settings: [(ConnectorName, [SettingValue])]) {
    for (connector, values) in settings {
      for value in values {
        let mention = Mention(connector: connector, place: value.place)
        for form in NormalIdentity.candidates(in: value.text) {
          places[form, default: []].append(mention)
          sieve.insert(Self.grain(of: form.text.utf8))
        }
      }
    }
  }

  /// The places that name any of these people, by connector in the order of names; each place once.
  public func references(to people: some Sequence<Subject>) -> [(ConnectorName, [SettingPlace])] {
    references(to: people.flatMap(\.identities))
  }

  /// The same for people who may be many.
  public func references(to people: Roster) -> [(ConnectorName, [SettingPlace])] {
    references(to: suspects(among: people))
  }

  private func references(to identities: [Identity]) -> [(ConnectorName, [SettingPlace])] {
    var found: [ConnectorName: Set<SettingPlace>] = [:]
    guard !places.isEmpty else { return [] }
    for identity in identities {
      for mention in places[NormalIdentity(identity)] ?? [] {
        found[mention.connector, default: []].insert(mention.place)
      }
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted(by: Self.inFileOrder)) }
  }

  /// The identities that settings may name; all others are known at a glance not to be named.
  private func suspects(among people: Roster) -> [Identity] {
    guard let column = people.column, column.kind != .phone else {
      return people.flatMap(\.identities)
    }
    return (0..<column.count).filter { position in
      let name = column.name(at: position)
      // Other letters than ASCII have several spellings; whoever has one is looked at closely.
      return sieve.contains(Self.grain(of: name)) || name.contains { $0 >= 0x80 }
    }.map { column[$0] }
  }

  /// A number that is the same for two spellings of an ASCII name that differ in case and blanks.
  private static func grain(of text: some Sequence<UInt8>) -> UInt64 {
    text.reduce(0) { grain, byte in
      guard byte > 0x20 else { return grain }
      let folded = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
      return (grain ^ UInt64(folded)) &* 0x9E37_79B9_7F4A_7C15
    }
  }

  private static func inFileOrder(_ a: SettingPlace, _ b: SettingPlace) -> Bool {
    (a.file, a.line, a.path) < (b.file, b.line, b.path)
  }
}
