import FoundationEssentials
import PurgeCore
import Testing

@testable import Store

@Suite struct `A replay` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  /// Four people who ended an hour apart at one connector, of a request that owes another something.
  private func done(
    _ verdicts: [Verdict] = [.erased, .absent, .erased, .accepted]
  ) async throws -> TaskKey {
    let key = try await store.planned(4, by: 1, at: [mixpanel, braze])
    for (place, verdict) in verdicts.enumerated() {
      await store.ended(key, place..<(place + 1), verdict, at: hour(place))
    }
    return key
  }

  private func hour(_ number: Int) -> Instant { noon + .hours(Int64(number)) }

  private func order(
    _ key: TaskKey, since: Int, plan: String = "p", sparing: [Int] = [], peoplePerCall: Int = 2
  ) -> ReplayOrder {
    ReplayOrder(
      at: key.connector, since: hour(since), plan: plan,
      parts: [.init(key.request, sparing: sparing)], peoplePerCall: peoplePerCall,
      reason: "the vendor said so", actor: "ann")
  }

  @Test func `opens a closed task for those who ended since`() async throws {
    let key = try await done()
    let replay = try await store.replay(order(key, since: 1), at: hour(9))
    #expect((replay.number, replay.requests, replay.people) == (1, 1, 3))
    let task = try await store.task(key)
    #expect(task.state == .running && task.tally.erased == 1 && task.open == 3)
    #expect(try await store.results(of: key, limit: 9).map(\.range) == [0..<1])
    let calls = try await store.load(at: hour(9)).calls
    #expect(calls.map(\.key.range) == [1..<3, 3..<4])
    try await store.checkLedgers()
  }

  @Test func `keeps what had come of them before`() async throws {
    let key = try await done()
    let replay = try await store.replay(order(key, since: 1), at: hour(9))
    let past = try await store.past(of: key)
    #expect(past.map(\.range) == [1..<2, 2..<3, 3..<4])
    #expect(past.map(\.verdict) == [.absent, .erased, .accepted])
    #expect(past.map(\.ended) == [hour(1), hour(2), hour(3)])
    var tally = Tally()
    (tally.erased, tally.absent, tally.accepted) = (1, 1, 1)
    #expect(
      try await store.replays(of: key.request)
        == [TaskReplay(key: key, replay: replay, tally: tally)])
  }

  @Test func `plans anew where everybody is asked for again`() async throws {
    let key = try await done()
    _ = try await store.replay(order(key, since: 0), at: hour(9))
    #expect(try await store.task(key).state == .queued)
    let work = try await store.load(at: hour(9))
    #expect(work.calls.isEmpty && work.tasks.map(\.plannedThrough) == [0])
    let calls = await store.commit([.planned(key, [0..<3, 3..<4], at: hour(9))], at: hour(9))
    #expect(calls?.map(\.replay) == [1, 1])
    try await store.checkLedgers()
  }

  @Test func `gives every call after it another name, at its connector only`() async throws {
    let key = try await store.planned(4, by: 1, at: [mixpanel, braze])
    await store.ended(key, 0..<1, .erased, at: hour(0))
    _ = try await store.replay(order(key, since: 0), at: hour(5))
    await store.commit([.planned(TaskKey(key.request, braze), [0..<4], at: hour(5))])
    await store.commit((1..<4).map { .released([CallKey(key, $0..<($0 + 1))]) }, at: hour(5))
    await store.commit([.released([CallKey(TaskKey(key.request, braze), 0..<4)])], at: hour(5))
    #expect(try await store.load(at: hour(6)).calls.map(\.replay) == [1, 1, 1, 1])
    #expect(try await store.load(braze, at: hour(6)).calls.map(\.replay) == [0])
  }

  @Test func `keeps its name when the vendor is asked once more`() async throws {
    let key = try await done()
    _ = try await store.replay(order(key, since: 1, peoplePerCall: 9), at: hour(5))
    let again = CallSegment(1..<3, .again(CallSchedule(due: hour(6), attempts: 1)))
    let refused = CallSegment(3..<4, .settled(.failed(.refused)))
    await store.commit([.ended(key, 1..<4, [again, refused], at: hour(5))], at: hour(5))
    _ = try await store.retry(key, by: "ann", at: hour(6))
    #expect(try await store.load(at: hour(6)).calls.map(\.replay) == [1, 1])
  }

  @Test func `keeps its request open until they have ended again`() async throws {
    let key = try await done()
    let other = TaskKey(key.request, braze)
    _ = try await store.replay(order(key, since: 1), at: hour(9))
    await store.commit([.planned(other, [0..<4], at: hour(9))], at: hour(9))
    await store.ended(other, 0..<4, .erased, at: hour(9))
    #expect(try await store.request(key.request).state == .inProgress)
    await store.ended(key, 1..<3, .erased, at: hour(10))
    await store.ended(key, 3..<4, .erased, at: hour(10))
    #expect(try await store.request(key.request).state == .completed)
    #expect(try await store.ends() == ["request.completed"])
    try await store.checkLedgers()
  }

  @Test func `leaves what is open as it is`() async throws {
    let key = try await store.planned(4, by: 1, at: [mixpanel, braze])
    await store.ended(key, 0..<1, .erased, at: hour(1))
    await store.ended(key, 1..<2, .ambiguous, at: hour(1))
    let replay = try await store.replay(order(key, since: 0), at: hour(2))
    #expect(replay.people == 1)
    let task = try await store.task(key)
    #expect(task.tally.ambiguous == 1 && task.open == 4)
    try await store.checkLedgers()
  }

  @Test func `asks nobody for whom nothing was sent or who was waived`() async throws {
    let key = try await done([.notApplicable, .erased, .notApplicable])
    _ = try await store.waive(key, by: "ann", reason: "r", at: hour(4))
    #expect(try await store.replayable(of: key, since: noon) == [1..<2])
    _ = try await store.replay(order(key, since: 0), at: hour(9))
    await store.ended(key, 1..<2, .erased, at: hour(9))
    let task = try await store.task(key)
    #expect(task.state == .waived && task.tally.notApplicable == 2 && task.tally.erased == 1)
  }

  @Test func `asks for whoever shares a row with somebody who ended since`() async throws {
    let key = try await done([.erased, .erased, .absent, .absent])
    #expect(try await store.replayable(of: key, since: hour(1)) == [0..<2, 2..<4])
    #expect(try await store.replayable(of: key, since: hour(2)) == [2..<4])
  }

  @Test func `spares people, whose results stay`() async throws {
    let key = try await done([.erased, .erased, .erased, .erased])
    let replay = try await store.replay(order(key, since: 1, sparing: [1]), at: hour(9))
    #expect(replay.people == 3)
    let results = try await store.results(of: key, limit: 9)
    #expect(results.map(\.range) == [1..<2] && results.map(\.ended) == [hour(3)])
    #expect(try await store.load(at: hour(9)).calls.map(\.key.range) == [0..<1, 2..<4])
    try await store.checkLedgers()
  }

  @Test func `is blocked where the connector is disabled, and goes on with it`() async throws {
    let key = try await done()
    let disabled = ConnectorState.disabled(.administrator(note: ""), since: noon)
    try await store.setConnector(mixpanel, to: disabled, by: "ann", at: noon)
    _ = try await store.replay(order(key, since: 1), at: hour(9))
    #expect(try await store.task(key).state == .blocked(.disabledByAdministrator))
    #expect(try await store.load(at: hour(9)).calls.isEmpty)
    try await store.setConnector(mixpanel, to: .enabled, by: "ann", at: hour(9))
    #expect(try await store.task(key).state == .running)
    #expect(try await store.load(at: hour(9)).calls.count == 2)
  }

  @Test func `is carried out once for each plan`() async throws {
    let key = try await done()
    let first = try await store.replay(order(key, since: 1), at: hour(5))
    await store.ended(key, 1..<3, .erased, at: hour(6))
    #expect(try await store.replay(order(key, since: 1), at: hour(7)) == first)
    #expect(try await store.task(key).open == 1)
    #expect(try await store.requests(of: first, limit: 9) == [key.request])
  }

  @Test func `stands in the audit trail`() async throws {
    let key = try await done()
    _ = try await store.replay(order(key, since: 1), at: hour(5))
    let entries = try await store.auditEntries(limit: 99).suffix(2)
    #expect(entries.map(\.action) == ["task.replayed", "connector.replayed"])
    #expect(
      entries.last?.detail
        == "3 people of 1 requests, restored as of 2023-11-14T23:13:20.000Z: the vendor said so")
  }

  @Test func `cannot reach people of a request that ended, and counts them`() async throws {
    let key = try await done()
    _ = try await store.waive(TaskKey(key.request, braze), by: "ann", reason: "r", at: hour(4))
    #expect(try await store.replayable(at: mixpanel, since: hour(1)).isEmpty)
    let forgotten = try await store.forgotten(at: mixpanel, since: hour(1))
    #expect((forgotten.requests, forgotten.people, forgotten.isComplete) == (1, 3, true))
    #expect(try await store.forgotten(at: mixpanel, since: hour(4)).people == 0)
    let error = await #expect(throws: StoreError.self) {
      try await store.replay(order(key, since: 1), at: hour(9))
    }
    #expect(error?.code == .wrongState)
    #expect(try await store.replays(at: mixpanel, limit: 9).isEmpty)
  }

  @Test func `says when it did not count all who cannot be reached`() async throws {
    for _ in 0..<2 {
      let key = try await store.planned(1, by: 1)
      await store.ended(key, 0..<1, .erased, at: hour(1))
    }
    let forgotten = try await store.forgotten(at: mixpanel, since: noon, limit: 1, page: 1)
    #expect((forgotten.requests, forgotten.isComplete) == (1, false))
    #expect(try await store.forgotten(at: mixpanel, since: noon, limit: 2, page: 1).requests == 2)
  }

  @Test func `finds the open requests page by page`() async throws {
    var keys: [TaskKey] = []
    for _ in 0..<3 { keys.append(try await done()) }
    let shares = try await store.replayable(at: mixpanel, since: hour(2), page: 2)
    #expect(Set(shares.map(\.request)) == Set(keys.map(\.request)))
    #expect(shares.map(\.people) == [2, 2, 2])
  }

  @Test func `1 is there after a death, whole`() async throws {
    let key = try await done()
    _ = try await store.replay(order(key, since: 1), at: hour(5))
    await store.close()
    let again = try world.open()
    #expect(try await again.load(at: hour(5)).calls.map(\.replay) == [1, 1])
    #expect(try await again.past(of: key).count == 3)
    try await again.checkLedgers()
  }

  @Test func `13 comes to a database that was made without it`() async throws {
    let old = try World()
    let task = try old.makeBeforeReplays()
    let store = try old.open()
    #expect(try await store.replayable(at: mixpanel, since: noon).map(\.people) == [1])
    let replay = try await store.replay(order(task, since: 0), at: hour(1))
    #expect(replay.people == 1)
    #expect(try await store.task(task).state == .queued)
    #expect(try await store.request(task.request).state == .inProgress)
  }
}

extension World {
  /// Makes a database of the version before replays, with one settled task of an open request.
  fileprivate func makeBeforeReplays() throws -> TaskKey {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: folder + "/hub.sqlite"))
    let connection = try Connection(path: folder + "/hub.sqlite")
    try connection.execute("BEGIN IMMEDIATE")
    try Schema.bring(connection, by: Array(Schema.steps.prefix(4)))
    try connection.execute(
      """
      INSERT INTO request(id, state, lane, purpose, total, accepted_at, deadline, open_tasks, actor)
      VALUES (5, 'inProgress', 1, 'dataHygiene', 1, 7, 9, 1, 'ann');
      INSERT INTO task VALUES (5, 'mixpanel', 1, 1, 'completed', NULL, NULL, 1, 0, 0, 0, 0, 0, 0, 0,
        0, 1, 7, 9, 1, 0, 0);
      INSERT INTO task_result VALUES (5, 'mixpanel', 0, 1, 1, 1700000000001);
      COMMIT
      """)
    connection.close()
    return TaskKey(PurgeRequestID(bits: 5), mixpanel)
  }
}

extension Store {
  /// Ends a call at an instant.
  fileprivate func ended(
    _ key: TaskKey, _ range: Range<Int>, _ verdict: Verdict, at instant: Instant
  ) async {
    let segment = CallSegment(range, .settled(verdict))
    await commit([.ended(key, range, [segment], at: instant)], at: instant)
  }

  /// The results that replays took back.
  fileprivate func past(of key: TaskKey) async throws -> [TaskResult] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.rows(
        """
        SELECT first, people, verdict, ended_at FROM past_result
        WHERE request = \(key.request) AND connector = \(key.connector) ORDER BY replay, first
        """
      ) { (row) throws(StoreError) in try TaskResult(row) }
    }
  }
}
