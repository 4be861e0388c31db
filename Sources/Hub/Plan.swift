import Directory
public import PurgeCore
import Store

/// What a confirmed selection would do, frozen and hashed; making one changes nothing.
public struct Plan: Sendable, Hashable {
  /// The identifier kind.
  public let kind: IdentityKind
  /// How many people.
  public let people: Int
  /// What would happen at each configured connector, by name.
  public let connectors: [PlannedConnector]
  /// The words to be typed; nil when a plain yes will do.
  public let phrase: String?
  /// Names this very plan; a confirmation cites it (ALM-24).
  public let hash: String
}

/// A connector's part in a plan.
public struct PlannedConnector: Sendable, Hashable {
  /// Which connector.
  public var name: ConnectorName
  /// Its state now.
  public var state: ConnectorState
  /// How many of the people it can be asked about; 0 when it knows no such identifier kind.
  public var people: Int
  /// How many calls that takes at least.
  public var calls: Int
  /// The settings that name one of the people and would disable it (ALM-11).
  public var wouldDisable: [SettingPlace]
  /// What the vendor does besides, as its manifest says.
  public var consequences: [String]
  /// What stays at the vendor, as its manifest says.
  public var residuals: [String]
  /// The strongest evidence its answers give; nil when its file cannot be read.
  public var evidence: Evidence?
}

/// What an operator says to a plan.
public struct Confirmation: Sendable, Hashable {
  /// The plan's hash.
  public var planHash: String
  /// Whether the consequences are accepted (SF-12, SF-13).
  public var consent: Bool
  /// The typed phrase; nil when none was typed.
  public var phrase: String?

  /// Makes a confirmation.
  public init(planHash: String, consent: Bool, phrase: String?) {
    self.planHash = planHash
    self.consent = consent
    self.phrase = phrase
  }
}

extension PlannedConnector {
  /// A connector whose file never could be used: it owes everybody and is asked about nobody yet.
  fileprivate static func unreadable(
    _ name: ConnectorName, _ state: ConnectorState, people: Int
  ) -> PlannedConnector {
    PlannedConnector(
      name: name, state: state, people: people, calls: 0, wouldDisable: [], consequences: [],
      residuals: [], evidence: nil)
  }
}

extension House {
  /// Plans a selection: what each connector would do, which would be disabled and where.
  ///
  /// - Throws: `Refusal` when a connector cannot be asked without more, such as 1004.
  public func plan(_ selection: Selection) async throws(Refusal) -> Plan {
    let states = try await connectorStates()
    let installed = register.configured
    let references = Dictionary(
      uniqueKeysWithValues: ReferenceScan(installed.map { ($0.name, $0.values) })
        .references(to: selection.people))
    var parts: [PlannedConnector] = []
    for (name, state) in states.sorted(by: { $0.key < $1.key }) where !state.isRemoved {
      guard let connector = register.installed(name) else {
        parts.append(.unreadable(name, state, people: selection.people.count))
        continue
      }
      parts.append(try part(connector, state, references[name] ?? [], in: selection))
    }
    if !parts.isEmpty, parts.allSatisfy({ $0.people == 0 }) { throw unknownKind(installed) }
    let phrase =
      selection.people.count > settings.phraseAbove ? "PURGE \(selection.people.count)" : nil
    return Plan(
      kind: selection.kind, people: selection.people.count, connectors: parts, phrase: phrase,
      hash: try hash(selection, parts, installed))
  }

  /// A kind that nobody knows is a wrong header rather than a vendor's own kind; it is not repeated,
  /// since a file without a header begins with somebody's identifier.
  private func unknownKind(_ installed: [InstalledConnector]) -> Refusal {
    let known = Set(installed.flatMap(\.kinds)).sorted().map(\.rawValue).joined(separator: ", ")
    return Refusal(
      .noIdentifierKind, "No configured connector knows people by that identifier kind.",
      action: "They know \(known); a CSV's first line names the kind.")
  }

  private func part(
    _ connector: InstalledConnector, _ state: ConnectorState, _ places: [SettingPlace],
    in selection: Selection
  ) throws(Refusal) -> PlannedConnector {
    let people = try isApplicable(connector, to: selection) ? selection.people.count : 0
    let size = connector.behaviour.traits.peoplePerCall
    return PlannedConnector(
      name: connector.name, state: state, people: people, calls: (people + size - 1) / size,
      wouldDisable: places, consequences: connector.consequences,
      residuals: connector.residuals, evidence: connector.evidence)
  }

  /// A selection has one identifier kind, so its first person stands for all.
  private func isApplicable(
    _ connector: InstalledConnector, to selection: Selection
  ) throws(Refusal) -> Bool {
    guard let first = selection.people.first,
      let objection = connector.behaviour.objection(to: first)
    else { return true }
    if objection == .notApplicable { return false }
    throw Refusal(
      objection, "\(connector.name) needs to know which of several matching profiles to take.",
      action: "Give a prioritization: identified or unidentified, then most_recently_updated.",
      connector: connector.name)
  }

  /// A keyed digest, so that a hash in a script's log does not give anybody's address away.
  private func hash(
    _ selection: Selection, _ parts: [PlannedConnector], _ installed: [InstalledConnector]
  ) throws(Refusal) -> String {
    var text = selection.digest.map { String($0, radix: 16) }.joined(separator: " ")
    for connector in installed { text += "\n\(connector.name) \(connector.revision)" }
    for part in parts {
      text += "\n\(part.name) \(part.state.isDisabled) \(part.people) \(part.wouldDisable.count)"
    }
    do throws(StoreError) {
      var fingerprints = try store.fingerprints()
      return try fingerprints.of(form: 0xFF, text).pseudonym
    } catch { throw Refusal(error) }
  }
}
