import HTTPTypes
import PurgeCore
import Testing

@Suite struct `An access token` {
  private func make(_ people: Int = 3) -> (world: World, key: TaskKey) {
    var traits = ConnectorTraits()
    traits.needsToken = true
    var world = World.make(traits)
    let key = world.submit(people)
    return (world, key)
  }

  private func tokens(_ world: World) -> [String?] {
    world.inAir.map { $0.request.fields["Authorization"] }
  }

  @Test func `is fetched once for many calls`() {
    var (world, _) = make(9)
    world.submit(4)
    #expect(world.tokenRequests == [World.connector])
    #expect(world.inAir.isEmpty)
    world.answerToken(200)
    #expect(tokens(world) == Array(repeating: "secret", count: 13))
  }

  @Test func `is fetched only when there is something to send`() {
    let (world, _) = make(0)
    #expect(world.tokenRequests.isEmpty)
  }

  @Test func `is renewed a minute before it ends, while the old one is used`() {
    var (world, _) = make(1)
    world.answerToken(200)
    world.answer(200)
    world.pass(.minutes(59))
    world.submit(1)
    #expect(world.tokenRequests.count == 2)
    #expect(tokens(world) == ["secret"])
  }

  @Test func `is not used after its end`() {
    var (world, _) = make(1)
    world.answerToken(200)
    world.answer(200)
    world.pass(.hours(1))
    world.submit(1)
    #expect(world.inAir.isEmpty)
    world.answerToken(200, body: "second")
    #expect(tokens(world) == ["second"])
  }

  @Test func `is fetched again once when it is refused, for everybody`() {
    var (world, _) = make(3)
    world.answerToken(200)
    world.answerAll(401)
    #expect(world.tokenRequests.count == 2)
    #expect(world.view?.state == .enabled)
    world.answerToken(200, body: "second")
    #expect(tokens(world) == ["second", "second", "second"])
  }

  @Test func `BZ-07 disables its connector when a new one is refused too`() throws {
    var (world, key) = make(1)
    world.answerToken(200)
    world.answer(401)
    world.answerToken(200, body: "second")
    world.answer(401)
    #expect(world.view?.state?.isDisabled == true)
    #expect(world.tokenRequests.count == 2)
    #expect(try #require(world.leg(key)).results.isEmpty)
  }

  @Test(arguments: [500, 503, 408, 429])
  func `burns nobody's attempts while its endpoint fails`(status: Int) throws {
    var (world, key) = make(1)
    for _ in 0..<5 {
      world.answerToken(status)
      world.pass(.minutes(20))
    }
    #expect(world.tokenRequests.count == 6)
    #expect(try #require(world.leg(key)).attempts.isEmpty)
    #expect(world.view?.state == .enabled)
  }

  @Test(arguments: [400, 401, 403])
  func `BZ-07 disables its connector when the credential is rejected`(status: Int) {
    var (world, _) = make(1)
    world.answerToken(status)
    let reason = DisabledReason.credentialRejected(status: status)
    #expect(world.view?.state == .disabled(reason, since: world.now))
    #expect(world.engine.isQuiet)
  }

  @Test func `is asked for less often the longer its endpoint fails`() {
    var (world, _) = make(1)
    var waits: [Span] = []
    for _ in 0..<6 {
      let (before, count) = (world.now, world.tokenRequests.count)
      world.answerToken(500)
      while world.tokenRequests.count == count { world.pass(.milliseconds(100)) }
      waits.append(world.now - before)
    }
    for (failures, wait) in waits.enumerated() {
      let whole: Int64 = 5_000 << Int64(failures)
      #expect(wait.milliseconds >= whole / 2 && wait.milliseconds <= whole + 100)
    }
  }

  @Test func `42 38 is not asked for before the time its endpoint asks for, a day at most`() {
    for (asked, expected) in [(3_600, 3_600), (10_000_000, 86_400)] {
      var (world, _) = make(1)
      let before = world.now
      world.answerToken(429, fields: ["Retry-After": String(asked)])
      while world.tokenRequests.count == 1 { world.pass(.seconds(10)) }
      #expect((world.now - before).milliseconds / 10_000 == Int64(expected / 10))
    }
  }

  @Test func `opens the breaker when its endpoint fails ten times`() {
    var (world, _) = make(1)
    for _ in 0..<10 {
      world.answerToken(500)
      world.pass(.minutes(15))
    }
    #expect(world.view?.isBreakerClosed == false)
    #expect(world.notices.count == 1)
  }

  @Test func `is dropped with a new revision`() {
    var (world, _) = make(1)
    world.answerToken(200)
    world.answer(200)
    var traits = ConnectorTraits()
    traits.needsToken = true
    world.configure(traits)
    world.submit(1)
    #expect(world.inAir.isEmpty)
    #expect(world.tokenRequests.count == 2)
  }

  @Test func `does not survive a new revision while it is fetched`() {
    var (world, _) = make(1)
    var traits = ConnectorTraits()
    traits.needsToken = true
    world.configure(traits)
    world.answerToken(200, body: "older")
    #expect(world.inAir.isEmpty)
    world.answerToken(200, body: "newer")
    #expect(tokens(world) == ["newer"])
  }
}
