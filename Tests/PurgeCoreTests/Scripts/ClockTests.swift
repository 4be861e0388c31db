import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A clock set back` {
  private func setBack(_ world: inout World) {
    world.now = world.now + .days(-30)
    world.hear(.tick)
  }

  @Test func `S20 leaves a pause as long as it was`() {
    var world = World.make()
    world.submit(1)
    world.answer(429, ["Retry-After": "60"])
    setBack(&world)
    world.submit(1)
    world.pass(.milliseconds(59_999))
    #expect(world.inAir.isEmpty)
    world.pass(.milliseconds(1))
    #expect(world.inAir.count == 1)
  }

  @Test func `S20 leaves the spacing of calls as it was`() {
    var traits = ConnectorTraits()
    traits.spacing = .milliseconds(500)
    var world = World.make(traits)
    world.submit(2)
    setBack(&world)
    world.pass(.milliseconds(499))
    #expect(world.sent.count == 1)
    world.pass(.milliseconds(1))
    #expect(world.sent.count == 2)
  }

  @Test func `S20 brings and takes no tokens of a rate`() {
    var traits = ConnectorTraits()
    traits.rates = [Rate(1, per: .seconds(1))]
    var world = World.make(traits)
    world.submit(2)
    setBack(&world)
    world.pass(.milliseconds(999))
    #expect(world.sent.count == 1)
    world.pass(.milliseconds(1))
    #expect(world.sent.count == 2)
  }

  @Test func `S20 leaves a failed batch's next offer as near as it was`() {
    var world = World.make()
    world.submit(1)
    world.isStorageDown = true
    world.answer(200)
    setBack(&world)
    world.isStorageDown = false
    world.pass(.seconds(1))
    #expect(!world.engine.isStorageStalled)
  }

  @Test func `S20 leaves a breaker's next probe as near as it was`() {
    var world = World.make()
    world.submit(40)
    while !world.inAir.isEmpty { world.answer(503) }
    setBack(&world)
    world.submit(1)
    world.pass(.seconds(29))
    #expect(world.inAir.isEmpty)
    world.pass(.seconds(9))
    #expect(world.inAir.count == 1)
  }

  @Test func `S12 leaves the window of calls in hand as wide as it was`() throws {
    var traits = ConnectorTraits()
    traits.concurrent = 1
    var world = World.make(traits)
    world.submit(50, lane: .bulk, within: .days(1))
    setBack(&world)
    for _ in 0..<10 { world.answer(200) }
    let view = try #require(world.engine.connector(World.connector))
    #expect(view.held <= 2)
    #expect(world.sent.count == 11)
  }

  @Test func `L4 lets the store say anew what is due`() {
    var world = World.make()
    let before = world.loads.count
    setBack(&world)
    #expect(world.loads.count == before + 1)
  }
}
