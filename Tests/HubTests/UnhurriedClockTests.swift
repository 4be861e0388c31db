import PurgeCore
import Testing

@testable import Hub

@Suite struct `The time by which holds end` {
  @Test(arguments: [(5_000, 5_000, 5_000), (3_600_000, 5_000, 5_000), (-9_000, 5_000, -9_000)])
  func `is the earlier of two clocks`(wall: Int64, steady: Int64, expected: Int64) {
    let (noon, start) = (Instant(milliseconds: 1_700_000_000_000), ContinuousClock.now)
    let clock = UnhurriedClock(wall: noon, steady: start)
    let now = clock.now(
      wall: noon + .milliseconds(wall), steady: start + .milliseconds(steady))
    #expect(now == noon + .milliseconds(expected))
  }
}
