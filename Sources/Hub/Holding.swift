import Directory
public import PurgeCore
public import Store

/// People of a selection who are under one legal hold.
public struct HeldPeople: Sendable, Hashable {
  /// The hold.
  public var hold: HoldID
  /// Their numbers, as the giver of the selection counts them; never their names.
  public var numbers: [Int]
}

extension House {
  /// Reads a hold's ID as a person typed it; a typo is told apart from an unknown one.
  public static func holdID(reading text: String) throws(Refusal) -> HoldID {
    do throws(PurgeRequestID.Typo) {
      return try HoldID(reading: text)
    } catch {
      let fault = error == .check ? "its check character does not fit" : "it has another shape"
      throw Refusal(
        .mistypedHold, "That is no hold's ID: \(fault).",
        action: "Read it again; it looks like HLD-7K3F-9QWD-2M5T-8, and O is 0, I and L are 1.")
    }
  }

  /// Places a legal hold on whoever has one of these identities.
  ///
  /// Requests that have not begun are held back in the same transaction; the answer also names those
  /// for which the hold comes too late.
  public func placeHold(
    on identities: [Identity], reason: String, matter: String?, until: Instant?, by actor: String
  ) async throws(Refusal) -> PlacedHold {
    if let until, until <= now() {
      throw Refusal(
        .unreadableInput, "The hold would be over before it begins.",
        action: "Give a day to come, or none: the hold then lasts until it is released.")
    }
    let spellings = identities.flatMap(\.spellingsToHold)
    let order = HoldOrder(
      fingerprints: try fingerprints(of: spellings),
      names: Set(identities.map(NormalIdentity.init)).count, reason: reason, matter: matter,
      until: until, actor: actor)
    let placed = try await gate.pass { () async throws(Refusal) in
      try await refusing { () async throws(StoreError) in try await store.place(order, at: now()) }
    }
    log?.hold("hold.placed", placed.id, by: actor)
    return placed
  }

  /// Ends a hold by a person's decision.
  ///
  /// - Returns: The requests that go on, each with the rest of its waiting period.
  public func releaseHold(
    _ id: HoldID, reason: String, by actor: String
  ) async throws(Refusal) -> [PurgeRequestID] {
    let resumed = try await gate.pass { () async throws(Refusal) in
      try await refusing { () async throws(StoreError) in
        try await store.endHolds(at: holdTime())
        return try await store.release(id, by: actor, reason: reason, at: now())
      }
    }
    log?.hold("hold.released", id, by: actor)
    return resumed
  }

  /// A hold, and the requests that it keeps from going on.
  public func hold(_ id: HoldID) async throws(Refusal) -> (LegalHold, heldBack: [PurgeRequestID]) {
    try await refusing { () async throws(StoreError) in
      try await store.endHolds(at: holdTime())
      return (try await store.hold(id), try await store.requests(heldBy: id))
    }
  }

  /// A page of holds, newest first.
  public func holds(
    after id: HoldID?, limit: Int, activeOnly: Bool
  ) async throws(Refusal) -> [LegalHold] {
    try await refusing { () async throws(StoreError) in
      try await store.endHolds(at: holdTime())
      let place = if let id { HoldCursor(try await store.hold(id)) } else { nil as HoldCursor? }
      return try await store.holds(after: place, limit: limit, activeOnly: activeOnly)
    }
  }

  /// The holds that keep a request from going on.
  public func holds(on request: PurgeRequestID) async throws(Refusal) -> [HoldID] {
    try await refusing { () async throws(StoreError) in try await store.holds(on: request) }
  }

  /// Who of a selection is under a hold, by hold; whoever has several identities is held by any.
  func heldPeople(in selection: Selection) async throws(Refusal) -> [HeldPeople] {
    let hasHolds = try await refusing { () async throws(StoreError) in
      try await store.endHolds(at: holdTime())
      return try await store.hasHolds()
    }
    guard hasHolds else { return [] }
    let owners = selection.people.indices.flatMap { place in
      selection.people[place].identities.map { _ in place }
    }
    let names = try fingerprints(
      of: selection.people.lazy.flatMap(\.identities).map { NormalIdentity($0) })
    let found = try await refusing { () async throws(StoreError) in
      try await store.holds(naming: names)
    }
    var numbers: [HoldID: [Int]] = [:]
    for (place, hold) in found {
      let number = selection.number(of: owners[place])
      if numbers[hold]?.last != number { numbers[hold, default: []].append(number) }
    }
    return numbers.sorted { $0.key < $1.key }.map { HeldPeople(hold: $0.key, numbers: $0.value) }
  }

  /// Refuses to ask again for people of tasks who came under a hold since.
  func refuseHeld(
    _ tasks: [ConnectorTask], of record: RequestRecord
  ) async throws(Refusal) {
    let positions = try await refusing { () async throws(StoreError) -> [Int] in
      try await store.endHolds(at: holdTime())
      guard try await store.hasHolds() else { return [] }
      var positions: Set<Int> = []
      for task in tasks {
        positions.formUnion(try await store.exceptions(of: task.key, limit: .max).map(\.position))
      }
      return positions.sorted()
    }
    guard !positions.isEmpty else { return }
    let everybody = try await refusing { () async throws(StoreError) in
      try await store.everybody(of: record.id)
    }
    let selection = try Selection(positions.map { everybody[$0] }, purpose: record.purpose)
    let held = try await heldPeople(in: selection)
    guard !held.isEmpty else { return }
    throw Refusal(
      held, among: positions.count, numbering: nil,
      action: "Waive what is open at the connector with a reason, or wait until the hold ends.")
  }

  /// The fingerprints of names, in their order.
  func fingerprints(of names: some Sequence<NormalIdentity>) throws(Refusal) -> [Fingerprint] {
    do throws(StoreError) {
      var maker = try store.fingerprints()
      var found: [Fingerprint] = []
      found.reserveCapacity(names.underestimatedCount)
      for name in names { found.append(try maker.of(form: name.form.rawValue, name.text)) }
      return found
    } catch { throw Refusal(error) }
  }
}

extension Identity {
  /// The spellings by which a hold stops a purge.
  ///
  /// An address is often also somebody's identifier in another system. Digits are not taken for a
  /// telephone number, which may be somebody else's.
  fileprivate var spellingsToHold: [NormalIdentity] {
    let own = NormalIdentity(self)
    let others = NormalIdentity.candidates(in: value).filter { $0.form != .phone && $0 != own }
    return [own] + others
  }
}

extension Plan {
  /// Refuses to go on while people are held, and says what can be done.
  func refuseHeld(_ action: String) throws(Refusal) {
    guard !held.isEmpty else { return }
    throw Refusal(held, among: people, numbering: numbering, action: action)
  }
}

extension Refusal {
  /// Why nothing is done while people are held: which holds, and where those people stand; without
  /// a numbering nobody counted them.
  fileprivate init(
    _ held: [HeldPeople], among people: Int, numbering: Selection.Numbering?, action: String
  ) {
    let count = Set(held.flatMap(\.numbers)).count
    let places = held.map { held in
      guard let numbering else { return "\(held.hold) holds \(held.numbers.count)" }
      let shown = held.numbers.prefix(20).map(String.init).joined(separator: ", ")
      let more = held.numbers.count > 20 ? " and \(held.numbers.count - 20) more" : ""
      return "\(held.hold) holds \(numbering.word(held.numbers.count)) \(shown)\(more)"
    }
    self.init(
      .legalHold,
      "\(count) of the \(people) people \(count == 1 ? "is" : "are") under a legal hold: "
        + places.joined(separator: "; ") + ". Nothing was purged.",
      action: action + " purgehub holds show ID says whose a hold is.")
  }
}
