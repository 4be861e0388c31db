extension Instant {
  /// The first instant in UTC of a day such as `2026-11-21`; nil for what is no day from 1970 on.
  public init?(day text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).compactMap {
      Int64($0)
    }
    guard text.utf8.count == 10, parts.count == 3, parts[0] >= 1970 else { return nil }
    let days = Self.days(year: parts[0], month: parts[1], day: parts[2])
    self.init(milliseconds: days * 86_400_000)
    // The thirtieth of February becomes another day, which is not the one that was written.
    guard day == text else { return nil }
  }

  /// Days since 1970-01-01; years begin in March here, so that the leap day is a year's last.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.quotientAndRemainder(dividingBy: 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
