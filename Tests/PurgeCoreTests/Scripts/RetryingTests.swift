import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A failing call` {
  /// A world whose breaker never opens.
  private func make(_ retryFor: Span?, within deadline: Span) -> (world: World, key: TaskKey) {
    var policy = EnginePolicy()
    (policy.breakerFailures, policy.breakerSample) = (1_000_000, 1_000_000)
    var traits = ConnectorTraits()
    traits.retryFor = retryFor
    var world = World.make(traits, policy: policy)
    let key = world.submit(1, within: deadline)
    return (world, key)
  }

  @Test(arguments: [
    (Span.hours(6), Span.days(30), Span.hours(6)), (.hours(50), .days(1), .days(1)),
    (.seconds(0), .days(1), .seconds(0)), (.milliseconds(1_500), .days(1), .milliseconds(1_500)),
  ])
  func `is tried for the last time when its time is up`(
    retryFor: Span, deadline: Span, last: Span
  ) throws {
    var (world, key) = make(retryFor, within: deadline)
    world.live(.days(31)) { _ in 503 }
    let leg = try #require(world.leg(key))
    #expect(leg.task.state == .needsAttention(.vendorFailed))
    #expect(leg.attempts.last?.began == World.start + last)
  }

  @Test func `is tried until the deadline when its connector says nothing`() throws {
    var (world, key) = make(nil, within: .days(3))
    world.live(.days(4)) { _ in 503 }
    #expect(try #require(world.leg(key)).attempts.last?.began == World.start + .days(3))
  }

  @Test func `waits longer each time`() throws {
    var (world, key) = make(nil, within: .days(30))
    world.live(.days(4)) { _ in 503 }
    let began = try #require(world.leg(key)).attempts.map(\.began)
    let waits = zip(began.dropFirst(), began).map { $0 - $1 }
    for (failures, wait) in waits.enumerated() where failures < 10 {
      let whole = Span.seconds(5 << Int64(failures))
      #expect(wait <= whole && wait >= .milliseconds(whole.milliseconds / 2))
    }
    #expect(waits.allSatisfy { $0 <= .hours(6) })
    #expect(waits.contains { $0 > .hours(1) })
  }

  @Test(arguments: [
    (HTTPFailure.Kind.dns, Code.dns), (.connect, .connect), (.tls, .tls), (.timeout, .timeout),
    (.uncertain, .uncertain), (.addressRefused, .addressRefused),
    (.responseTooLarge, .responseTooLarge), (.unusable, .unusableRequest),
  ])
  func `asks a person with the code of its last failure`(
    kind: HTTPFailure.Kind, code: Code
  ) throws {
    var (world, key) = make(.seconds(0), within: .days(1))
    world.failAll(kind)
    let leg = try #require(world.leg(key))
    #expect(leg.task.state == .needsAttention(code))
    #expect(leg.attempts.map(\.code) == [code])
    #expect(leg.attempts.map(\.status) == [nil])
  }

  @Test func `retries only those who did not come through`() {
    var traits = ConnectorTraits()
    traits.peoplePerCall = 4
    var world = World.make(traits)
    world.submit(4)
    world.answer(207, body: "erre")
    world.pass(.seconds(5))
    #expect(world.inAir.map(\.key.range) == [1..<3])
  }

  @Test func `BZ-21 is tried again when the answer names too few people`() throws {
    var traits = ConnectorTraits()
    traits.peoplePerCall = 3
    var world = World.make(traits)
    let key = world.submit(3)
    world.answer(207, body: "ee")
    #expect(try #require(world.leg(key)).results.isEmpty)
    #expect(try #require(world.leg(key)).attempts.map(\.code) == [.countMismatch])
  }

  @Test func `ends a try that wants exchanges without end`() throws {
    var policy = EnginePolicy()
    policy.exchangesPerTry = 5
    var world = World.make(exchanges: 1_000, policy: policy)
    let key = world.submit(1)
    for _ in 0..<10 { world.answer(200) }
    #expect(try #require(world.leg(key)).attempts.map(\.exchanges) == [5])
  }
}
