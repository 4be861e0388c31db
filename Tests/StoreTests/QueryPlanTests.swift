import PurgeCore
import Testing

@testable import Store

@Suite struct `A statement` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  /// A bit of everything the store does.
  private func useEverything() async throws {
    var acceptance = Acceptance.of(3, at: [mixpanel, braze])
    var fingerprints = try store.fingerprints()
    let print = try fingerprints.of(form: 1, "ann")
    acceptance.fingerprints = [print]
    acceptance.idempotency = IdempotencyKey("k", digest: [1])
    acceptance.references = [ConnectorReferences(braze, [])]
    let key = TaskKey(try await store.accept(acceptance).id, mixpanel)
    await store.commit([
      .planned(key, [0..<1, 1..<2, 2..<3], at: noon), .released([CallKey(key, 2..<3)]),
      .ended(key, 0..<1, .erased), .ended(key, 1..<2, .ambiguous),
    ])
    _ = try await store.load()
    _ = try await store.retry(key, by: "ann", at: noon)
    try await store.setConnector(braze, to: .enabled, by: "ann", at: noon)
    try await readEverything(key, print)
    try await tellEverybody()
    _ = try await store.waive(key, by: "ann", reason: "", at: noon)
    _ = try await store.waive(TaskKey(key.request, braze), by: "ann", reason: "", at: noon)
    let waiting = try await store.accept(.of(1, startAt: noon)).id
    _ = try await store.cancel(waiting, by: "ann", reason: "", at: noon)
    _ = try await store.startWaiting(at: noon)
    try await useBrakes(print)
    try await useReplays(print)
  }

  private func useReplays(_ print: Fingerprint) async throws {
    let key = try await store.planned(2, by: 1, at: [mixpanel, braze])
    await store.commit([.ended(key, 0..<1, .erased)])
    let order = ReplayOrder(
      at: mixpanel, since: noon, plan: "p", parts: [.init(key.request)], actor: "ann")
    for _ in 0..<2 {
      _ = try await store.replayable(at: mixpanel, since: noon)
      _ = try await store.replayable(of: key, since: noon)
      _ = try await store.forgotten(at: mixpanel, since: noon)
      _ = try await store.requestsOfHeld()
      let replay = try await store.replay(order, at: noon)
      _ = try await store.replays(at: mixpanel, limit: 5)
      _ = try await store.requests(of: replay, limit: 5)
      _ = try await store.replays(of: key.request)
      _ = try await store.load()
    }
  }

  private func useBrakes(_ print: Fingerprint) async throws {
    let order = HoldOrder(
      fingerprints: [print], reason: "r", until: noon + .days(1), actor: "ann")
    var acceptance = Acceptance.of(1, startAt: noon)
    acceptance.fingerprints = [print]
    acceptance.approval = ConfirmedPlan(hash: "p", parts: [])
    let awaiting = try await store.accept(acceptance).id
    let hold = try await store.place(order, at: noon).id
    _ = try? await store.accept(acceptance)
    _ = try await store.requests(heldBy: hold)
    _ = try await store.holds(on: awaiting)
    _ = try await store.holds(naming: [print])
    _ = try await store.holds(limit: 5, activeOnly: true)
    _ = try await store.holds(limit: 5, activeOnly: false)
    _ = try await store.everybody(of: awaiting)
    _ = try await store.confirmedPlan(of: awaiting)
    _ = try await store.decisions(on: awaiting)
    var large = Acceptance.of(20_000)
    large.fingerprints = [print]
    _ = try? await store.accept(large)
    _ = try await store.release(hold, by: "ann", reason: "r", at: noon)
    try await store.approve(
      Approval(of: awaiting, plan: "p", connectors: [ConnectorShare(mixpanel)], actor: "bob"),
      at: noon)
    _ = try await store.place(order, at: noon)
    try await store.endHolds(at: noon + .days(1))
  }

  private func tellEverybody() async throws {
    try await store.subscribe(["one"])
    _ = try await store.accept(.of(1))
    _ = try await store.tellDeadlines(at: noon + .days(20))
    try await store.distribute(
      to: [NoticeSubscriber("one", wanting: Set(NoticeKind.allCases))], at: noon)
    let owed = try #require(try await store.nextDelivery(to: "one"))
    try await store.record(.failed(.noticeRefused, status: 410), of: owed, at: noon)
    _ = try await store.giveUp(on: "one", owedSince: noon, .noticeGivenUp, at: noon)
    for _ in 0..<2 {
      _ = try await store.failedDeliveries(before: nil, limit: 5)
      _ = try await store.outbox(before: nil, limit: 5)
      _ = try await store.countWaiting(for: "one")
      _ = try await store.nextDelivery(to: "one")
      _ = try await store.tellDeadlines(at: noon)
    }
    _ = try await store.retryNotices(owed.notice.sequence, by: "ann", at: noon)
    _ = try await store.retryNotices(nil, by: "ann", at: noon)
  }

  private func readEverything(_ key: TaskKey, _ print: Fingerprint) async throws {
    for _ in 0..<2 {
      _ = try await store.requests(limit: 5)
      _ = try await store.requests(limit: 5, openOnly: true)
      _ = try await store.exceptions(of: key, limit: 5)
      _ = try await store.results(of: key, limit: 5)
      _ = try await store.attempts(of: key, newestFirst: true, limit: 5)
      _ = try await store.attempts(of: key, limit: 5)
      _ = try await store.standings(of: [key])
      _ = try await store.auditEntries(of: braze, since: 1, limit: 5)
      _ = try await store.purges(of: [print])
      _ = try await store.auditEntries(limit: 5)
      _ = try await store.auditEntries(of: key.request, limit: 5)
      _ = try await store.notices(limit: 5)
      _ = try await store.ghosts(besides: [])
      _ = try await store.openTasks(of: key.connector, limit: 5)
      _ = try await store.nextStart()
      _ = try await store.audit("turn", by: "ann", at: noon)
      _ = try await store.verifyAudit()
      _ = try await store.trace(of: key)
      _ = try await store.issueReceipt(of: key.request, by: "ann", at: noon) { _ in [1] }
      _ = try await store.receiptKey(by: "ann", at: noon)
    }
  }

  @Test func `never reads a whole table`() async throws {
    try await useEverything()
    let plans = try await store.writer.between { (desk) throws(StoreError) in
      try desk.connection.plans().map { "\($0.statement)\n\($0.steps.joined(separator: "\n"))" }
    }
    let reading = try await store.readers.read { (connection) throws(StoreError) in
      try connection.plans().map { "\($0.statement)\n\($0.steps.joined(separator: "\n"))" }
    }
    // At the start, every call and every staged request is looked at once.
    let starting = [
      "UPDATE call SET held = 0 WHERE held = 1", "SELECT request FROM staged",
      // There are a few destinations.
      "SELECT name FROM destination",
    ]
    // The few requests of one name are sorted by their age.
    let sorting = "SELECT tombstone.request"
    #expect(plans.count > 25 && reading.count > 5)
    for plan in plans + reading where !starting.contains(where: plan.hasPrefix) {
      let reads = plan.replacing("SCAN CONSTANT ROW", with: "")
      #expect(!reads.contains("SCAN"), "\(plan)")
      #expect(!plan.contains("TEMP B-TREE") || plan.hasPrefix(sorting), "\(plan)")
    }
  }
}
