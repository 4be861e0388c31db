import Documents
import HTTPTypes
public import PurgeCore

extension Limits {
  /// How long an answer asks to wait; nothing when it does not say, or says nonsense.
  func patience(in response: HTTPResponse) -> Patience? {
    if let hint = response.fields["Retry-After"], let patience = Self.retryAfter(hint) {
      return patience
    }
    guard let wait, let hint = response.fields[wait.header] else { return nil }
    return wait.kind.patience(hint)
  }

  /// RFC 9110, 10.2.3: seconds, or a date.
  private static func retryAfter(_ text: String) -> Patience? {
    WaitKind.seconds.patience(text) ?? WaitKind.date.patience(text)
  }
}

extension Limits.WaitKind {
  fileprivate func patience(_ text: String) -> Patience? {
    switch self {
    case .seconds: Self.milliseconds(text, unit: 1000).map { .delay(.milliseconds($0)) }
    case .millis: Self.milliseconds(text, unit: 1).map { .delay(.milliseconds($0)) }
    case .epoch:
      Self.milliseconds(text, unit: 1000).map { .until(Instant(milliseconds: $0)) }
    case .date: Instant(httpDate: text).map(Patience.until)
    }
  }

  /// A number that is not negative, rounded up; one beyond measure is the largest there is.
  private static func milliseconds(_ text: String, unit: Double) -> Int64? {
    guard let first = text.utf8.first, (0x30...0x39).contains(first), let number = Double(text),
      number.isFinite
    else { return nil }
    return Int64(exactly: (number * unit).rounded(.up)) ?? .max
  }
}

extension Instant {
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, or with an offset as e-mail has it; nil for other text.
  ///
  /// RFC 9110, RFC 5322.
  public init?(httpDate text: String) {
    let words = text.split { $0 == " " || $0 == "," }
    let parts = words.first?.first?.isLetter == true ? words.dropFirst() : words[...]
    guard parts.count == 5, let day = Int64(parts[parts.startIndex]),
      let month = Self.months.firstIndex(of: parts[parts.startIndex + 1].lowercased()),
      let year = Int64(parts[parts.startIndex + 2]),
      let offset = Self.offset(parts[parts.startIndex + 4])
    else { return nil }
    let clock = parts[parts.startIndex + 3].split(separator: ":").map { Int64($0) ?? -1 }
    self.init(year, Int64(month) + 1, day, clock: clock, offset: offset)
  }

  /// `2026-11-21T08:00:00Z`, a day alone, or seconds since 1970.
  init?(vendorDate value: JSON) {
    if let seconds = value.integer {
      self.init(milliseconds: Int64(seconds).multipliedReportingOverflow(by: 1000).partialValue)
      return
    }
    guard let text = value.string else { return nil }
    let halves = text.split { $0 == "T" || $0 == "t" || $0 == " " }
    let date = (halves.first ?? "").split(separator: "-").map { Int64($0) ?? -1 }
    guard date.count == 3, halves.count <= 2 else { return nil }
    guard halves.count == 2 else {
      self.init(date[0], date[1], date[2], clock: [0, 0, 0], offset: 0)
      return
    }
    let time = halves[1].prefix { $0.isNumber || $0 == ":" }
    let zone = halves[1].drop { $0.isNumber || $0 == ":" || $0 == "." }
    guard let offset = Self.offset(zone) else { return nil }
    let clock = time.split(separator: ":").map { Int64($0) ?? -1 }
    self.init(date[0], date[1], date[2], clock: clock, offset: offset)
  }

  private init?(_ year: Int64, _ month: Int64, _ day: Int64, clock: [Int64], offset: Int64) {
    guard clock.count == 3 || clock.count == 2, (0...9999).contains(year),
      (1...12).contains(month), (1...31).contains(day), (0...23).contains(clock[0]),
      (0...59).contains(clock[1]), (0...60).contains(clock.count == 3 ? clock[2] : 0)
    else { return nil }
    // Years begin in March here, so that the leap day is the last of a year.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    let seconds = clock[0] * 3600 + clock[1] * 60 + (clock.count == 3 ? clock[2] : 0) - offset
    self.init(milliseconds: (days * 86_400 + seconds) * 1000)
  }

  /// Seconds east of Greenwich; no zone at all counts as UTC.
  private static func offset(_ zone: Substring) -> Int64? {
    switch zone.lowercased() {
    case "", "z", "gmt", "utc", "ut": return 0
    default:
      let digits = zone.dropFirst().filter { $0 != ":" }
      guard let sign = zone.first, sign == "+" || sign == "-", digits.count == 4,
        let number = Int64(digits)
      else { return nil }
      let seconds = number / 100 * 3600 + number % 100 * 60
      return sign == "+" ? seconds : -seconds
    }
  }
}
