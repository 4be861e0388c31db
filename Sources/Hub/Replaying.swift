import Directory
public import PurgeCore
public import Store

/// What a replay would do, hashed; making one changes nothing.
///
/// The hash names the connector with its revision and state, the instant, the replays before and whom
/// holds spare. Requests that end, or come to be done there, change the numbers and not the hash: a
/// busy hub would otherwise never carry a plan out that somebody has read.
public struct ReplayPlan: Sendable, Hashable {
  /// The vendor's connector.
  public let connector: ConnectorName
  /// Its state now; while it is disabled, a replay waits.
  public let state: ConnectorState
  /// Whether a person erases there by hand, and is to do so again.
  public let isByHand: Bool
  /// As of when the vendor restored its data.
  public let since: Instant
  /// How many open requests have people to be asked for again.
  public let requests: Int
  /// How many people that are.
  public let people: Int
  /// How many of the requests are past their deadline: a vendor that fails is not asked twice.
  public let overdue: Int
  /// Who is spared, by hold.
  public let held: [HeldPeople]
  /// Who cannot be asked for again.
  public let forgotten: ForgottenPeople
  /// The last replays of the same vendor, newest first.
  public let earlier: [Replay]
  /// Names this very plan; a confirmation cites it.
  public let hash: String
  let parts: [ReplayOrder.Part]
}

/// A replay that was carried out.
public struct CarriedOutReplay: Sendable, Hashable {
  /// What was done.
  public var replay: Replay
  /// Whether it was done now; the same plan was cited before otherwise.
  public var isNew: Bool
  /// The requests it opened again, at most a thousand.
  public var requests: [PurgeRequestID]
  /// Who could not be asked for again.
  public var forgotten: ForgottenPeople
}

extension House {
  /// Plans to ask a vendor again for whom it erased since an instant, because it restored its data as
  /// of then.
  ///
  /// - Throws: `Refusal` when there is no such connector, it is not configured, or the instant is to
  ///   come.
  public func planReplay(
    at name: ConnectorName, since instant: Instant
  ) async throws(Refusal) -> ReplayPlan {
    guard instant <= now() else {
      throw Refusal(
        .unreadableInput, "The instant of the restored data is to come.",
        action: "Give the time as of which the vendor has its data again, in UTC or with an offset."
      )
    }
    let record = try await replayable(name)
    let shares = try await refusing { () async throws(StoreError) in
      try await store.replayable(at: name, since: instant)
    }
    let spared = try await spared(among: shares, at: name, since: instant)
    let earlier = try await refusing { () async throws(StoreError) in
      try await store.replays(at: name, limit: 5)
    }
    let today = now()
    let asked = shares.filter { spared.people[$0.request] != $0.people }
    return ReplayPlan(
      connector: name, state: record.state, isByHand: isByHand(name), since: instant,
      requests: asked.count,
      people: asked.reduce(0) { $0 + $1.people - (spared.people[$1.request] ?? 0) },
      overdue: asked.filter { $0.deadline <= today }.count, held: spared.held,
      forgotten: try await forgotten(at: name, since: instant), earlier: earlier,
      hash: try hash(record, since: instant, after: earlier.first, sparing: spared.held),
      parts: asked.map { .init($0.request, sparing: spared.positions[$0.request] ?? []) })
  }

  /// Asks a vendor again for whom it erased since an instant; the old results are kept beside the new
  /// ones.
  ///
  /// All of it is on disk when this returns. The same plan again returns what it did before.
  ///
  /// - Throws: `Refusal` 1006 when another plan is cited than that of this moment, 1008 when there is
  ///   nobody to be asked for again.
  public func replay(
    at name: ConnectorName, since instant: Instant, citing hash: String, reason: String,
    by actor: String
  ) async throws(Refusal) -> CarriedOutReplay {
    let (replay, isNew) = try await gate.pass { () async throws(Refusal) in
      let known = try await refusing { () async throws(StoreError) in
        try await store.replays(at: name, limit: .max)
      }
      if let earlier = known.first(where: { $0.plan == hash }) { return (earlier, false) }
      let plan = try await planReplay(at: name, since: instant)
      try plan.check(citing: hash)
      return (try await carryOut(plan, reason, actor), true)
    }
    let requests = try await refusing { () async throws(StoreError) in
      try await store.requests(of: replay, limit: 1_000)
    }
    return CarriedOutReplay(
      replay: replay, isNew: isNew, requests: requests,
      forgotten: try await forgotten(at: name, since: replay.since))
  }

  private func isByHand(_ name: ConnectorName) -> Bool {
    register.installed(name)?.behaviour.traits.isByHand ?? false
  }

  private func carryOut(
    _ plan: ReplayPlan, _ reason: String, _ actor: String
  ) async throws(Refusal) -> Replay {
    let order = ReplayOrder(
      at: plan.connector, since: plan.since, plan: plan.hash, parts: plan.parts,
      peoplePerCall: peoplePerCall(plan.connector), reason: reason, actor: actor)
    let replay = try await refusing { () async throws(StoreError) in
      try await store.replay(order, at: now())
    }
    takeBack(plan.connector, plan.state)
    await engine.heard()
    log?.replayed(replay.connector, people: replay.people, by: replay.actor)
    return replay
  }

  /// Has the engine give back the calls in its hand, which have the names of before, and ask for them.
  private func takeBack(_ name: ConnectorName, _ state: ConnectorState) {
    let pause = ConnectorState.disabled(.administrator(note: ""), since: now())
    engine.post(.connectorChanged(name, register.installed(name)?.behaviour, pause))
    tellEngine(name, state)
  }

  /// A connector that has erased somebody and can be asked again, at once or when it is enabled.
  private func replayable(_ name: ConnectorName) async throws(Refusal) -> ConnectorRecord {
    guard let record = try await connectorRecords()[name] else {
      guard register.file(name) != nil else { throw .unknownConnector(name) }
      throw Refusal(
        .wrongState, "\(name) never was in use, so its vendor erased nobody for this hub.",
        action: "See connectors list for those in use.", connector: name)
    }
    guard !record.state.isRemoved else {
      throw Refusal(
        .removedFromConfiguration, "\(name) is not configured any more, so nobody can be asked.",
        action: "Put its file back with enabled: true, then connectors reload.", connector: name)
    }
    return record
  }

  private func forgotten(
    at name: ConnectorName, since instant: Instant
  ) async throws(Refusal) -> ForgottenPeople {
    try await refusing { () async throws(StoreError) in
      try await store.forgotten(at: name, since: instant)
    }
  }

  private func hash(
    _ record: ConnectorRecord, since instant: Instant, after last: Replay?,
    sparing held: [HeldPeople]
  ) throws(Refusal) -> String {
    var text = "replay\n\(record.name)\n\(record.revision ?? "")\n\(record.state.isDisabled)\n"
    text += "\(instant.milliseconds)\n\(last?.number ?? 0)"
    for held in held { text += "\n\(held.hold) \(held.numbers.count)" }
    return try pseudonym(of: text)
  }
}

/// Who is left alone in a replay, since a hold came after the purge began.
private struct Spared {
  var held: [HeldPeople] = []
  /// Positions in each request, ascending; those of people who would not be asked for included.
  var positions: [PurgeRequestID: [Int]] = [:]
  /// How many of each request's people who would be asked for.
  var people: [PurgeRequestID: Int] = [:]
}

extension House {
  private func spared(
    among shares: [ReplayShare], at name: ConnectorName, since instant: Instant
  ) async throws(Refusal) -> Spared {
    let named = try await refusing { () async throws(StoreError) in
      try await store.endHolds(at: holdTime())
      return try await store.hasHolds() ? try await store.requestsOfHeld() : []
    }
    var (spared, numbers): (Spared, [HoldID: [Int]]) = (Spared(), [:])
    for share in shares where named.contains(share.request) {
      let ranges = try await refusing { () async throws(StoreError) in
        try await store.replayable(of: TaskKey(share.request, name), since: instant)
      }
      let places = try await heldPlaces(of: share.request)
      let asked = places.filter { place in ranges.contains { $0.contains(place.position) } }
      spared.positions[share.request] = Set(places.map(\.position)).sorted()
      spared.people[share.request] = Set(asked.map(\.position)).count
      for place in asked { numbers[place.hold, default: []].append(place.position) }
    }
    spared.held = numbers.sorted { $0.key < $1.key }.map {
      HeldPeople(hold: $0.key, numbers: $0.value)
    }
    return spared
  }

  /// Where the people of an open request stand who are held, once for each hold.
  private func heldPlaces(
    of request: PurgeRequestID
  ) async throws(Refusal) -> [(position: Int, hold: HoldID)] {
    let people: [Subject]
    do throws(StoreError) { people = try await store.everybody(of: request) } catch {
      // Who ended meanwhile is not asked for again anyway.
      if try await self.request(request).state.isFinal { return [] }
      throw Refusal(error)
    }
    let owners = people.indices.flatMap { place in people[place].identities.map { _ in place } }
    let names = try fingerprints(of: people.lazy.flatMap(\.identities).map { NormalIdentity($0) })
    let found = try await refusing { () async throws(StoreError) in
      try await store.holds(naming: names)
    }
    var seen: [HoldID: Set<Int>] = [:]
    return found.compactMap { place, hold in
      seen[hold, default: []].insert(owners[place]).inserted ? (owners[place], hold) : nil
    }
  }
}

extension ReplayPlan {
  fileprivate func check(citing hash: String) throws(Refusal) {
    guard people > 0 else {
      throw Refusal(
        .emptySelection,
        "No open request has people whom \(connector) erased since \(since.rfc3339).",
        action: forgotten.people == 0
          ? "See requests list for what was purged, and when."
          : "Screen an export of the vendor with users screen, and purge the rows it names.",
        connector: connector)
    }
    // The letter to an owner names everybody of a request.
    guard held.isEmpty || !isByHand else {
      throw Refusal(
        .legalHold,
        "Some of the people are under a legal hold (\(held.map(\.hold.description).joined(separator: ", "))), "
          + "and the owner of \(connector) would be told to erase them as well.",
        action: "Wait until the hold ends.", connector: connector)
    }
    guard hash == self.hash else {
      throw Refusal(
        .planChanged, "The plan is not the one that was shown, or none was cited.",
        action: "Look at the plan again and confirm its hash.", connector: connector)
    }
  }
}
