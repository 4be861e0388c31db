import PurgeCore
import Testing

@testable import Store

@Suite struct `The engine's work` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  @Test func `is planned with people in the order of the range`() async throws {
    let id = try await store.accept(.of(1_100)).id
    let calls = await store.commit([
      .planned(TaskKey(id, mixpanel), [0..<500, 500..<1_100], at: noon)
    ])
    #expect(calls?.flatMap(\.people) == people(1_100))
    #expect(calls?.map(\.schedule.isHeld) == [true, true])
  }

  @Test func `exists once when it is planned twice`() async throws {
    let key = try await store.planned(4, by: 2)
    let again = await store.commit([.planned(key, [0..<2], at: noon)])
    #expect(again?.isEmpty == true)
    #expect(try await store.counts().stalePlans == 1)
    #expect(try await store.rowCount("SELECT COUNT(*) FROM call") == 2)
  }

  @Test func `is ignored when the answer is for no open call`() async throws {
    let key = try await store.planned(2, by: 2)
    await store.commit([.ended(key, 0..<1, .erased)])
    #expect(try await store.counts().staleAnswers == 1)
    #expect(try await store.request(key.request).tasks[0].tally == Tally())
    #expect(try await store.attempts(of: key, limit: 5).isEmpty)
  }

  @Test func `leaves an attempt that holds what support needs`() async throws {
    let key = try await store.planned(2, by: 2)
    await store.commit([.ended(key, 0..<2, .erased)])
    let attempts = try await store.attempts(of: key, limit: 5)
    #expect(attempts.map(\.call.range) == [0..<2])
    #expect(attempts.first?.evidence == ["x-request-id": "r1"])
  }

  @Test func `ends the request with its last answer`() async throws {
    let key = try await store.planned(4, by: 2)
    await store.commit([.ended(key, 0..<2, .erased)])
    #expect(try await store.request(key.request).state == .inProgress)
    await store.commit([.ended(key, 2..<4, .absent)])
    let request = try await store.request(key.request)
    #expect(request.state == .completed)
    #expect(request.ended == noon)
    #expect(try await store.ends() == ["request.completed"])
  }

  @Test func `joins results that touch and say the same`() async throws {
    let key = try await store.planned(9, by: 2)
    await store.commit([.ended(key, 2..<4, .erased), .ended(key, 0..<2, .erased)])
    await store.commit([.ended(key, 4..<6, .erased)])
    let results = try await store.results(of: key, limit: 9)
    #expect(results.map(\.range) == [0..<6])
  }

  @Test func `keeps one row for each exception`() async throws {
    let key = try await store.planned(4, by: 4)
    await store.commit([
      .ended(
        key, 0..<4,
        [
          CallSegment(0..<1, .settled(.erased)), CallSegment(1..<2, .settled(.ambiguous)),
          CallSegment(2..<4, .settled(.failed(.refused))),
        ])
    ])
    let exceptions = try await store.exceptions(of: key, limit: 9)
    #expect(exceptions.map(\.position) == [1, 2, 3])
    #expect(exceptions.map(\.verdict) == [.ambiguous, .failed(.refused), .failed(.refused)])
    #expect(try await store.request(key.request).tasks[0].state == .needsAttention(.refused))
  }

  @Test func `gives out a postponed call when it is due`() async throws {
    let key = try await store.planned(2, by: 2)
    let later = CallSchedule(due: noon + .minutes(1), attempts: 3, firstTried: noon)
    await store.commit([.ended(key, 0..<2, [CallSegment(0..<2, .again(later))])])
    let early = try await store.load()
    #expect(early.calls.isEmpty)
    #expect(early.nextDue == noon + .minutes(1))
    let call = try #require(try await store.load(at: noon + .minutes(1)).calls.first)
    #expect(call.schedule.attempts == 3)
    #expect(call.people == people(2))
    #expect(try await store.load(at: noon + .minutes(2)).calls.isEmpty)
  }

  @Test func `remembers a vendor's job`() async throws {
    let key = try await store.planned(2, by: 2)
    let phase = CallPhase.polling(job: "j-1", since: noon, giveUpAt: noon + .days(3))
    let later = CallSchedule(due: noon + .hours(1), phase: phase)
    await store.commit([.ended(key, 0..<2, [CallSegment(0..<2, .again(later))])])
    let task = try await store.request(key.request).tasks[0]
    #expect(task.state == .awaitingVendor)
    let call = try await store.load(at: noon + .hours(1)).calls.first
    #expect(call?.schedule.phase == phase)
  }

  @Test func `gives out again what was in hand when the process died`() async throws {
    let key = try await store.planned(2, by: 2)
    await store.close()
    let calls = try await world.open().load().calls
    #expect(calls.map(\.key) == [CallKey(key, 0..<2)])
  }

  @Test func `gives out again what the engine gave back`() async throws {
    let key = try await store.planned(2, by: 2)
    let held = CallSchedule(due: noon + .hours(1), isHeld: true)
    await store.commit([.ended(key, 0..<2, [CallSegment(0..<2, .again(held))])])
    await store.commit([.released([CallKey(key, 0..<2)])])
    #expect(try await store.load().calls.map(\.key.range) == [0..<2])
  }

  @Test func `tells when there is more than asked for`() async throws {
    let key = try await store.planned(3, by: 1)
    await store.commit([.released((0..<3).map { CallKey(key, $0..<($0 + 1)) })])
    let work = try await store.load(calls: 2)
    #expect(work.calls.count == 2)
    #expect(work.hasMore)
  }

  @Test func `comes by lane, then by deadline`() async throws {
    var lanes: [Lane] = [.bulk, .normal, .urgent]
    for (hour, lane) in lanes.enumerated() {
      var acceptance = Acceptance.of(1, accepted: noon + .hours(Int64(hour)))
      acceptance.lane = lane
      _ = try await store.accept(acceptance)
    }
    lanes.reverse()
    #expect(try await store.load().tasks.map(\.lane) == lanes)
  }
}
