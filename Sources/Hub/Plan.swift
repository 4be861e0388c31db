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
  /// Who of them is under a legal hold; a purge is refused while anybody is.
  public let held: [HeldPeople]
  /// How many they are beside the cap; nil when the settings have none.
  public let cap: ShareCap?
  /// Above how many people another person must approve, when these are more; nil when not.
  public let approvalAbove: Int?
  /// How the selection's giver counts its people.
  public let numbering: Selection.Numbering
  /// Names this very plan; a confirmation cites it (ALM-24).
  public let hash: String
  /// What the hash depends on of each connector.
  let parts: [PlanPart]
}

extension Plan {
  var shares: [ConnectorShare] {
    connectors.map {
      ConnectorShare($0.name, isNotApplicable: $0.people == 0, isByHand: $0.isByHand)
    }
  }

  var references: [ConnectorReferences] {
    connectors.filter { !$0.wouldDisable.isEmpty }.map {
      ConnectorReferences($0.name, $0.wouldDisable)
    }
  }
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
  /// Whether its owner erases by hand, and the request stays open until they say so (ALM-10).
  public var isByHand: Bool
}

/// What an operator says to a plan.
public struct Confirmation: Sendable, Hashable {
  /// The plan's hash.
  public var planHash: String
  /// Whether the consequences are accepted (SF-12, SF-13).
  public var consent: Bool
  /// The typed phrase; nil when none was typed.
  public var phrase: String?
  /// Why more people may go at once than the cap allows; nil when nothing was said.
  public var capReason: String?

  /// Makes a confirmation.
  public init(planHash: String, consent: Bool, phrase: String?, capReason: String? = nil) {
    self.planHash = planHash
    self.consent = consent
    self.phrase = phrase
    self.capReason = capReason
  }
}

extension PlannedConnector {
  /// A connector whose file never could be used: it owes everybody and is asked about nobody yet.
  fileprivate static func unreadable(
    _ name: ConnectorName, _ state: ConnectorState, people: Int
  ) -> PlannedConnector {
    PlannedConnector(
      name: name, state: state, people: people, calls: 0, wouldDisable: [], consequences: [],
      residuals: [], evidence: nil, isByHand: false)
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
    let people = selection.people.count
    let lines = parts.map { PlanPart($0, revision: register.installed($0.name)?.revision) }
    return Plan(
      kind: selection.kind, people: people, connectors: parts,
      phrase: people > settings.phraseAbove ? "PURGE \(people)" : nil,
      held: try await heldPeople(in: selection), cap: ShareCap(settings, people: people),
      approvalAbove: settings.approvalAbove.flatMap { people > $0 ? $0 : nil },
      numbering: selection.numbering, hash: try hash(selection, lines), parts: lines)
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
    let traits = connector.behaviour.traits
    let size = traits.peoplePerCall
    return PlannedConnector(
      name: connector.name, state: state, people: people,
      calls: traits.isByHand ? 0 : (people + size - 1) / size, wouldDisable: places,
      consequences: connector.consequences, residuals: connector.residuals,
      evidence: connector.evidence, isByHand: traits.isByHand)
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
    _ selection: Selection, _ parts: [PlanPart]
  ) throws(Refusal) -> String {
    var text = selection.digest.map { String($0, radix: 16) }.joined(separator: " ")
    for part in parts { text += "\n" + part.line }
    return try pseudonym(of: text)
  }

  /// Names a text by a keyed digest.
  func pseudonym(of text: String) throws(Refusal) -> String {
    do throws(StoreError) {
      var fingerprints = try store.fingerprints()
      return try fingerprints.of(form: 0xFF, text).pseudonym
    } catch { throw Refusal(error) }
  }
}
