import Testing

@testable import PurgeCore

@Suite struct `A breaker` {
  private static let start = World.start
  private static let key = CallKey(TaskKey(PurgeRequestID(bits: 1), World.connector), 0..<1)
  private let policy = EnginePolicy()

  private func fail(_ breaker: inout Breaker, _ times: Int = 1, at now: Instant = start) -> Bool {
    var random = Xoshiro256(seed: 3)
    var opened = false
    for _ in 0..<times { opened = breaker.failed(at: now, policy, using: &random) || opened }
    return opened
  }

  /// Failures and successes in turn, what is left of either at the end.
  private func mix(
    _ breaker: inout Breaker, bad: Int, good: Int, at now: Instant = start
  ) -> Bool {
    var opened = false
    for round in 0..<max(bad, good) {
      if round < good { breaker.succeeded(at: now) }
      if round < bad { opened = fail(&breaker, at: now) || opened }
    }
    return opened
  }

  private func opened() -> Breaker {
    var breaker = Breaker()
    _ = fail(&breaker, 10)
    return breaker
  }

  private func opening(of breaker: Breaker) -> Instant? {
    if case .open(let until) = breaker.position { until } else { nil }
  }

  @Test(arguments: [(1, false), (9, false), (10, true)])
  func `opens at the tenth failure in a row`(failures: Int, opens: Bool) {
    var breaker = Breaker()
    #expect(fail(&breaker, failures) == opens)
    #expect(breaker.isClosed == !opens)
  }

  @Test func `counts a row from the last success on`() {
    var breaker = Breaker()
    _ = fail(&breaker, 9)
    breaker.succeeded(at: Self.start)
    #expect(!fail(&breaker, 9))
    #expect(fail(&breaker))
  }

  @Test(arguments: [(10, 10, true), (10, 9, false), (9, 11, false), (9, 10, false), (15, 15, true)])
  func `opens when half of twenty or more failed`(bad: Int, good: Int, opens: Bool) {
    var breaker = Breaker()
    #expect(mix(&breaker, bad: bad, good: good) == opens)
  }

  @Test(arguments: [(0, true), (59_999, true), (60_000, false), (3_600_000, false)])
  func `counts a share within a minute`(age: Int, opens: Bool) {
    var breaker = Breaker()
    _ = mix(&breaker, bad: 9, good: 9)
    #expect(mix(&breaker, bad: 1, good: 1, at: Self.start + .milliseconds(Int64(age))) == opens)
  }

  @Test func `stays open twice as long each time, up to a quarter of an hour`() throws {
    var breaker = opened()
    var random = Xoshiro256(seed: 5)
    for seconds: Int64 in [30, 60, 120, 240, 480, 900, 900] {
      let wait = try #require(opening(of: breaker)) - Self.start
      #expect(wait >= .seconds(Int64(seconds)) && wait <= .milliseconds(seconds * 1_250))
      breaker.probe(Self.key)
      breaker.probeFailed(at: Self.start, policy, using: &random)
    }
  }

  @Test func `remembers since when nothing came through`() {
    var breaker = opened()
    var random = Xoshiro256(seed: 5)
    breaker.probeFailed(at: Self.start + .hours(1), policy, using: &random)
    #expect(breaker.openSince == Self.start)
  }

  @Test func `counts neither failures nor successes while it is open`() {
    var breaker = opened()
    let before = breaker
    #expect(!fail(&breaker, 20))
    breaker.succeeded(at: Self.start)
    #expect(breaker == before)
  }

  @Test func `is as good as new when a probe comes through`() {
    var breaker = opened()
    breaker.probe(Self.key)
    breaker.probeSucceeded()
    #expect(breaker == Breaker())
  }

  @Test func `counts no trip for a probe that showed nothing`() {
    var breaker = opened()
    breaker.probe(Self.key)
    breaker.probeShowedNothing(nextAt: Self.start + .seconds(1))
    #expect(breaker.trips == 1)
    #expect(opening(of: breaker) == Self.start + .seconds(1))
  }

  @Test func `may probe at once after a restart, and knows since when it is open`() {
    let breaker = Breaker(openSince: Self.start, at: Self.start + .hours(2))
    #expect(opening(of: breaker) == Self.start + .hours(2))
    #expect(breaker.openSince == Self.start)
  }

  @Test func `keeps its waits when the clock is set back`() {
    var breaker = opened()
    let until = opening(of: breaker)
    breaker.shift(by: .days(-30))
    #expect(opening(of: breaker) == until.map { $0 + .days(-30) })
    #expect(breaker.openSince == Self.start + .days(-30))
  }
}
