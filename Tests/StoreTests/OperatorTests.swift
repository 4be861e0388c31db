import PurgeCore
import Testing

@testable import Store

@Suite struct `An operator` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  /// A task of four people: one erased, one in a call, two refused.
  private func mixedTask() async throws -> TaskKey {
    let key = try await store.planned(4, by: 1)
    await store.commit([
      .ended(key, 0..<1, .erased), .ended(key, 1..<2, .failed(.refused)),
      .ended(key, 3..<4, .ambiguous),
    ])
    return key
  }

  @Test func `waives what is open and nothing else`() async throws {
    let key = try await mixedTask()
    #expect(try await store.waive(key, by: "ann", reason: "vendor is gone", at: noon) == 3)
    let results = try await store.results(of: key, limit: 9)
    #expect(results.map(\.range) == [0..<1, 1..<4])
    #expect(results.map(\.verdict) == [.erased, .waived])
    #expect(try await store.exceptions(of: key, limit: 9).isEmpty)
  }

  @Test func `ALM-10 passes on the word of an owner once, and only where no calls are made`()
    async throws
  {
    let archive = ConnectorName("archive")
    var acceptance = Acceptance.of(3)
    acceptance.connectors = [ConnectorShare(archive, isByHand: true)]
    let key = TaskKey(try await store.accept(acceptance).id, archive)
    #expect(try await store.attest(key, by: "ann", statement: "ticket 7", at: noon) == 3)
    let record = try await store.request(key.request)
    #expect(record.state == .completed && record.tasks[0].isByHand)
    #expect(try await store.results(of: key, limit: 9).map(\.verdict) == [.erased])
    for other in [key, try await mixedTask()] {
      let error = await #expect(throws: StoreError.self) {
        try await store.attest(other, by: "ann", statement: "ticket 7", at: noon)
      }
      #expect(error?.code == .wrongState)
    }
  }

  @Test func `ALM-10 finds a task done by hand as it was when its connector is enabled again`()
    async throws
  {
    let archive = ConnectorName("archive")
    var acceptance = Acceptance.of(3)
    acceptance.connectors = [ConnectorShare(archive, isByHand: true)]
    let id = try await store.accept(acceptance).id
    let disabled = ConnectorState.disabled(.administrator(note: "moving"), since: noon)
    try await store.setConnector(archive, to: disabled, by: "ann", at: noon)
    #expect(try await store.request(id).tasks[0].state == .blocked(.disabledByAdministrator))
    try await store.setConnector(archive, to: .enabled, by: "ann", at: noon)
    #expect(try await store.request(id).tasks[0].state == .needsAttention(.manualRecipient))
    #expect(try await store.attest(TaskKey(id, archive), by: "ann", statement: "7", at: noon) == 3)
  }

  @Test func `ends a request with exceptions by a waiver`() async throws {
    let key = try await mixedTask()
    _ = try await store.waive(key, by: "ann", reason: "vendor is gone", at: noon)
    #expect(try await store.request(key.request).state == .completedWithExceptions)
    #expect(try await store.ends() == ["request.completedWithExceptions"])
  }

  @Test func `is told of an end once`() async throws {
    let key = try await mixedTask()
    _ = try await store.waive(key, by: "ann", reason: "", at: noon)
    try await store.distribute(to: [], at: noon)
    #expect(try await store.notices(limit: 9).isEmpty)
  }

  @Test func `makes late answers meaningless by a waiver`() async throws {
    let key = try await mixedTask()
    _ = try await store.waive(key, by: "ann", reason: "vendor is gone", at: noon)
    await store.commit([.ended(key, 2..<3, .erased)])
    #expect(try await store.counts().staleAnswers == 1)
    #expect(try await store.request(key.request).tasks[0].tally.waived == 3)
  }

  @Test func `cannot waive a closed task`() async throws {
    let key = try await store.planned(1, by: 1)
    await store.commit([.ended(key, 0..<1, .erased)])
    let error = await #expect(throws: StoreError.self) {
      try await store.waive(key, by: "ann", reason: "", at: noon)
    }
    #expect(error?.code == .wrongState)
  }

  @Test func `cannot waive a task that does not exist`() async throws {
    let key = TaskKey(PurgeRequestID(bits: 4), mixpanel)
    let error = await #expect(throws: StoreError.self) {
      try await store.waive(key, by: "ann", reason: "", at: noon)
    }
    #expect(error?.code == .unknownTask)
  }

  @Test func `asks again for each person who needs a decision`() async throws {
    let key = try await mixedTask()
    #expect(try await store.retry(key, by: "ann", at: noon) == 2)
    let calls = try await store.load().calls
    #expect(calls.map(\.key.range) == [1..<2, 3..<4])
    #expect(try await store.request(key.request).tasks[0].state == .running)
  }

  @Test func `asks again for neighbours together, as many as the vendor takes`() async throws {
    let key = try await store.planned(6, by: 6)
    let verdicts = [Verdict.failed(.refused), .ambiguous]
    await store.commit([
      .ended(
        key, 0..<6,
        [CallSegment(0..<5, .settled(verdicts[0])), CallSegment(5..<6, .settled(verdicts[1]))])
    ])
    #expect(try await store.retry(key, peoplePerCall: 3, by: "ann", at: noon) == 6)
    #expect(try await store.load().calls.map(\.key.range) == [0..<3, 3..<5, 5..<6])
  }

  @Test func `sees which requests need somebody`() async throws {
    let key = try await store.planned(1, by: 1)
    #expect(try await !store.request(key.request).needsAttention)
    await store.commit([.ended(key, 0..<1, .ambiguous)])
    #expect(try await store.request(key.request).needsAttention)
  }

  @Test func `sees only open requests when asked for those`() async throws {
    let done = try await store.planned(1, by: 1)
    await store.commit([.ended(done, 0..<1, .erased)])
    let open = try await store.accept(.of(1)).id
    #expect(try await store.requests(limit: 9, openOnly: true).map(\.id) == [open])
  }

  @Test func `finds by a name under which requests a person was purged`() async throws {
    var fingerprints = try store.fingerprints()
    let known = try fingerprints.of(form: 1, "canary-0@example.org")
    let unknown = try fingerprints.of(form: 1, "nobody@example.org")
    var acceptance = Acceptance.of(1)
    acceptance.fingerprints = [known]
    let id = try await store.accept(acceptance).id
    #expect(try await store.purges(of: [known, unknown]) == [known: [id]])
  }

  @Test func `fails alone and leaves nothing when others share the transaction`() async throws {
    let gate = Gate()
    async let first: Void = store.writer.write { _ in gate.wait() }
    await gate.reached()
    async let bad: Bool? = try? store.writer.write { (transaction) throws(StoreError) -> Bool in
      try transaction.audit(AuditRecord(at: noon, actor: "eve", action: "half"))
      throw StoreError.wrong("test", "the job fails after it wrote")
    }
    async let good: Void = store.audit("note", by: "ann", at: noon)
    await store.writer.hasQueued(2)
    gate.open()
    try await first
    #expect(await bad == nil)
    try await good
    #expect(try await store.auditEntries(limit: 9).map(\.action) == ["note"])
  }
}
