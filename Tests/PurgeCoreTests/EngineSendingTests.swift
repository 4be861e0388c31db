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
}
