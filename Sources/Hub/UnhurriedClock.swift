import PurgeCore

/// The time by which holds end: a wall clock that is set ahead while the hub runs ends none of them.
struct UnhurriedClock: Sendable {
  private let wall: Instant
  private let steady: ContinuousClock.Instant

  /// Begins to count.
  init(wall: Instant, steady: ContinuousClock.Instant = .now) {
    self.wall = wall
    self.steady = steady
  }

  /// The earlier of what the wall clock says and what has passed since the beginning.
  func now(wall now: Instant, steady later: ContinuousClock.Instant = .now) -> Instant {
    let passed = Int64(steady.duration(to: later) / .milliseconds(1))
    return min(now, wall + .milliseconds(passed))
  }
}
