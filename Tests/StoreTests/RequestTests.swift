import PurgeCore
import Testing

@testable import Store

@Suite struct `An accepted request` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  @Test func `is there after the process is gone`() async throws {
    let id = try await store.accept(.of(3)).id
    await store.close()
    let again = try world.open()
    #expect(try await again.request(id).total == 3)
  }

  @Test func `has a queued task for each connector`() async throws {
    let id = try await store.accept(.of(3, at: [mixpanel, braze])).id
    let tasks = try await store.request(id).tasks
    #expect(tasks.map(\.key.connector) == [braze, mixpanel])
    #expect(tasks.allSatisfy { $0.state == .queued && $0.open == 3 })
  }

  @Test func `is the same for the same key and body`() async throws {
    var acceptance = Acceptance.of(1)
    acceptance.idempotency = IdempotencyKey("k", digest: [1])
    let first = try await store.accept(acceptance)
    let second = try await store.accept(acceptance)
    #expect(second == Accepted(id: first.id, isNew: false))
  }

  @Test func `S13 is one, however many ask for it at once`() async throws {
    var acceptance = Acceptance.of(1)
    acceptance.idempotency = IdempotencyKey("k", digest: [1])
    let ids = try await withThrowingTaskGroup(of: Accepted.self) { [acceptance] group in
      for _ in 0..<20 { group.addTask { try await store.accept(acceptance) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(ids.map(\.id)).count == 1)
    #expect(ids.filter(\.isNew).count == 1)
    #expect(try await store.requests(limit: 9).count == 1)
  }

  @Test func `is refused for the same key with another body`() async throws {
    var acceptance = Acceptance.of(1)
    acceptance.idempotency = IdempotencyKey("k", digest: [1])
    _ = try await store.accept(acceptance)
    acceptance.idempotency = IdempotencyKey("k", digest: [2])
    let error = await #expect(throws: StoreError.self) { try await store.accept(acceptance) }
    #expect(error?.code == .idempotencyConflict)
  }

  @Test func `is refused when it names nobody`() async throws {
    let error = await #expect(throws: StoreError.self) { try await store.accept(.of(0)) }
    #expect(error?.code == .wrongState)
  }

  @Test func `is unknown when nobody made it`() async throws {
    let error = await #expect(throws: StoreError.self) {
      try await store.request(PurgeRequestID(bits: 5))
    }
    #expect(error?.code == .unknownRequest)
  }

  @Test func `ends at once when no connector knows anybody`() async throws {
    var acceptance = Acceptance.of(700)
    acceptance.connectors = [ConnectorShare(mixpanel, isNotApplicable: true)]
    let request = try await store.request(store.accept(acceptance).id)
    #expect(request.state == .completed)
    #expect(request.tasks.map(\.state) == [.notApplicable])
    let results = try await store.results(of: request.tasks[0].key, limit: 9)
    #expect(results.map(\.range) == [0..<700])
  }

  @Test func `is listed newest first, a page at a time`() async throws {
    var ids: [PurgeRequestID] = []
    for minute in 0..<5 {
      ids.append(try await store.accept(.of(1, accepted: noon + .minutes(Int64(minute)))).id)
    }
    let first = try await store.requests(limit: 2)
    let second = try await store.requests(after: first.last.map { RequestCursor($0) }, limit: 9)
    #expect((first + second).map(\.id) == ids.reversed())
  }
}

@Suite struct `A waiting request` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  @Test func `is not planned before its time`() async throws {
    let id = try await store.accept(.of(1, startAt: noon + .hours(1))).id
    let early = try await store.load()
    #expect(early.tasks.isEmpty)
    #expect(early.nextDue == noon + .hours(1))
    #expect(try await store.request(id).state == .pending)
  }

  @Test func `starts with the first load after its time`() async throws {
    let id = try await store.accept(.of(1, startAt: noon + .hours(1))).id
    let work = try await store.load(at: noon + .hours(1))
    #expect(work.tasks.map(\.key.request) == [id])
    #expect(try await store.request(id).state == .inProgress)
  }

  @Test func `can be released early`() async throws {
    let id = try await store.accept(.of(1, startAt: noon + .hours(1))).id
    #expect(try await store.release(id, by: "ann", at: noon) == [mixpanel])
    #expect(try await store.load().tasks.count == 1)
  }

  @Test func `can be cancelled and then names nobody`() async throws {
    var acceptance = Acceptance.of(1, startAt: noon + .hours(1))
    var fingerprints = try store.fingerprints()
    let print = try fingerprints.of(form: 1, "canary-0@example.org")
    acceptance.fingerprints = [print]
    let id = try await store.accept(acceptance).id
    let outcome = try await store.cancel(id, by: "ann", reason: "mistake", at: noon)
    #expect(outcome == .cancelled([mixpanel]))
    #expect(try await store.request(id).state == .cancelled)
    #expect(try await store.purges(of: [print]).isEmpty)
    #expect(try await store.rowCount("SELECT COUNT(*) FROM subject") == 0)
  }

  @Test func `cannot be cancelled once it started`() async throws {
    let id = try await store.accept(.of(1)).id
    let outcome = try await store.cancel(id, by: "ann", reason: "late", at: noon)
    #expect(outcome == .tooLate(try await store.request(id)))
  }
}

extension Store {
  /// The number a counting statement answers.
  func rowCount(_ sql: SQL) async throws -> Int {
    try await readers.read { (connection) throws(StoreError) in
      try connection.first(sql) { (row) throws(StoreError) in row.integer(0) } ?? -1
    }
  }
}

@Suite struct `A large request` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  private func large() throws -> Acceptance {
    var acceptance = Acceptance.of(20_000)
    var fingerprints = try store.fingerprints()
    acceptance.fingerprints = try acceptance.subjects.map {
      try fingerprints.of(form: 1, $0.identities[0].value)
    }
    return acceptance
  }

  @Test func `is written in slices and read as one`() async throws {
    let acceptance = try large()
    let id = try await store.accept(acceptance).id
    let last = try #require(acceptance.fingerprints.last)
    #expect(try await store.purges(of: [last]) == [last: [id]])
    let calls = await store.commit([.planned(TaskKey(id, mixpanel), [0..<20_000], at: noon)])
    #expect(calls?.first?.people == Array(acceptance.subjects))
  }

  @Test func `leaves nothing when it came before`() async throws {
    var acceptance = try large()
    acceptance.idempotency = IdempotencyKey("k", digest: [1])
    _ = try await store.accept(acceptance)
    #expect(try await !store.accept(acceptance).isNew)
    #expect(try await store.rowCount("SELECT COUNT(*) FROM subject") == 40)
    #expect(try await store.rowCount("SELECT COUNT(*) FROM tombstone") == 20_000)
  }

  @Test func `is swept when the process died between its slices`() async throws {
    let large = try large()
    _ = try await store.stage(large.subjects, large.fingerprints)
    await store.close()
    let again = try world.open()
    #expect(try await again.rowCount("SELECT COUNT(*) FROM subject") == 0)
    #expect(try await again.rowCount("SELECT COUNT(*) FROM tombstone") == 0)
    #expect(try await again.rowCount("SELECT COUNT(*) FROM staged") == 0)
  }
}
