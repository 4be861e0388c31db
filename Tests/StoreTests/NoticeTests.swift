import PurgeCore
import Testing

@testable import Store

@Suite struct `A notice` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  private func kinds() async throws -> [String] {
    try await store.notices(limit: 999).map(\.kind)
  }

  @Test func `OS-13 is left with the request it tells of`() async throws {
    let id = try await store.accept(.of(1)).id
    let notice = try #require(try await store.notices(limit: 9).first)
    #expect(notice.kind == "request.accepted")
    #expect(notice.request == id)
    #expect(notice.at == noon)
  }

  @Test func `is not left twice by one idempotency key`() async throws {
    var acceptance = Acceptance.of(1)
    acceptance.idempotency = IdempotencyKey("k", digest: [1])
    for _ in 0..<2 { _ = try await store.accept(acceptance) }
    #expect(try await kinds() == ["request.accepted"])
  }

  @Test func `ALM-19 tells of an end once, also after a restart`() async throws {
    let key = try await store.planned(1, by: 1)
    for _ in 0..<2 { await store.commit([.ended(key, 0..<1, .erased)]) }
    await store.close()
    let again = try world.open()
    #expect(try await again.ends() == ["request.completed"])
  }

  @Test func `tells that a task came to need a person, and which one`() async throws {
    let key = try await store.planned(2, by: 1)
    await store.commit([.ended(key, 0..<1, .erased), .ended(key, 1..<2, .ambiguous)])
    let notice = try #require(try await store.notices(limit: 9).last)
    #expect(notice.kind == "request.needsAttention")
    #expect(notice.connector == mixpanel)
    #expect(notice.code == .ambiguous)
  }

  @Test func `tells of a connector that stops and goes on, once each`() async throws {
    let off = ConnectorState.disabled(.administrator(note: "canary-note"), since: noon)
    for state in [.enabled, off, off, .degraded(since: noon), .enabled] {
      try await store.setConnector(braze, to: state, by: "ann", at: noon)
    }
    #expect(try await kinds() == ["connector.disabled", "connector.enabled"])
  }

  @Test func `tells of a connector that names a purged person, and whose request it was`()
    async throws
  {
    var acceptance = Acceptance.of(1)
    acceptance.references = [ConnectorReferences(braze, [])]
    let id = try await store.accept(acceptance).id
    let notice = try #require(
      try await store.notices(limit: 9).first { $0.kind == "connector.disabled" })
    #expect(notice.request == id)
    #expect(notice.code == .referencesPurgedUser)
  }

  @Test func `is not left when its transaction fails`() async throws {
    try await store.writer.between { (desk) throws(StoreError) in
      try desk.connection.execute("PRAGMA max_page_count = 1")
    }
    await #expect(throws: StoreError.self) { try await store.accept(.of(5_000)) }
    #expect(try await kinds().isEmpty)
  }
}

@Suite struct `A request's time` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  private func marks() async throws -> [Int] {
    try await store.notices(limit: 999).compactMap { NoticeKind(rawValue: $0.kind)?.mark }
  }

  private static let told: [(days: Int64, told: [Int])] = [
    (14, []), (15, [50]), (22, [50]), (23, [50, 75]), (27, [50, 75, 90]),
    (30, [50, 75, 90, 100]), (90, [50, 75, 90, 100]),
  ]

  @Test(arguments: told)
  func `ALM-53 L7 has marks that are told of, each one`(days: Int64, told: [Int]) async throws {
    _ = try await store.accept(.of(1))
    _ = try await store.tellDeadlines(at: noon + .days(days))
    #expect(try await marks() == told)
  }

  @Test func `L7 is told of once, however often somebody looks`() async throws {
    _ = try await store.accept(.of(1))
    for day in 0..<40 as Range<Int64> { _ = try await store.tellDeadlines(at: noon + .days(day)) }
    #expect(try await marks() == [50, 75, 90, 100])
  }

  @Test func `says when to look again`() async throws {
    _ = try await store.accept(.of(1))
    #expect(try await store.tellDeadlines(at: noon) == noon + .days(15))
    #expect(try await store.tellDeadlines(at: noon + .days(16)) == noon + .hours(540))
    #expect(try await store.tellDeadlines(at: noon + .days(31)) == nil)
  }

  @Test func `is of no matter when it has ended`() async throws {
    let key = try await store.planned(1, by: 1)
    await store.commit([.ended(key, 0..<1, .erased)])
    #expect(try await store.tellDeadlines(at: noon + .days(31)) == nil)
    #expect(try await marks().isEmpty)
  }

  @Test func `is looked at for more requests than one transaction takes`() async throws {
    for _ in 0..<3 { _ = try await store.accept(.of(1)) }
    for count in [2, 1, 0] {
      let told = try await store.writer.write { (transaction) throws(StoreError) in
        try transaction.tellDeadlines(upTo: 2, at: noon + .days(31))
      }
      #expect(told == count)
    }
    #expect(try await marks().count == 3 * 4)
  }
}

@Suite struct `A delivery` {
  let world: World
  let store: Store
  let everything = NoticeSubscriber("one", wanting: Set(NoticeKind.allCases))

  init() throws {
    world = try World()
    store = try world.open()
  }

  private func owed(_ name: String = "one") async throws -> NoticeDelivery? {
    try await store.nextDelivery(to: name)
  }

  @Test func `is made for who wants the notice`() async throws {
    let ends = NoticeSubscriber("two", wanting: [.requestCompleted])
    try await store.subscribe(["one", "two"])
    _ = try await store.accept(.of(1))
    try await store.distribute(to: [everything, ends], at: noon)
    #expect(try await owed()?.notice.kind == "request.accepted")
    #expect(try await owed("two") == nil)
  }

  @Test func `is made once`() async throws {
    try await store.subscribe(["one"])
    _ = try await store.accept(.of(1))
    #expect(try await store.distribute(to: [everything], at: noon))
    #expect(try await !store.distribute(to: [everything], at: noon))
    #expect(try await store.countWaiting(for: "one") == 1)
  }

  @Test func `is not made of what happened before somebody listened`() async throws {
    _ = try await store.accept(.of(1))
    try await store.subscribe(["one"])
    try await store.distribute(to: [everything], at: noon)
    #expect(try await owed() == nil)
  }

  @Test func `is not made of what happened while somebody was away`() async throws {
    try await store.subscribe(["one"])
    try await store.subscribe([])
    _ = try await store.accept(.of(1))
    try await store.subscribe(["one"])
    try await store.distribute(to: [everything], at: noon)
    #expect(try await owed() == nil)
  }

  @Test func `tells of states, counts and codes, and names nobody`() async throws {
    try await store.subscribe(["one"])
    let key = try await store.planned(3, by: 3)
    await store.commit([.ended(key, 0..<3, .erased)])
    try await store.distribute(to: [everything], at: noon)
    let texts = try await store.outbox(before: nil, limit: 9).flatMap(\.deliveries).map(\.payload)
    let taken = try #require(try await owed())
    let end = try #require(texts.first { $0.contains(#""type":"request.completed""#) })
    #expect(end.contains(#""erased":3"#))
    #expect(end.contains(key.request.description))
    #expect(!texts.joined().contains("canary"))
    #expect(!texts.joined().contains("ann"))
    try await store.record(.delivered(status: 200), of: taken, at: noon)
    let left = try await store.outbox(before: nil, limit: 9).flatMap(\.deliveries)
    #expect(left.filter { $0.payload.isEmpty }.map(\.notice) == [taken.notice])
  }

  @Test func `names no note of an administrator`() async throws {
    try await store.subscribe(["one"])
    let off = ConnectorState.disabled(.administrator(note: "canary-note"), since: noon)
    try await store.setConnector(braze, to: off, by: "ann", at: noon)
    try await store.distribute(to: [everything], at: noon)
    #expect(try await owed()?.payload.contains("canary") == false)
  }

  @Test func `is tried again when it is due, others before it`() async throws {
    try await store.subscribe(["one"])
    for _ in 0..<2 { _ = try await store.accept(.of(1)) }
    try await store.distribute(to: [everything], at: noon)
    let first = try #require(try await owed())
    try await store.record(
      .again(at: noon + .hours(1), Code(8003), status: 500), of: first, at: noon)
    #expect(try await owed()?.notice.sequence != first.notice.sequence)
    try await store.record(.delivered(status: 200), of: try #require(try await owed()), at: noon)
    let left = try #require(try await owed())
    #expect(left.due == noon + .hours(1))
    #expect(left.attempts == 1)
    #expect(left.status == 500)
  }

  @Test func `that failed is listed until a person has it tried again`() async throws {
    try await store.subscribe(["one"])
    _ = try await store.accept(.of(1))
    try await store.distribute(to: [everything], at: noon)
    try await store.record(
      .failed(Code(8002), status: 410), of: try #require(try await owed()), at: noon)
    #expect(try await owed() == nil)
    #expect(try await store.failedDeliveries(before: nil, limit: 9).count == 1)
    #expect(try await store.retryNotices(nil, by: "ann", at: noon) == 1)
    #expect(try await store.failedDeliveries(before: nil, limit: 9).isEmpty)
    #expect(try await owed()?.attempts == 0)
  }

  @Test func `is given up when it is owed for too long`() async throws {
    try await store.subscribe(["one"])
    _ = try await store.accept(.of(1))
    try await store.distribute(to: [everything], at: noon)
    let early = try await store.giveUp(
      on: "one", owedSince: noon + .seconds(-1), Code(8001), at: noon)
    #expect(early == 0)
    #expect(try await store.giveUp(on: "one", owedSince: noon, Code(8001), at: noon) == 1)
    #expect(try await owed() == nil)
  }

  @Test func `is given up when nobody is told there any more, after a while`() async throws {
    try await store.subscribe(["one"])
    _ = try await store.accept(.of(1))
    try await store.distribute(to: [everything], at: noon)
    let gone = Code.noticeDestinationGone
    try await store.giveUp(onAllBut: ["one"], owedSince: noon, gone, at: noon)
    try await store.giveUp(onAllBut: [], owedSince: noon + .seconds(-1), gone, at: noon)
    #expect(try await owed() != nil)
    try await store.giveUp(onAllBut: [], owedSince: noon, gone, at: noon)
    #expect(try await store.failedDeliveries(before: nil, limit: 9).map(\.code) == [gone])
  }

  @Test func `is heard of as soon as its notice is on the disk`() async throws {
    let gate = Gate()
    try await store.whenNoticeIsLeft { gate.open() }
    _ = try await store.accept(.of(1))
    gate.wait()
  }
}

@Suite struct `A database made before notices had deliveries` {
  @Test func `13 54 keeps its requests, and tells of the marks they have passed`() async throws {
    let world = try World()
    try old(world)
    let store = try world.open()
    _ = try await store.tellDeadlines(at: noon + .days(23))
    let kinds = try await store.notices(limit: 9).map(\.kind)
    #expect(kinds == ["request.completed", "request.deadline.50", "request.deadline.75"])
    #expect(try await store.request(PurgeRequestID(bits: 7)).state == .inProgress)
  }

  /// A database of the first version with an open request, and one that ended.
  private func old(_ world: World) throws {
    let folder = try DataFolder(world.folder)
    let connection = try Connection(path: folder.database)
    try connection.execute("BEGIN IMMEDIATE")
    try Schema.bring(connection, by: Array(Schema.steps.prefix(1)))
    try connection.execute(
      """
      INSERT INTO request(id, state, lane, purpose, regulation, total, accepted_at, deadline,
        open_tasks, actor, ended_at) VALUES
        (7, 'inProgress', 1, 'erasure', 'gdpr', 1, 1700000000000, 1702592000000, 1, 'ann', NULL),
        (8, 'completed', 1, 'erasure', 'gdpr', 1, 1700000000000, 1702592000000, 0, 'ann',
          1700000000000);
      INSERT INTO outbox VALUES (1, 'request.completed', 8, 1700000000000, '', 0);
      COMMIT
      """)
    connection.close()
    folder.unlock()
  }
}
