import Directory
import PurgeCore
public import Store

extension House {
  /// Confirms a plan: the request and all that follows from it is on disk when this returns.
  ///
  /// Connectors whose settings name one of the people are disabled in the same transaction (K-17).
  /// The same idempotency key with the same selection returns the same request.
  ///
  /// - Throws: `Refusal` when consent or phrase is missing, or the plan changed since it was shown.
  public func confirm(
    _ selection: Selection, _ confirmation: Confirmation, by actor: String,
    idempotencyKey: String?
  ) async throws(Refusal) -> Accepted {
    let key = idempotencyKey.map { IdempotencyKey($0, digest: selection.digest) }
    if let key, let earlier = try await earlier(key) { return earlier }
    // Many people are written before the gate, so that nobody waits in front of it meanwhile; who may
    // not purge them is told before, too.
    if isMany(selection.people) { try check(confirmation, against: await plan(selection)) }
    let people = try await stage(selection.people)
    do throws(Refusal) {
      return try await confirm(selection, people, confirmation, actor, key)
    } catch {
      await store.drop(people)
      throw error
    }
  }

  private func confirm(
    _ selection: Selection, _ people: StagedPeople, _ confirmation: Confirmation, _ actor: String,
    _ key: IdempotencyKey?
  ) async throws(Refusal) -> Accepted {
    try await gate.pass { () async throws(Refusal) in
      if let key, let earlier = try await earlier(key) {
        await store.drop(people)
        return earlier
      }
      let plan = try await plan(selection)
      try check(confirmation, against: plan)
      let accepted = try await accept(selection, people, plan, confirmation, actor, key)
      if accepted.isNew {
        if plan.approvalAbove == nil { await announce(plan, accepted.id) }
        log?.accepted(
          accepted.id, people: plan.people, connectors: plan.connectors.count, by: actor)
      }
      return accepted
    }
  }

  /// The request that the same demand made before: its plan has changed by that very request.
  private func earlier(_ key: IdempotencyKey) async throws(Refusal) -> Accepted? {
    try await refusing { () async throws(StoreError) in
      try await store.accepted(under: key)
    }
  }

  private func check(_ confirmation: Confirmation, against plan: Plan) throws(Refusal) {
    guard !plan.connectors.isEmpty else { throw .nobodyReached }
    guard confirmation.consent else {
      throw Refusal(
        .consentMissing, "The consequences were not accepted.",
        action: "Read the plan, then confirm with consent: true.")
    }
    try plan.refuseHeld("Take these people out, or wait until the hold ends.")
    if let cap = plan.cap, cap.isExceeded, confirmation.capReason == nil { throw cap.refusal }
    guard confirmation.planHash == plan.hash else {
      throw Refusal(
        .planChanged, "The plan is not the one that was shown, or none was cited.",
        action: "Look at the plan again and confirm its hash.")
    }
    guard plan.phrase == nil || plan.phrase == confirmation.phrase else {
      throw Refusal(
        .phraseMismatch, "The phrase is not the one asked for.",
        action: "Type exactly what the plan asks for, with its number of people.")
    }
  }

  private func isMany(_ people: Roster) -> Bool { people.count > settings.bulkAbove }

  private func stage(_ people: Roster) async throws(Refusal) -> StagedPeople {
    let fingerprints = try sortedFingerprints(of: people)
    return try await refusing { () async throws(StoreError) in
      try await store.stage(people, fingerprints)
    }
  }

  private func accept(
    _ selection: Selection, _ people: StagedPeople, _ plan: Plan, _ confirmation: Confirmation,
    _ actor: String,
    _ key: IdempotencyKey?
  ) async throws(Refusal) -> Accepted {
    let accepted = now()
    let acceptance = Acceptance(
      subjects: selection.people, purpose: selection.purpose, lane: lane(of: plan.people),
      accepted: accepted, deadline: accepted + settings.deadline,
      startAt: settings.start(from: accepted), connectors: plan.shares,
      references: plan.references, fingerprints: people.fingerprints, idempotency: key,
      actor: actor, approval: plan.awaitingApproval,
      capReason: plan.cap?.isExceeded == true ? confirmation.capReason : nil)
    return try await refusing { () async throws(StoreError) in
      try await store.accept(acceptance, people)
    }
  }

  private func lane(of people: Int) -> Lane { people > settings.bulkAbove ? .bulk : .normal }

  private func sortedFingerprints(of people: Roster) throws(Refusal) -> [Fingerprint] {
    var found = try fingerprints(
      of: people.lazy.flatMap(\.identities).map { NormalIdentity($0) })
    // The store wants them in order, and sorted here nobody has to copy a million of them.
    found.sort()
    return found
  }

  /// Tells the engine, which must not send for a connector that this very request disabled.
  func announce(_ plan: Plan, _ request: PurgeRequestID) async {
    for connector in plan.connectors where !connector.wouldDisable.isEmpty {
      let reason = DisabledReason.referencesPurgedUser(request, connector.wouldDisable)
      tellEngine(connector.name, .disabled(reason, since: now()))
      log?.connector(connector.name, .disabled(reason, since: now()), by: "hub")
    }
    engine.post(.submitted(plan.connectors.map(\.name)))
    await engine.heard()
  }
}

extension Plan {
  /// What is kept of it until a second person decides; nil when none is needed.
  fileprivate var awaitingApproval: ConfirmedPlan? {
    approvalAbove.map { _ in ConfirmedPlan(hash: hash, parts: parts.map(\.line)) }
  }
}

extension Refusal {
  static var nobodyReached: Refusal {
    Refusal(
      .noConnector, "No connector is configured, so nobody's data would be reached.",
      action: "Enable a file under config/connectors, or write one, then connectors reload.")
  }
}
