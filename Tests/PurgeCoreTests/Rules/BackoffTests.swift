import Testing

@testable import PurgeCore

@Suite struct `A wait` {
  @Test(arguments: [
    (-1, 5), (0, 5), (1, 10), (2, 20), (5, 160), (9, 2_560), (10, 3_600), (39, 3_600),
    (40, 3_600), (Int.max, 3_600),
  ])
  func `doubles from five seconds to an hour`(failures: Int, seconds: Int) {
    #expect(Backoff.doubled(.seconds(5), failures, cap: .hours(1)) == .seconds(Int64(seconds)))
  }

  @Test func `ends at its cap instead of overflowing`() {
    #expect(Backoff.doubled(.days(100_000), 39, cap: .hours(1)) == .hours(1))
  }

  @Test(arguments: [(0, 5), (3, 40), (20, 3_600)])
  func `is between half and all of its length, over the whole width`(
    failures: Int, seconds: Int
  ) {
    var random = Xoshiro256(seed: 11)
    let waits = (0..<500).map { _ in
      Backoff.wait(.seconds(5), failures: failures, cap: .hours(1), using: &random).milliseconds
    }
    #expect(waits.allSatisfy { $0 >= Int64(seconds) * 500 && $0 <= Int64(seconds) * 1_000 })
    #expect(
      waits.contains { $0 < Int64(seconds) * 550 } && waits.contains { $0 > Int64(seconds) * 950 })
  }

  @Test(arguments: [0, 1, -7])
  func `has no jitter when it has no width`(milliseconds: Int) {
    var random = Xoshiro256(seed: 11)
    let span = Span.milliseconds(Int64(milliseconds))
    #expect(span.jittered(using: &random) == span)
  }
}
