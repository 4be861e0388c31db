import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A vendor that is down` {
  private func make(_ people: Int, concurrent: Int = 10) -> (world: World, key: TaskKey) {
    var traits = ConnectorTraits()
    traits.concurrent = concurrent
    var world = World.make(traits)
    let key = world.submit(people)
    return (world, key)
  }

  /// Everything failed: the breaker is open and nothing is in the air.
  private func opened() -> World {
    var (world, _) = make(100)
    while !world.inAir.isEmpty { world.answer(503) }
    return world
  }

  @Test func `is called degraded after ten failures`() {
    let world = opened()
    let degraded = ConnectorState.degraded(since: World.start)
    #expect(world.notices == [.connector(World.connector, degraded)])
    #expect(world.store.states[World.connector] == degraded)
  }

  @Test func `S7 is left alone for half a minute, then probed by one call`() throws {
    var world = opened()
    world.pass(.milliseconds(29_999))
    #expect(world.inAir.isEmpty)
    world.pass(.milliseconds(7_501))
    #expect(world.inAir.count == 1)
    world.pass(.hours(10))
    #expect(world.inAir.count == 1)
  }

  @Test func `is probed again twice as late when a probe fails`() throws {
    var world = opened()
    world.pass(.seconds(38))
    world.answer(503)
    let next = try #require(world.view?.probeAt) - world.now
    #expect(next >= .seconds(60) && next <= .seconds(75))
  }

  @Test func `L5 is well again after one probe, and begins with one call`() {
    var world = opened()
    world.pass(.seconds(38))
    world.answer(200)
    #expect(world.notices.last == .connector(World.connector, .enabled))
    #expect(world.store.states[World.connector] == .enabled)
    #expect(world.inAir.count == 1)
    world.answer(200)
    #expect(world.inAir.count == 2)
  }

  @Test func `is not shown well by what was in the air before`() {
    var (world, _) = make(100, concurrent: 11)
    for _ in 0..<10 { world.answer(503) }
    world.answer(200)
    #expect(world.view?.isBreakerClosed == false)
  }

  @Test func `is probed with all exchanges of the probe`() {
    var world = World.make(exchanges: 2)
    world.submit(10)
    world.failAll(.timeout)
    world.pass(.seconds(38))
    world.answer(200)
    #expect(world.inAir.count == 1)
    world.answer(200)
    #expect(world.view?.state == .enabled)
  }

  @Test func `is probed before it is trusted after a restart`() {
    var world = opened()
    world.restart(ConnectorTraits())
    #expect(world.inAir.count == 1)
    world.answer(503)
    world.pass(.seconds(29))
    #expect(world.sent.count == 1)
  }

  @Test(arguments: [(71, false), (79, true)])
  func `is disabled as unreachable after seventy-two hours, not before`(
    hours: Int, isDisabled: Bool
  ) {
    var (world, _) = make(30)
    world.live(.hours(Int64(hours))) { _ in 503 }
    #expect(world.view?.state?.isDisabled == isDisabled)
  }

  @Test func `fails nobody when it is disabled as unreachable`() throws {
    var (world, key) = make(30)
    world.live(.days(4)) { _ in 503 }
    let leg = try #require(world.leg(key))
    #expect(leg.results.isEmpty)
    #expect(leg.task.state == .blocked(.unreachable))
    world.configure()
    world.live(.hours(7))
    #expect(try #require(world.leg(key)).task.state == .completed)
  }

  @Test func `S20 is not disabled by a clock that jumps ahead`() {
    var world = opened()
    world.now = world.now + .days(30)
    world.hear(.tick)
    world.answerAll(503)
    #expect(world.view?.state?.isDisabled == false)
  }

  @Test func `P4 delays no other connector by its silence`() throws {
    var (world, _) = make(100)
    world.configure(ConnectorTraits(), World.other)
    let key = world.submit(50, World.other)
    for _ in 0..<50 { world.answer(200, of: World.other) }
    #expect(try #require(world.leg(key)).task.state == .completed)
    #expect(world.now == World.start)
  }

  @Test(arguments: [400, 429, 207])
  func `is told from one that refuses or is busy`(status: Int) {
    var (world, _) = make(100)
    for _ in 0..<5 { world.answerAll(status) }
    #expect(world.view?.isBreakerClosed == true)
  }
}
