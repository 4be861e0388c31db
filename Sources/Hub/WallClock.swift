import CLinux
import Glibc
import PurgeCore

/// Tells when the wall clock was set, by comparing it with one that nobody can set.
struct WallClock: ~Copyable {
  /// A descriptor that can be read when the clock was set; -1 where the system has none left, and
  /// the change is noticed at the next event instead.
  let watch: Int32
  private var wall: Instant
  private var steady: Int64

  /// Begins to compare.
  init(at now: Instant) {
    watch = hub_clock_watch()
    wall = now
    steady = hub_now()
    listen()
  }

  deinit {
    if watch >= 0 { close(watch) }
  }

  /// Makes the descriptor silent until the clock is set again; whoever found it readable calls this.
  func listen() {
    if watch >= 0 { hub_clock_wait(watch) }
  }

  /// By how much the clock was set since the last look; nil for less than a second, which is what
  /// time servers do.
  mutating func jump(at now: Instant) -> Span? {
    let steadyNow = hub_now()
    let jump = (now - wall).milliseconds - (steadyNow - steady) / 1_000_000
    (wall, steady) = (now, steadyNow)
    guard abs(jump) >= 1_000 else { return nil }
    return .milliseconds(jump)
  }
}
