import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A vendor's job` {
  private func make(_ adjust: (inout ConnectorTraits) -> Void = { _ in }) -> (World, TaskKey) {
    var traits = ConnectorTraits()
    adjust(&traits)
    var world = World.make(traits)
    let key = world.submit(1)
    return (world, key)
  }

  @Test func `SF-11 may take five days, and nobody is alarmed`() throws {
    var (world, key) = make()
    world.live(.days(5)) { _ in 202 }
    #expect(try #require(world.leg(key)).task.state == .awaitingVendor)
    world.live(.hours(5))
    #expect(try #require(world.leg(key)).task.state == .completed)
    #expect(world.notices.isEmpty)
  }

  @Test func `SF-11 is asked about every few hours`() {
    var (world, _) = make()
    world.live(.days(5)) { _ in 202 }
    let waits = zip(world.sent.dropFirst(), world.sent).map { $0.at - $1.at }
    #expect(waits.prefix(1) == [.hours(1)])
    #expect(waits.allSatisfy { $0 >= .hours(1) && $0 <= .hours(4) })
    #expect(waits.contains { $0 > .hours(3) })
  }

  @Test func `S11 is asked about once a day at least`() {
    var (world, _) = make { $0.pollEvery = .days(1) }
    world.live(.days(12)) { _ in 202 }
    let waits = zip(world.sent.dropFirst(), world.sent).map { $0.at - $1.at }
    #expect(waits.count > 10)
    #expect(waits.allSatisfy { $0 == .days(1) })
  }

  @Test func `SF-11 is given up when it took too long`() throws {
    var (world, key) = make { $0.giveUpAfter = .days(2) }
    world.live(.days(3)) { _ in 202 }
    let leg = try #require(world.leg(key))
    #expect(leg.task.state == .needsAttention(.noConfirmation))
    #expect(leg.attempts.last?.began == World.start + .days(2))
  }

  @Test func `SF-11 outlives a failure after longer than calls are retried`() throws {
    var (world, key) = make { $0.retryFor = .hours(6) }
    world.live(.days(2)) { _ in 202 }
    world.pass(.hours(4))
    world.answer(503)
    #expect(try #require(world.leg(key)).task.state == .awaitingVendor)
    world.live(.hours(1))
    #expect(try #require(world.leg(key)).task.state == .completed)
  }

  @Test func `is asked about when the vendor says`() {
    var (world, _) = make()
    let later = World.start + .minutes(7)
    world.answer(202, ["Ask-Again": String(later.milliseconds)])
    world.pass(.days(1))
    #expect(world.sent.map(\.at) == [World.start, later])
  }

  @Test func `keeps its name through polls`() throws {
    var (world, key) = make()
    world.answer(202)
    world.pass(.hours(1))
    world.answer(202)
    let rows = try #require(world.leg(key)).rows.values.map(\.schedule)
    let phase = CallPhase.polling(
      job: "job", since: World.start, giveUpAt: World.start + .days(30))
    #expect(rows.map(\.phase) == [phase])
    #expect(rows.map(\.tries) == [2])
  }
}

@Suite struct `Spacing` {
  private func make() -> World {
    var traits = ConnectorTraits()
    traits.spacing = .milliseconds(500)
    var world = World.make(traits)
    world.configure(ConnectorTraits(), World.other)
    return world
  }

  @Test func `OS-20 keeps half a second between two calls`() {
    var world = make()
    world.submit(5)
    world.live(.minutes(1))
    let elapsed = world.sent.map { ($0.at - World.start).milliseconds }
    #expect(elapsed == [0, 500, 1_000, 1_500, 2_000])
  }

  @Test func `OS-20 holds between the exchanges of a call too`() {
    var traits = ConnectorTraits()
    traits.spacing = .milliseconds(500)
    var world = World.make(traits, exchanges: 3)
    world.submit(1)
    world.live(.minutes(1))
    #expect(world.sent.map { ($0.at - World.start).milliseconds } == [0, 500, 1_000])
  }

  @Test func `OS-20 slows no other connector`() {
    var world = make()
    world.submit(3)
    world.submit(3, World.other)
    #expect(world.sent.filter { $0.key.task.connector == World.other }.count == 3)
  }
}
