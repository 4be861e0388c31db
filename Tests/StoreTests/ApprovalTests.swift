import PurgeCore
import Testing

@testable import Store

@Suite struct `A request that waits for an approval` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  private let place = SettingPlace(path: "owner", file: "braze.json5", line: 3)

  /// A confirmed request of three people, the first of whom `braze` names.
  private func acceptance(startAt: Instant? = nil) throws -> Acceptance {
    var given = Acceptance.of(3, at: [mixpanel, braze], startAt: startAt)
    given.references = [ConnectorReferences(braze, [place])]
    given.approval = ConfirmedPlan(hash: "p1", parts: ["one", "two"])
    given.fingerprints = [try name()]
    return given
  }

  private func name() throws -> Fingerprint {
    var maker = try store.fingerprints()
    return try maker.of(form: 1, "canary-0@example.org")
  }

  private func confirmed() async throws -> PurgeRequestID {
    try await store.accept(acceptance()).id
  }

  private func approval(of id: PurgeRequestID, startAt: Instant? = nil) -> Approval {
    Approval(
      of: id, plan: "p1", startAt: startAt,
      connectors: [ConnectorShare(mixpanel), ConnectorShare(braze)],
      references: [ConnectorReferences(braze, [place])], actor: "bob")
  }

  @Test func `K-17 has changed nothing yet`() async throws {
    let id = try await confirmed()
    let request = try await store.request(id)
    #expect(request.state == .awaitingApproval && request.tasks.isEmpty)
    #expect(request.needsAttention)
    #expect(try await store.connectors().isEmpty)
    #expect(try await store.purges(of: [name()]).isEmpty)
    #expect(try await store.startWaiting(at: noon + .days(9)).isEmpty)
    #expect(try await store.load().tasks.isEmpty)
  }

  @Test func `has its people sealed and its selection frozen`() async throws {
    let id = try await confirmed()
    await store.close()
    #expect(try !world.bytes().contains("canary-".utf8))
    let again = try world.open()
    #expect(try await again.everybody(of: id) == people(3))
    #expect(
      try await again.confirmedPlan(of: id) == ConfirmedPlan(hash: "p1", parts: ["one", "two"]))
  }

  @Test func `K-17 ALM-11 becomes effective at the approval, all at once`() async throws {
    let id = try await confirmed()
    try await store.approve(approval(of: id), at: noon + .hours(2))
    let request = try await store.request(id)
    #expect(request.state == .inProgress && request.startAt == nil)
    #expect(request.tasks.map(\.state) == [.blocked(.referencesPurgedUser), .queued])
    #expect(try await store.connectors().map(\.state.isDisabled) == [true])
    #expect(try await store.purges(of: [name()]) == [name(): [id]])
    #expect(try await store.load().tasks.map(\.key) == [TaskKey(id, mixpanel)])
  }

  @Test func `counts its deadline from the confirmation`() async throws {
    let id = try await confirmed()
    try await store.approve(approval(of: id), at: noon + .days(3))
    #expect(try await store.request(id).deadline == noon + .days(30))
    #expect(try await store.load().tasks.map(\.deadline) == [noon + .days(30)])
  }

  @Test func `waits its waiting period after the approval`() async throws {
    let id = try await confirmed()
    try await store.approve(approval(of: id, startAt: noon + .days(4)), at: noon + .days(3))
    #expect(try await store.request(id).state == .pending)
    #expect(try await store.load(at: noon + .days(3)).tasks.isEmpty)
    #expect(try await store.startWaiting(at: noon + .days(4)).sorted() == [braze, mixpanel])
  }

  @Test func `ends at once when no connector knows anybody`() async throws {
    let id = try await confirmed()
    var approval = approval(of: id)
    approval.references = []
    approval.connectors = [ConnectorShare(mixpanel, isNotApplicable: true)]
    try await store.approve(approval, at: noon)
    #expect(try await store.request(id).state == .completed)
  }

  @Test func `is approved once`() async throws {
    let id = try await confirmed()
    try await store.approve(approval(of: id), at: noon)
    let again = approval(of: id)
    let error = await #expect(throws: StoreError.self) {
      try await store.approve(again, at: noon)
    }
    #expect(error?.code == .wrongState)
    #expect(try await store.request(id).tasks.count == 2)
  }

  @Test func `cannot be approved while one of its people is held`() async throws {
    let id = try await confirmed()
    let order = HoldOrder(fingerprints: [try name()], reason: "litigation", actor: "eve")
    let placed = try await store.place(order, at: noon)
    #expect(placed.heldBack == [id])
    let approval = approval(of: id)
    let error = await #expect(throws: StoreError.self) {
      try await store.approve(approval, at: noon)
    }
    #expect(error?.code == .held)
    #expect(try await store.release(placed.id, by: "eve", reason: "closed", at: noon).isEmpty)
    try await store.approve(approval, at: noon)
  }

  @Test(arguments: [true, false])
  func `is cancelled or rejected, and its people are gone`(isCancelled: Bool) async throws {
    let id = try await confirmed()
    if isCancelled {
      #expect(
        try await store.cancel(id, by: "ann", reason: "", at: noon) == .cancelled([]))
    } else {
      _ = try await store.reject(id, by: "bob", reason: "wrong list", at: noon)
    }
    let request = try await store.request(id)
    #expect(request.state == (isCancelled ? .cancelled : .rejected))
    #expect(try await store.confirmedPlan(of: id) == nil)
    let error = await #expect(throws: StoreError.self) { try await store.everybody(of: id) }
    #expect(error?.code == .damaged)
  }

  @Test func `is in the audit with who decided and why`() async throws {
    let id = try await confirmed()
    _ = try await store.reject(id, by: "bob", reason: "wrong list", at: noon)
    let entries = try await store.auditEntries(of: id, limit: 9)
    #expect(
      entries.map(\.action) == ["request.accepted", "request.rejectRequested", "request.rejected"])
    #expect(entries[1].actor == "bob" && entries[1].detail == "wrong list")
    #expect(try await store.decisions(on: id).map(\.action) == ["request.rejectRequested"])
  }

  @Test func `cannot be rejected once it began`() async throws {
    let id = try await confirmed()
    try await store.approve(approval(of: id), at: noon)
    let error = await #expect(throws: StoreError.self) {
      try await store.reject(id, by: "bob", reason: "late", at: noon)
    }
    #expect(error?.code == .wrongState)
  }

  @Test func `keeps why it may exceed the cap`() async throws {
    var given = try acceptance()
    given.capReason = "the app is shut down"
    let id = try await store.accept(given).id
    let decision = try #require(try await store.decisions(on: id).first)
    #expect(decision.action == "request.capExceeded" && decision.actor == "ann")
    #expect(decision.detail == "the app is shut down")
  }
}
