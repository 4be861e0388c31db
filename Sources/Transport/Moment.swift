import CLinux

/// A point of the monotonic clock, in nanoseconds.
struct Moment: Comparable {
  var nanoseconds: Int64

  /// This moment.
  static var now: Moment {
    Moment(nanoseconds: hub_now())
  }

  static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The moment some milliseconds later.
  func later(by milliseconds: Int) -> Moment {
    Moment(nanoseconds: nanoseconds + Int64(milliseconds) * 1_000_000)
  }

  /// Milliseconds until another moment, rounded up so that nobody wakes too early; 0 when past.
  func milliseconds(until other: Moment) -> Int {
    Int(max(0, (other.nanoseconds - nanoseconds + 999_999) / 1_000_000))
  }
}
