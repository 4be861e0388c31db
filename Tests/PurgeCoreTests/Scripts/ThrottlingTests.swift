import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A throttling vendor` {
  private func make(concurrent: Int = 4) -> World {
    var traits = ConnectorTraits()
    traits.concurrent = concurrent
    var world = World.make(traits)
    world.configure(traits, World.other)
    return world
  }

  private static func until(_ span: Span) -> HTTPFields {
    ["RateLimit-Reset": String((World.start + span).milliseconds)]
  }

  /// What it says, and the least and the most milliseconds that are waited.
  private static let hints: [(HTTPFields, Int, Int)] = [
    ([:], 2_500, 5_000), (["Retry-After": "7"], 7_000, 7_000),
    (["Retry-After": "0"], 2_500, 5_000), (["Retry-After": "-60"], 2_500, 5_000),
    (["Retry-After": "86400"], 86_400_000, 86_400_000),
    (["Retry-After": "9000000000"], 86_400_000, 86_400_000),
    (until(.hours(1)), 3_600_000, 3_600_000), (until(.hours(-1)), 2_500, 5_000),
    (until(.days(9_000)), 86_400_000, 86_400_000),
  ]

  @Test(arguments: hints)
  func `BZ-08 is waited for as it asks, up to a day`(
    fields: HTTPFields, least: Int, most: Int
  ) throws {
    var world = make()
    world.submit(1)
    world.answer(429, fields)
    let pause = try #require(world.view?.pausedUntil) - world.now
    #expect(pause.milliseconds >= least && pause.milliseconds <= most)
    world.pass(Span(milliseconds: pause.milliseconds - 1))
    #expect(world.inAir.isEmpty)
    world.pass(.milliseconds(1))
    #expect(world.inAir.count == 1)
  }

  @Test func `BZ-08 pauses the whole connector`() {
    var world = make()
    world.submit(10)
    world.answer(429, ["Retry-After": "60"])
    world.answerAll(200)
    world.submit(5)
    world.pass(.seconds(59))
    #expect(world.sent.count == 4)
  }

  @Test func `P4 pauses no other connector`() {
    var world = make()
    world.submit(1)
    world.answer(429, ["Retry-After": "60"])
    world.submit(3, World.other)
    #expect(world.inAir.map(\.key.task.connector) == Array(repeating: World.other, count: 3))
  }

  @Test func `S15 fails nobody, however long it throttles`() throws {
    var world = make()
    let key = world.submit(3, within: .days(30))
    world.live(.days(29)) { _ in 429 }
    world.live(.days(1))
    let leg = try #require(world.leg(key))
    #expect(leg.task.state == .completed)
    #expect(leg.attempts.count > 100)
  }

  @Test func `is asked less and less often when it names no time`() throws {
    var world = make()
    world.submit(1)
    for seconds: Int64 in [5, 10, 20, 40, 80] {
      world.answer(429)
      let pause = try #require(world.view?.pausedUntil) - world.now
      #expect(pause <= .seconds(seconds) && pause >= .milliseconds(seconds * 500))
      world.pass(pause)
    }
  }

  @Test func `is asked as often as ever once something came through`() throws {
    var world = make()
    world.submit(2)
    for _ in 0..<6 {
      world.answerAll(429)
      world.pass(.minutes(5))
    }
    world.answer(200)
    world.answer(429)
    #expect(try #require(world.view?.pausedUntil) <= world.now + .seconds(5))
  }

  @Test func `is believed once for calls that were in flight together`() throws {
    var world = make(concurrent: 16)
    world.submit(16)
    world.answerAll(429)
    let view = try #require(world.view)
    #expect(view.limit == 8)
    #expect(try #require(view.pausedUntil) <= world.now + .seconds(5))
  }

  @Test func `is never believed to have shortened its pause`() {
    var world = make()
    world.submit(2)
    world.answer(429, ["Retry-After": "60"])
    world.answer(429, ["Retry-After": "1"])
    #expect(world.view?.pausedUntil == world.now + .seconds(60))
  }

  @Test func `is told of once per pause`() {
    var world = make()
    world.submit(4)
    world.answerAll(429, ["Retry-After": "60"])
    #expect(world.notices == [.throttled(World.connector, until: world.now + .seconds(60))])
  }

  @Test(arguments: [1, 4, 16])
  func `hears at most one call per slot again after a restart`(concurrent: Int) {
    var world = make(concurrent: concurrent)
    var traits = ConnectorTraits()
    traits.concurrent = concurrent
    world.submit(200)
    world.answerAll(429, ["Retry-After": "3600"])
    world.restart(traits)
    while !world.inAir.isEmpty { world.answer(429, ["Retry-After": "3600"]) }
    world.pass(.minutes(59))
    #expect(world.sent.count <= concurrent)
  }

  @Test func `is left alone by a restarted engine after its first word`() {
    var traits = ConnectorTraits()
    traits.concurrent = 4
    var world = make()
    world.submit(200)
    world.restart(traits)
    world.answer(429, ["Retry-After": "3600"])
    world.answerAll(200)
    #expect(world.sent.count == 4)
    #expect(world.inAir.isEmpty)
  }
}
