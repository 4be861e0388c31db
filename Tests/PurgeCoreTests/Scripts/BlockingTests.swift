import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A rejected credential` {
  private func make(_ people: Int, concurrent: Int = 2) -> (world: World, key: TaskKey) {
    var traits = ConnectorTraits()
    traits.concurrent = concurrent
    var world = World.make(traits)
    world.configure(traits, World.other)
    let key = world.submit(people)
    return (world, key)
  }

  @Test(arguments: [401, 403])
  func `BZ-07 disables the connector`(status: Int) {
    var (world, _) = make(5)
    world.answer(status)
    let state = ConnectorState.disabled(.credentialRejected(status: status), since: world.now)
    #expect(world.view?.state == state)
    #expect(world.store.states[World.connector] == state)
    #expect(world.notices == [.connector(World.connector, state)])
  }

  @Test func `BZ-07 is not asked about again`() {
    var (world, _) = make(50, concurrent: 1)
    world.live(.days(10)) { _ in 401 }
    #expect(world.sent.count == 1)
  }

  @Test func `BZ-07 fails nobody`() throws {
    var (world, key) = make(50)
    world.live(.days(10)) { _ in 403 }
    let leg = try #require(world.leg(key))
    #expect(leg.results.isEmpty)
    #expect(leg.task.state == .blocked(.credentialRejected))
    #expect(leg.rows.values.allSatisfy { $0.schedule.attempts == 0 })
  }

  @Test func `gives every call back to the store`() throws {
    var (world, key) = make(50)
    world.answerAll(401)
    #expect(try #require(world.leg(key)).rows.values.allSatisfy { !$0.schedule.isHeld })
    #expect(world.engine.isQuiet)
  }

  @Test func `BZ-07 stops no other connector`() {
    var (world, _) = make(5)
    world.answer(401)
    world.submit(2, World.other)
    world.answer(200, of: World.other)
    #expect(world.engine.connector(World.other)?.state == .enabled)
    #expect(world.inAir.filter { $0.key.task.connector == World.other }.count == 1)
  }

  @Test func `records what was in the air`() throws {
    var (world, key) = make(5)
    world.answer(401)
    world.answer(200)
    #expect(try #require(world.leg(key)).task.tally.erased == 1)
  }

  @Test func `is forgotten when a person enables the connector`() throws {
    var (world, key) = make(50)
    world.answerAll(401)
    world.configure()
    world.live(.hours(1))
    #expect(try #require(world.leg(key)).task.state == .completed)
  }

  @Test func `is told from an answer that only shows bad settings`() {
    var (world, _) = make(1)
    world.answer(301)
    guard case .disabled(.configurationInvalid(let sentences), _)? = world.view?.state else {
      Issue.record("not disabled")
      return
    }
    #expect(sentences == ["vendor: the vendor answered with status 301, code 4005."])
  }

  @Test func `says nothing about a revision that came meanwhile`() {
    var (world, _) = make(1)
    world.configure()
    world.answer(401)
    #expect(world.view?.state == .enabled)
  }
}

@Suite struct `A disabled connector` {
  private func make(_ people: Int) -> (world: World, key: TaskKey) {
    var traits = ConnectorTraits()
    traits.concurrent = 2
    var world = World.make(traits)
    let key = world.submit(people)
    return (world, key)
  }

  @Test func `S7 sends nothing more, and ends what is in the air`() throws {
    var (world, key) = make(9)
    world.disable()
    world.live(.days(1))
    #expect(world.sent.count == 2)
    #expect(try #require(world.leg(key)).task.tally.erased == 2)
  }

  @Test func `gives back what it held`() throws {
    var (world, key) = make(9)
    let held = try #require(world.view).held
    world.disable()
    let rows = try #require(world.leg(key)).rows.values
    #expect(held > 0)
    #expect(rows.filter(\.schedule.isHeld).count == 2)
    #expect(world.view?.held == 0)
  }

  @Test func `L2 goes on when it is enabled, with one call at first`() throws {
    var (world, key) = make(9)
    world.disable()
    world.answerAll(200)
    world.configure()
    #expect(world.inAir.count == 1)
    world.live(.seconds(1))
    #expect(try #require(world.leg(key)).task.state == .completed)
  }

  @Test func `continues no exchange of an older revision`() throws {
    var world = World.make(exchanges: 3)
    let key = world.submit(1)
    world.answer(200)
    world.configure(exchanges: 3)
    world.answer(200)
    #expect(world.inAir.map(\.request.url) == ["https://vendor.example/0-1/0"])
    #expect(try #require(world.leg(key)).attempts.isEmpty)
  }

  @Test func `is asked for nothing`() {
    var (world, _) = make(0)
    world.disable()
    let loads = world.loads.count
    world.submit(3)
    world.live(.days(1))
    #expect(world.loads.count == loads)
  }
}

@Suite struct `A withdrawn task` {
  @Test func `is not sent for any more`() {
    var traits = ConnectorTraits()
    traits.concurrent = 2
    var world = World.make(traits)
    let key = world.submit(9)
    world.store.waive(key)
    world.hear(.withdrawn([key]))
    world.live(.days(1))
    #expect(world.sent.count == 2)
    #expect(world.engine.isQuiet)
  }

  @Test func `goes no further than its present exchange`() {
    var world = World.make(exchanges: 3)
    let key = world.submit(1)
    world.store.waive(key)
    world.hear(.withdrawn([key]))
    world.answer(200)
    #expect(world.inAir.isEmpty)
    #expect(world.engine.inFlight == 0)
  }

  @Test func `is not sent for by calls that a load still brings`() {
    let name = World.connector
    var engine = Engine(seed: 1)
    _ = engine.handle(.connectorChanged(name, ScriptedBehaviour(), .enabled), at: World.start)
    let task = TaskKey(PurgeRequestID(bits: 1), name)
    _ = engine.handle(.withdrawn([task]), at: World.start)
    let call = Call(
      CallKey(task, 0..<1), people: [ModelStore.person(0)],
      schedule: CallSchedule(due: World.start, isHeld: true), requestedAt: World.start,
      deadline: World.start + .days(30), lane: .normal)
    let work = LoadedWork(connector: name, calls: [call], tasks: [], nextDue: nil, hasMore: false)
    _ = engine.handle(.loaded(work), at: World.start)
    #expect(engine.inFlight == 0)
  }

  @Test func `leaves other tasks alone`() throws {
    var traits = ConnectorTraits()
    traits.concurrent = 1
    var world = World.make(traits)
    let (gone, kept) = (world.submit(9), world.submit(9))
    world.store.waive(gone)
    world.hear(.withdrawn([gone]))
    world.live(.hours(1))
    #expect(try #require(world.leg(kept)).task.state == .completed)
  }
}

@Suite struct `Draining` {
  private func make(_ people: Int) -> (world: World, key: TaskKey) {
    var traits = ConnectorTraits()
    traits.concurrent = 2
    var world = World.make(traits)
    let key = world.submit(people)
    return (world, key)
  }

  @Test func `S21 ends when the last answer is durable`() {
    var (world, _) = make(9)
    world.hear(.drain)
    world.answer(200)
    #expect(!world.notices.contains(.drained))
    world.holdsBatches = true
    world.answer(200)
    #expect(!world.notices.contains(.drained))
    world.commitPending()
    #expect(world.notices == [.drained])
  }

  @Test func `S21 sends nothing new, and gives everything back`() throws {
    var (world, key) = make(9)
    world.hear(.drain)
    world.submit(3)
    world.live(.days(1))
    let leg = try #require(world.leg(key))
    #expect(world.sent.count == 2)
    #expect(leg.task.tally.erased == 2)
    #expect(leg.rows.values.allSatisfy { !$0.schedule.isHeld })
  }

  @Test func `S21 is over at once when nothing is in flight`() {
    var world = World.make()
    world.hear(.drain)
    #expect(world.notices == [.drained])
  }

  @Test func `S21 ends a call of several exchanges after the present one`() {
    var world = World.make(exchanges: 3)
    world.submit(1)
    world.hear(.drain)
    world.answer(200)
    #expect(world.inAir.isEmpty)
    #expect(world.notices == [.drained])
  }
}
