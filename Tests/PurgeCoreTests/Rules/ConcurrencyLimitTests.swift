import Testing

@testable import PurgeCore

@Suite struct `A concurrency limit` {
  private static let start = World.start

  /// A limit that was halved so many times, one second after the other.
  private func halved(_ ceiling: Int, times: Int) -> ConcurrencyLimit {
    var limit = ConcurrencyLimit(ceiling: ceiling)
    for second in 0..<Int64(times) {
      let now = Self.start + .seconds(second)
      limit.throttled(began: now, at: now)
    }
    return limit
  }

  @Test(arguments: [
    (16, 0, 16), (16, 1, 8), (16, 2, 4), (16, 9, 1), (3, 1, 1), (1, 1, 1), (0, 0, 1),
  ])
  func `halves with each throttle, down to one`(ceiling: Int, times: Int, current: Int) {
    #expect(halved(ceiling, times: times).current == current)
  }

  @Test func `halves once for calls that were in flight together`() {
    var limit = ConcurrencyLimit(ceiling: 16)
    for second in Int64(5)..<9 {
      limit.throttled(began: Self.start, at: Self.start + .seconds(second))
    }
    #expect(limit.current == 8)
  }

  @Test(arguments: [(7, 8), (9, 9), (18, 10), (1_000, 16)])
  func `grows by one with each round of successes, up to its ceiling`(
    successes: Int, current: Int
  ) {
    var limit = halved(16, times: 1)
    for _ in 0..<successes { limit.succeeded() }
    #expect(limit.current == current)
  }

  @Test func `begins with one after an illness and grows with every success`() {
    var limit = ConcurrencyLimit(ceiling: 4)
    limit.startSlowly()
    let grown = (0..<5).map { _ in
      defer { limit.succeeded() }
      return limit.current
    }
    #expect(grown == [1, 2, 3, 4, 4])
  }

  @Test func `L2 goes on slowly though a new revision allows more at once`() {
    var limit = ConcurrencyLimit(ceiling: 1)
    limit.startSlowly()
    limit.setCeiling(8)
    #expect(limit.current == 1)
    limit.succeeded()
    #expect(limit.current == 2)
  }

  @Test func `stops its slow start at a throttle`() {
    var limit = ConcurrencyLimit(ceiling: 16)
    limit.startSlowly()
    for _ in 0..<7 { limit.succeeded() }
    limit.throttled(began: Self.start, at: Self.start)
    for _ in 0..<2 { limit.succeeded() }
    #expect(limit.current == 4)
  }

  @Test(arguments: [
    (0, 32, 32), (0, 4, 4), (1, 32, 8), (1, 4, 4), (1, 0, 1),
  ])
  func `follows a changed ceiling only from the old one`(
    throttles: Int, ceiling: Int, current: Int
  ) {
    var limit = halved(16, times: throttles)
    limit.setCeiling(ceiling)
    #expect(limit.current == current)
  }
}
