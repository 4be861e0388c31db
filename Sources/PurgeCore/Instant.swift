/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
public struct Instant: Sendable, Hashable, Comparable {
  /// Milliseconds since the epoch; negative before it.
  public var milliseconds: Int64

  /// Makes an instant from milliseconds since the epoch.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Orders by time.
  public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }
  /// The instant a span later; saturates instead of overflowing.
  public static func + (a: Instant, b: Span) -> Instant {
    let (sum, overflow) = a.milliseconds.addingReportingOverflow(b.milliseconds)
    return Instant(milliseconds: overflow ? (b.milliseconds < 0 ? .min : .max) : sum)
  }
  /// The span from the second to the first.
  public static func - (a: Instant, b: Instant) -> Span {
    Span(milliseconds: a.milliseconds.subtractingReportingOverflow(b.milliseconds).partialValue)
  }
}

/// A length of time in milliseconds.
public struct Span: Sendable, Hashable, Comparable {
  /// The length; may be negative.
  public var milliseconds: Int64

  /// Makes a span of milliseconds.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// A span of milliseconds.
  public static func milliseconds(_ n: Int64) -> Span { Span(milliseconds: n) }
  /// A span of seconds.
  public static func seconds(_ n: Int64) -> Span { Span(milliseconds: n * 1_000) }
  /// A span of minutes.
  public static func minutes(_ n: Int64) -> Span { .seconds(n * 60) }
  /// A span of hours.
  public static func hours(_ n: Int64) -> Span { .minutes(n * 60) }
  /// A span of 24-hour days.
  public static func days(_ n: Int64) -> Span { .hours(n * 24) }

  /// Orders by length.
  public static func < (a: Span, b: Span) -> Bool { a.milliseconds < b.milliseconds }
}

extension Span {
  /// Reads `500ms`, `30s`, `10m` or `10min`, `6h`, `35d`; nil for anything else, for none and for overflow.
  public init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), let unit = Self.units[String(text.dropFirst(digits.count))]
    else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    guard !overflow, product > 0 || text == "0s" else { return nil }
    milliseconds = product
  }

  private static let units: [String: Int64] = [
    "ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
  ]
}

extension Instant {
  /// The instant in UTC as RFC 3339 writes it, with milliseconds: `2026-11-21T03:04:05.678Z`.
  public var rfc3339: String {
    let (days, inDay) = milliseconds.flooredDivision(by: 86_400_000)
    let (year, month, day) = Self.civil(days)
    let (hours, inHour) = inDay.flooredDivision(by: 3_600_000)
    let (minutes, inMinute) = inHour.flooredDivision(by: 60_000)
    let (seconds, rest) = inMinute.flooredDivision(by: 1_000)
    let date = "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))"
    return date
      + "T\(hours.padded(2)):\(minutes.padded(2)):\(seconds.padded(2)).\(rest.padded(3))Z"
  }

  /// The day in UTC: `2026-11-21`.
  public var day: String { String(rfc3339.prefix(10)) }

  /// The minute in UTC, as people read it: `2026-11-21 03:04`.
  public var minute: String { "\(day) \(rfc3339.dropFirst(11).prefix(5))" }

  /// Days since 1970-01-01 as a date of the proleptic Gregorian calendar: years begin in March here,
  /// so that the leap day is a year's last and month lengths follow one line.
  private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}

extension Int64 {
  fileprivate func flooredDivision(by n: Int64) -> (Int64, Int64) {
    let (q, r) = quotientAndRemainder(dividingBy: n)
    return r < 0 ? (q - 1, r + n) : (q, r)
  }

  fileprivate func padded(_ width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}
