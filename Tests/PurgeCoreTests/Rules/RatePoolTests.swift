import Testing

@testable import PurgeCore

@Suite struct `A rate pool` {
  private static let start = World.start
  private static let slow = Rate(1, per: .seconds(1))

  /// Connectors 0 and 1 with a token a second together, of which none is left.
  private func emptied() -> RatePool {
    var pool = RatePool()
    pool.admit(0, rates: [Self.slow], at: Self.start)
    pool.admit(1, rates: [Self.slow], at: Self.start)
    _ = pool.take(0, at: Self.start)
    return pool
  }

  @Test func `BZ-08 the same rate said twice is one bucket`() {
    var pool = emptied()
    let admission = pool.admission(of: 1, at: Self.start)
    #expect(admission == .at(Self.start + .seconds(1)))
  }

  @Test func `gives the next token to who asked first`() {
    var pool = emptied()
    let later = Self.start + .seconds(1)
    let asked = [
      pool.admission(of: 0, at: Self.start), pool.admission(of: 1, at: Self.start),
      pool.admission(of: 1, at: later), pool.admission(of: 0, at: later),
    ]
    #expect(asked == [.at(later), .inLine, .inLine, .granted])
  }

  @Test func `names the next in line when a token is taken`() {
    var pool = emptied()
    _ = pool.admission(of: 0, at: Self.start)
    _ = pool.admission(of: 1, at: Self.start)
    let next = [pool.take(0, at: Self.start + .seconds(1)), pool.take(1, at: Self.start)]
    #expect(next == [1, nil])
  }

  @Test func `names nobody when somebody behind leaves the line`() {
    var pool = emptied()
    _ = pool.admission(of: 0, at: Self.start)
    _ = pool.admission(of: 1, at: Self.start)
    let next = [pool.leave(1), pool.leave(0)]
    #expect(next == [nil, nil])
  }

  @Test func `holds all rates of all members at once`() {
    var pool = RatePool()
    pool.admit(0, rates: [Rate(10, per: .seconds(1))], at: Self.start)
    pool.admit(1, rates: [Rate(1, per: .minutes(1))], at: Self.start)
    let first = pool.admission(of: 0, at: Self.start)
    // A rate that joins later begins empty: nobody knows what was sent before.
    #expect(first == .at(Self.start + .minutes(1)))
  }

  @Test func `brings no tokens to who leaves and comes back`() {
    var pool = emptied()
    pool.dismiss(0)
    pool.dismiss(1)
    pool.admit(0, rates: [Self.slow], at: Self.start)
    let admission = pool.admission(of: 0, at: Self.start)
    #expect(admission == .at(Self.start + .seconds(1)))
  }

  @Test func `lets everybody through when there is no rate`() {
    var pool = RatePool()
    pool.admit(0, rates: [], at: Self.start)
    for _ in 0..<100 { _ = pool.take(0, at: Self.start) }
    let admission = pool.admission(of: 0, at: Self.start)
    #expect(admission == .granted)
  }
}
