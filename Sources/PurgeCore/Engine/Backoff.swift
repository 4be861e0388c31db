/// How long to wait before the next try.
enum Backoff {
  /// Doubles from `first` with each failure up to `cap`, then takes between half and all of it.
  static func wait(
    _ first: Span, failures: Int, cap: Span, using random: inout Xoshiro256
  ) -> Span {
    doubled(first, failures, cap: cap).jittered(using: &random)
  }

  /// Doubles from `first` with each failure up to `cap`.
  static func doubled(_ first: Span, _ failures: Int, cap: Span) -> Span {
    guard failures < 40 else { return cap }
    let (product, overflow) =
      first.milliseconds.multipliedReportingOverflow(by: 1 << Int64(max(0, failures)))
    return overflow ? cap : min(cap, Span(milliseconds: product))
  }
}

extension Span {
  /// Between half and all of the span.
  func jittered(using random: inout Xoshiro256) -> Span {
    guard milliseconds > 1 else { return self }
    return Span(
      milliseconds: Int64.random(in: (milliseconds + 1) / 2...milliseconds, using: &random))
  }
}
