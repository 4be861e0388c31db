extension Instant {
  /// Reads what RFC 3339 writes, such as `2026-11-21T03:04:05Z` or `2026-11-21T04:04:05.5+01:00`, and
  /// a day, which is its first instant in UTC; nil for anything else and before 1970.
  public init?(rfc3339 text: String) {
    guard let day = Instant(day: String(text.prefix(10))) else { return nil }
    guard text.utf8.count > 10 else {
      self = day
      return
    }
    guard let time = TimeOfDay(text.dropFirst(10)) else { return nil }
    self = day + time.span
  }
}

/// What follows a day: `T03:04:05.678Z`, or an offset from UTC in the place of the Z.
private struct TimeOfDay {
  let span: Span

  init?(_ text: Substring) {
    guard let first = text.first, "Tt ".contains(first) else { return nil }
    let zone = text.lastIndex { "Zz+-".contains($0) }
    guard let zone, let offset = Self.offset(text[zone...]) else { return nil }
    let parts = text[..<zone].dropFirst().split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let seconds = Self.seconds(parts[0]) else { return nil }
    var milliseconds: Int64 = 0
    if parts.count == 2 {
      let digits = parts[1].prefix(3)
      guard parts[1].allSatisfy(\.isDigit), let number = Int64(digits) else { return nil }
      milliseconds = [100, 10, 1][digits.count - 1] * number
    }
    span = .milliseconds((seconds - offset) * 1_000 + milliseconds)
  }

  /// `03:04:05`, the last second of a day with a leap second included.
  private static func seconds(_ text: Substring) -> Int64? {
    guard text.utf8.count == 8, let numbers = numbers(text), numbers.count == 3, numbers[2] <= 60
    else { return nil }
    return minutes(numbers[0], numbers[1]).map { $0 * 60 + numbers[2] }
  }

  /// `Z` or `+01:00`, in seconds ahead of UTC.
  private static func offset(_ text: Substring) -> Int64? {
    guard text.utf8.count == 6 else { return text.lowercased() == "z" ? 0 : nil }
    guard let numbers = numbers(text.dropFirst()), numbers.count == 2 else { return nil }
    return minutes(numbers[0], numbers[1]).map { $0 * 60 * (text.first == "-" ? -1 : 1) }
  }

  private static func minutes(_ hours: Int64, _ minutes: Int64) -> Int64? {
    hours < 24 && minutes < 60 ? hours * 60 + minutes : nil
  }

  /// Pairs of digits between colons.
  private static func numbers(_ text: Substring) -> [Int64]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let isPairs = parts.allSatisfy { $0.utf8.count == 2 && $0.allSatisfy(\.isDigit) }
    return isPairs ? parts.compactMap { Int64($0) } : nil
  }
}

extension Character {
  fileprivate var isDigit: Bool { isASCII && isNumber }
}
