import Documents
import PurgeCore

/// A manifest together with one connector's settings: everything that stays the same between calls.
final class Program: Sendable {
  let manifest: Manifest
  let connector: ConnectorName
  /// The settings' values in the schema's order; nothing for one that is not set.
  let settings: [JSON?]
  let isSelfHosted: Bool
  /// Where requests go whatever the manifest says, for a sandbox; without a slash at the end.
  let detour: String?
  /// The base where it needs no token: the same for every request.
  private let fixedBase: String?
  /// The entries of `people` whose conditions hold.
  let entries: [Int]
  /// The elements `for` goes through, one list for each round.
  let rounds: [[JSON]]
  /// What a member has of rows before any was looked at.
  private let nothingTaken: [JSON?]

  init(
    _ manifest: Manifest, _ configuration: ConnectorConfiguration, fixedBase: String? = nil
  ) {
    self.manifest = manifest
    self.fixedBase = fixedBase
    connector = configuration.name
    settings = configuration.values
    isSelfHosted = manifest.isSelfHosted || configuration.isSelfHosted
    detour = configuration.base.map(Self.withoutSlash)
    nothingTaken = Array(repeating: nil, count: manifest.takenNames.count)
    let settings = settings
    entries = manifest.people.indices.filter { entry in
      manifest.people[entry].condition.allSatisfy { condition in
        settings[condition.setting]?.isEquivalent(to: condition.value) ?? false
      }
    }
    rounds = manifest.loops.reduce([[]]) { rounds, loop in
      let elements = settings[loop.setting]?.array ?? []
      return rounds.flatMap { round in elements.map { round + [$0] } }
    }
  }

  private static func withoutSlash(_ url: String) -> String {
    url.hasSuffix("/") ? String(url.dropLast()) : url
  }

  /// The vendor's base for this request.
  func base(_ frame: Frame) throws(Unbound) -> String {
    if let known = fixedBase ?? detour { return known }
    switch manifest.base {
    case .template(let template): return Self.withoutSlash(try template.render(frame))
    case .name(let use):
      guard let text = try frame.texts(of: use).first else { throw Unbound(name: use.name) }
      return Self.withoutSlash(text)
    case .map(let setting, let templates):
      guard let value = settings[setting]?.plainText, let template = templates[value] else {
        throw Unbound(name: manifest.schema.properties[setting].name)
      }
      return Self.withoutSlash(try template.render(frame))
    }
  }

  /// A program that works its base out once, where that can be done.
  static func prepared(
    _ manifest: Manifest, _ configuration: ConnectorConfiguration
  ) -> Program {
    let program = Program(manifest, configuration)
    guard program.detour != nil || !manifest.base.needsToken else { return program }
    let facts = CallFacts(
      connector: configuration.name.description, now: Instant(milliseconds: 0), access: nil)
    guard let base = try? program.base(Frame(program, facts, [])), let origin = Origin(base),
      origin.scheme == "https" || program.isSelfHosted
    else { return program }
    return Program(manifest, configuration, fixedBase: base)
  }

  /// Refuses a URL that is neither the base's nor on one of the hosts, or goes over plain http, or
  /// holds what no URL holds: a vendor's next page may be any text.
  func check(_ url: String, base: String) throws(Unbound) {
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw Unbound(name: "URL") }
    if let fixedBase, url.isBelow(fixedBase) { return }
    guard let origin = Origin(url), origin.scheme == "https" || isSelfHosted else {
      throw Unbound(name: "base")
    }
    // A base that a token's answer brought along is the vendor's word, not the manifest's.
    let isOurs = detour != nil || !manifest.base.needsToken
    if isOurs, let own = Origin(base), own.text == origin.text { return }
    guard manifest.hosts.contains(where: { $0.matches(origin.host) }) else {
      throw Unbound(name: "hosts")
    }
  }

  /// The person's identities this vendor knows, in its order of preference.
  func known(_ subject: Subject) -> [KnownIdentity] {
    entries.flatMap { entry in
      subject.identities.filter { $0.kind == manifest.people[entry].ours }
        .map { KnownIdentity(identity: $0, entry: entry) }
    }
  }

  /// Why no call can be made for a person; nothing when one can.
  func objection(to subject: Subject) -> Code? {
    let known = known(subject)
    guard let first = known.first else { return .notApplicable }
    let objections = known.map { objection(to: $0) }
    return objections.contains(nil) ? nil : objection(to: first)
  }

  /// What came of a person for whom nothing was sent: only who cannot be known is settled.
  func outcomeWithoutCall(for subject: Subject) -> Outcome {
    switch objection(to: subject) {
    case Code.notApplicable?: .settled(.notApplicable)
    case let code?: .settled(.failed(code))
    case nil: .settled(.failed(.unusableRequest))
    }
  }

  /// What a request to this vendor lacks for an identity.
  func objection(to known: KnownIdentity) -> Code? {
    let entry = manifest.people[known.entry]
    if known.identity.value.isEmpty { return .unusableRequest }
    if entry.needsLabel, (known.identity.label ?? "").isEmpty { return .unreadableInput }
    if entry.needsPrioritization, known.identity.prioritization.isEmpty {
      return .prioritizationMissing
    }
    return nil
  }

  /// Whether an erasure is one step, done once.
  var isOneStep: Bool { manifest.steps.count == 1 && rounds.count == 1 }

  /// For whom requests are made: one member for each identity that travels by itself.
  func appendMembers(of person: Int, _ subject: Subject, to members: inout [Member]) {
    guard let only = onlyIdentity(of: subject) else {
      members += self.members(of: person, subject)
      return
    }
    guard objection(to: only) == nil else { return }
    members.append(Member(person: person, only: only, taken: nothingTaken))
  }

  /// The identity of a person who has no other, where the vendor knows its kind by one word only:
  /// so are the people of a bulk purge, and there are a million of them.
  private func onlyIdentity(of subject: Subject) -> KnownIdentity? {
    guard subject.identities.count == 1, entries.count == 1, manifest.send != .all,
      manifest.people[entries[0]].ours == subject.identities[0].kind
    else { return nil }
    return KnownIdentity(identity: subject.identities[0], entry: entries[0])
  }

  func members(of person: Int, _ subject: Subject) -> [Member] {
    let known = known(subject).filter { objection(to: $0) == nil }
    guard let first = known.first else { return [] }
    func member(_ identity: KnownIdentity?) -> Member {
      Member(person: person, identity: identity, identities: known, taken: nothingTaken)
    }
    switch manifest.send {
    case .first: return [member(first)]
    case .each: return known.map(member)
    case .all: return [member(nil)]
    }
  }
}

extension Base {
  /// Whether it is known only with a token in hand.
  var needsToken: Bool {
    let uses: [NameUse] =
      switch self {
      case .name(let use): [use]
      case .template(let template): template.uses
      case .map(_, let templates): templates.values.flatMap(\.uses)
      }
    return uses.contains { if case .token = $0.reference { true } else { false } }
  }
}

extension String {
  /// Whether the URL begins with a base and nothing makes another host of it.
  fileprivate func isBelow(_ base: String) -> Bool {
    guard utf8.starts(with: base.utf8) else { return false }
    let next = utf8.dropFirst(base.utf8.count).first
    return next == nil || next == UInt8(ascii: "/") || next == UInt8(ascii: "?")
  }
}
