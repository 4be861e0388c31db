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
        }
      }
    }
  }

  /// The places that name any of these people, by connector in the order of names; each place once.
  public func references(to people: some Sequence<Subject>) -> [(ConnectorName, [SettingPlace])] {
    var found: [ConnectorName: Set<SettingPlace>] = [:]
    guard !places.isEmpty else { return [] }
    for identity in people.lazy.flatMap(\.identities) {
      for mention in places[NormalIdentity(identity)] ?? [] {
        found[mention.connector, default: []].insert(mention.place)
      }
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted(by: Self.inFileOrder)) }
  }

  private static func inFileOrder(_ a: SettingPlace, _ b: SettingPlace) -> Bool {
    (a.file, a.line, a.path) < (b.file, b.line, b.path)
  }
}
