import HTTPTypes
import PurgeCore
import Testing

@Suite struct `Sending` {
  @Test func `plans, sends, and records a request to its end`() throws {
    var world = World.make()
    let key = world.submit(3)
    #expect(world.inAir.count == 3)
    for _ in 0..<3 { world.answer(200) }
    #expect(try #require(world.leg(key)).task.state == .completed)
    #expect(world.engine.isQuiet)
  }

  @Test func `BZ-02 fifty-one people travel in two calls`() {
    var traits = ConnectorTraits()
    traits.peoplePerCall = 50
    var world = World.make(traits)
    world.submit(51)
    #expect(world.inAir.map(\.key.range) == [0..<50, 50..<51])
  }

  @Test func `tries a failed call again after a while`() throws {
    var world = World.make()
    let key = world.submit(1)
    world.answer(503)
    #expect(world.inAir.isEmpty)
    world.pass(.seconds(5))
    #expect(world.inAir.count == 1)
    world.answer(200)
    #expect(try #require(world.leg(key)).attempts.map(\.number) == [1, 2])
  }

  @Test func `SF-14 asks for tasks when a waiting request starts`() throws {
    var engine = Engine(policy: EnginePolicy(), seed: 1)
    let (name, start) = (World.connector, World.start + .hours(1))
    _ = engine.handle(
      .connectorChanged(name, ScriptedBehaviour(), .enabled), at: World.start)
    _ = engine.handle(
      .loaded(LoadedWork(connector: name, calls: [], tasks: [], nextDue: start, hasMore: false)),
      at: World.start)
    let loads = engine.handle(.tick, at: start).compactMap { effect in
      if case .load(_, let calls, let tasksPerLane) = effect { (calls, tasksPerLane) } else { nil }
    }
    let (calls, tasksPerLane) = try #require(loads.first)
    #expect(calls > 0)
    #expect(tasksPerLane > 0)
  }

  @Test func `makes the answers of one turn durable together`() {
    var engine = Engine(seed: 1)
    let (name, now) = (World.connector, World.start)
    _ = engine.handle(.connectorChanged(name, ScriptedBehaviour(), .enabled), at: now)
    let calls = (0..<3).map(Self.dueCall)
    let work = LoadedWork(connector: name, calls: calls, tasks: [], nextDue: nil, hasMore: false)
    _ = engine.handle(.loaded(work), at: now)
    let answers = calls.map { Event.answered($0.key, .success(HTTPResponse(200))) }
    let batches = engine.handle(answers, at: now).compactMap { effect in
      if case .commit(_, let changes) = effect { changes.count } else { nil }
    }
    #expect(batches == [3])
  }

  @Test func `does not ask the store again and again with a full hand`() {
    var traits = ConnectorTraits()
    traits.concurrent = 1
    var engine = Engine(seed: 1)
    let (name, now) = (World.connector, World.start)
    _ = engine.handle(
      .connectorChanged(name, ScriptedBehaviour(traits: traits), .enabled), at: now)
    let work = LoadedWork(
      connector: name, calls: (0..<3).map(Self.dueCall), tasks: [], nextDue: now, hasMore: false)
    let effects = engine.handle(.loaded(work), at: now)
    #expect(!effects.contains { if case .load = $0 { true } else { false } })
  }

  private static func dueCall(_ position: Int) -> Call {
    let task = TaskKey(PurgeRequestID(bits: 1), World.connector)
    return Call(
      CallKey(task, position..<position + 1), people: [ModelStore.person(position)],
      schedule: CallSchedule(due: World.start), requestedAt: World.start,
      deadline: World.start + .days(30), lane: .normal)
  }

  @Test func `asks to erase once more when the vendor gives a job up`() throws {
    var world = World.make()
    let key = world.submit(1)
    world.answer(202)
    world.pass(.hours(1))
    world.answer(207, body: "r")
    let row = try #require(world.leg(key)?.rows[0])
    #expect(row.schedule.phase == .erasing)
  }

  @Test func `goes on after a plan that was made and reported as failed`() throws {
    var world = World.make()
    world.holdsBatches = true
    world.submit(1)
    let batch = try #require(world.pendingBatches.first)
    _ = world.store.apply(batch.changes)
    world.holdsBatches = false
    world.hear(.commitFailed(batch.id))
    world.pass(.seconds(1))
    #expect(world.inAir.count == 1)
  }
}
