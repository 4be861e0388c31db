public import PurgeCore
public import Store

/// What a second person is asked to agree to.
public struct PendingApproval: Sendable, Hashable {
  /// What the request would do now.
  public var plan: Plan
  /// What is otherwise than in the plan that was confirmed, a sentence each.
  public var changes: [String]
  /// Who confirmed; somebody else must approve.
  public var confirmedBy: String
}

extension House {
  /// Plans a confirmed request again, for the person who is to approve it.
  ///
  /// - Throws: `Refusal` 1014 when it waits for no approval.
  public func planApproval(_ id: PurgeRequestID) async throws(Refusal) -> PendingApproval {
    let (record, confirmed, selection) = try await awaiting(id)
    let plan = try await plan(selection)
    return PendingApproval(
      plan: plan, changes: PlanPart.changes(from: confirmed, to: plan), confirmedBy: record.actor)
  }

  /// Approves a confirmed request as a second person: all that a confirmation otherwise does becomes
  /// effective now, in one transaction.
  ///
  /// The plan that is cited must be the one of this moment; when it is not the one that was confirmed,
  /// the approver has seen what changed.
  ///
  /// - Throws: `Refusal` 2010 when the one who confirmed asks, 2007 while one of its people is held,
  ///   1006 with what changed when another plan is cited.
  public func approve(
    _ id: PurgeRequestID, citing hash: String, by actor: String
  ) async throws(Refusal) {
    try await gate.pass { () async throws(Refusal) in
      let (record, confirmed, selection) = try await awaiting(id)
      try checkSecond(actor, of: record)
      let plan = try await plan(selection)
      try check(plan, cited: hash, against: confirmed)
      let approval = Approval(
        of: id, plan: plan.hash, startAt: settings.start(from: now()),
        connectors: plan.shares, references: plan.references, actor: actor)
      try await refusing { () async throws(StoreError) in
        try await store.approve(approval, at: now())
      }
      await announce(plan, id)
      log?.decided("request.approved", id, by: actor)
    }
  }

  /// Ends a request that waits for an approval or is held, by a person's decision.
  ///
  /// - Throws: `Refusal` 2010 when the one who confirmed asks for a request that waits for another's
  ///   approval; that person can cancel it.
  public func reject(
    _ id: PurgeRequestID, reason: String, by actor: String
  ) async throws(Refusal) {
    let names = try await gate.pass { () async throws(Refusal) in
      let record = try await request(id)
      if record.state == .awaitingApproval { try checkSecond(actor, of: record) }
      return try await refusing { () async throws(StoreError) in
        try await store.reject(id, by: actor, reason: reason, at: now())
      }
    }
    engine.post(.withdrawn(names.map { TaskKey(id, $0) }))
    await engine.heard()
    log?.decided("request.rejected", id, by: actor)
  }

  /// What people decided about a request, oldest first.
  public func decisions(on id: PurgeRequestID) async throws(Refusal) -> [AuditEntry] {
    try await refusing { () async throws(StoreError) in try await store.decisions(on: id) }
  }

  /// A request that waits for an approval, what was confirmed, and whom it selects.
  private func awaiting(
    _ id: PurgeRequestID
  ) async throws(Refusal) -> (RequestRecord, ConfirmedPlan, Selection) {
    let record = try await request(id)
    let confirmed = try await refusing { () async throws(StoreError) in
      try await store.confirmedPlan(of: id)
    }
    guard let confirmed else {
      throw Refusal(
        .wrongState, "\(id) waits for no approval; it is \(record.state.rawValue).",
        action: "See the request's state.")
    }
    let people = try await refusing { () async throws(StoreError) in
      try await store.everybody(of: id)
    }
    return (record, confirmed, try Selection(people, purpose: record.purpose))
  }

  private func checkSecond(_ actor: String, of record: RequestRecord) throws(Refusal) {
    guard actor != record.actor, actor != "unknown", !actor.isEmpty else {
      throw Refusal(
        .sameOperator, "\(record.id) was confirmed by \(record.actor); another person must decide.",
        action: "Have somebody else approve or reject it; who confirmed it can cancel it.")
    }
  }

  private func check(
    _ plan: Plan, cited hash: String, against confirmed: ConfirmedPlan
  ) throws(Refusal) {
    try plan.refuseHeld("Reject the request, or wait until the hold ends.")
    guard !plan.connectors.isEmpty else { throw .nobodyReached }
    guard hash == plan.hash else {
      let changes = PlanPart.changes(from: confirmed, to: plan)
      throw Refusal(
        .planChanged,
        changes.isEmpty
          ? "The approval cites no plan, or not this request's."
          : "The plan is not the one that was confirmed: " + changes.joined(separator: " "),
        action: "Look at it as it is now with requests plan, and cite the hash it shows.")
    }
  }
}
