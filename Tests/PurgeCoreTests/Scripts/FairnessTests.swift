import HTTPTypes
import PurgeCore
import Testing

@Suite struct `Fairness` {
  private func make(concurrent: Int, people: Int = 1) -> World {
    var traits = ConnectorTraits()
    (traits.concurrent, traits.peoplePerCall) = (concurrent, people)
    return World.make(traits)
  }

  /// Answers one call after the other; which tasks they served, in order.
  private func serve(_ world: inout World, calls: Int) -> [TaskKey] {
    (0..<calls).compactMap { _ in
      let key = world.inAir.first?.key.task
      world.answer(200)
      return key
    }
  }

  @Test(arguments: [1, 2, 3, 16], [1, 50])
  func `L3 a single person passes a million`(concurrent: Int, people: Int) {
    var world = make(concurrent: concurrent, people: people)
    world.submit(1_000_000, lane: .bulk)
    _ = serve(&world, calls: 20)
    let single = world.submit(1, lane: .normal)
    if concurrent == 1 { world.answer(200) }
    #expect(world.inAir.contains { $0.key.task == single })
  }

  @Test(arguments: [(1, 1), (2, 1), (3, 2), (16, 15)])
  func `keeps one slot for few people, where there is more than one`(
    concurrent: Int, bulk: Int
  ) {
    var world = make(concurrent: concurrent)
    world.submit(1_000, lane: .bulk)
    #expect(world.inAir.count == bulk)
  }

  @Test(arguments: [Lane.urgent, .normal])
  func `lets few people have every slot`(lane: Lane) {
    var world = make(concurrent: 8)
    world.submit(1_000, lane: lane)
    #expect(world.inAir.count == 8)
  }

  @Test func `serves lanes eight to four to one`() {
    var world = make(concurrent: 1)
    let tasks = [Lane.urgent, .normal, .bulk].map { world.submit(500, lane: $0) }
    _ = serve(&world, calls: 13)
    let served = serve(&world, calls: 130)
    let shares = tasks.map { task in served.filter { $0 == task }.count }
    #expect(shares[2] >= 9 && shares[2] <= 11)
    #expect(shares[1] >= 38 && shares[1] <= 42)
    #expect(shares[0] >= 78 && shares[0] <= 82)
  }

  @Test func `takes turns over requests`() {
    var world = make(concurrent: 1)
    let tasks = (0..<4).map { _ in world.submit(500) }
    _ = serve(&world, calls: 8)
    let served = serve(&world, calls: 80)
    for task in tasks {
      let share = served.filter { $0 == task }.count
      #expect(share >= 18 && share <= 22)
    }
  }

  @Test(arguments: [(71, true), (73, false)])
  func `makes a request urgent seventy-two hours before its deadline`(
    hours: Int, isUrgent: Bool
  ) {
    var world = make(concurrent: 1)
    world.submit(500)
    let near = world.submit(500, within: .hours(Int64(hours)))
    _ = serve(&world, calls: 12)
    let share = serve(&world, calls: 60).filter { $0 == near }.count
    #expect(isUrgent ? share >= 38 : share <= 32)
  }

  @Test func `makes a request urgent while it waits`() {
    var world = make(concurrent: 1)
    world.submit(500)
    let near = world.submit(500, within: .hours(73))
    world.pass(.hours(2))
    _ = serve(&world, calls: 12)
    #expect(serve(&world, calls: 60).filter { $0 == near }.count >= 38)
  }

  @Test(arguments: [(71, true), (73, false)])
  func `makes a call urgent that the store gives out near its deadline`(
    hours: Int, isUrgent: Bool
  ) {
    var world = make(concurrent: 16)
    world.submit(12)
    let near = world.submit(1, within: .hours(Int64(hours)))
    var traits = ConnectorTraits()
    traits.concurrent = 8
    world.restart(traits)
    #expect(world.inAir.count == 8)
    #expect(world.inAir.contains { $0.key.task == near } == isUrgent)
  }

  @Test func `BZ-08 lets connectors of a pool share its rate`() {
    var traits = ConnectorTraits()
    (traits.pool, traits.rates) = ("braze", [Rate(2, per: .seconds(1))])
    var world = World.make(traits)
    world.configure(traits, World.other)
    world.submit(100)
    world.submit(100, World.other)
    world.live(.seconds(10))
    let first = world.sent.filter { $0.key.task.connector == World.connector }.count
    #expect(world.sent.count == 22)
    #expect(first >= 10 && first <= 12)
  }
}
