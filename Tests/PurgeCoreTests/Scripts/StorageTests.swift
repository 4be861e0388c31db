import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A store that fails` {
  private func make(_ people: Int = 100) -> (world: World, key: TaskKey) {
    var traits = ConnectorTraits()
    traits.concurrent = 4
    var world = World.make(traits)
    let key = world.submit(people)
    return (world, key)
  }

  @Test func `is offered the same batch again`() {
    var (world, _) = make()
    world.isStorageDown = true
    let before = world.batches.count
    world.answer(200)
    world.pass(.seconds(1))
    let offered = world.batches.dropFirst(before)
    #expect(offered.count == 2)
    #expect(Set(offered.map(\.id)).count == 1)
    #expect(Set(offered.map(\.changes)).count == 1)
  }

  @Test func `is asked less and less often, at least every half minute`() {
    var (world, _) = make()
    world.isStorageDown = true
    world.answer(200)
    var waits: [Int64] = []
    for _ in 0..<7 {
      let (before, count) = (world.now, world.batches.count)
      while world.batches.count == count { world.pass(.seconds(1)) }
      waits.append((world.now - before).milliseconds / 1_000)
    }
    #expect(waits == [1, 2, 4, 8, 16, 30, 30])
  }

  @Test func `stops sending by itself`() {
    var (world, _) = make()
    world.isStorageDown = true
    world.live(.days(3))
    #expect(world.sent.count == 4)
    #expect(world.engine.isStorageStalled)
  }

  @Test func `S10 is followed by all that was sent meanwhile`() throws {
    var (world, key) = make()
    world.isStorageDown = true
    world.live(.hours(1))
    world.isStorageDown = false
    world.live(.hours(1))
    #expect(try #require(world.leg(key)).task.state == .completed)
    #expect(world.sent.count == 100)
  }

  @Test func `is told of once, and its return once`() {
    var (world, _) = make()
    world.isStorageDown = true
    world.live(.hours(1))
    world.isStorageDown = false
    world.live(.hours(1))
    #expect(world.notices == [.storageStalled, .storageResumed])
  }

  @Test func `S10 frees a slot only when the result is durable`() {
    var traits = ConnectorTraits()
    traits.concurrent = 1
    var world = World.make(traits)
    world.submit(3)
    world.holdsBatches = true
    world.answer(200)
    #expect(world.inAir.isEmpty)
    #expect(world.engine.inFlight == 1)
    world.commitPending()
    #expect(world.inAir.count == 1)
  }

  @Test func `gets one batch at a time`() {
    var (world, _) = make()
    world.holdsBatches = true
    let before = world.batches.count
    world.answerAll(200)
    #expect(world.batches.count == before + 1)
    world.commitPending()
    #expect(world.batches.count == before + 2)
    #expect(world.batches.last?.changes.count == 3)
  }

  @Test func `changes nothing by an answer to an older batch`() {
    var (world, _) = make()
    world.holdsBatches = true
    world.answer(200)
    world.hear(.committed(BatchID(1), []))
    world.hear(.commitFailed(BatchID(1)))
    #expect(world.engine.inFlight == 4)
    #expect(world.notices.isEmpty)
  }
}

@Suite struct `A store that ignores every plan` {
  /// Tells of a task, and takes none of its plans, for some seconds; how often it was asked for tasks.
  private func asked(for span: Span) -> Int {
    let name = World.connector
    let task = UnplannedTask(
      key: TaskKey(PurgeRequestID(bits: 1), name), lane: .normal,
      deadline: World.start + .days(30), total: 5, plannedThrough: 0)
    var (engine, now) = (Engine(seed: 1), World.start)
    var (events, asked) = ([Event.connectorChanged(name, ScriptedBehaviour(), .enabled)], 0)
    while now <= World.start + span, asked < 1_000 {
      let event = events.isEmpty ? .tick : events.removeFirst()
      for effect in engine.handle(event, at: now) {
        switch effect {
        case .load:
          asked += 1
          let work = LoadedWork(
            connector: name, calls: [], tasks: [task], nextDue: nil, hasMore: false)
          events.append(.loaded(work))
        case .commit(let id, _): events.append(.committed(id, []))
        default: break
        }
      }
      guard events.isEmpty else { continue }
      guard let wake = engine.nextWake else { break }
      now = wake
    }
    return asked
  }

  // Each time twice: for its tasks, and for calls of a plan that it made but reported as failed.
  @Test(arguments: [(0, 2), (999, 2), (1_000, 4), (10_000, 22)])
  func `is asked again once a second`(milliseconds: Int, times: Int) {
    #expect(asked(for: .milliseconds(Int64(milliseconds))) == times)
  }
}
