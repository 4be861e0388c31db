import PurgeCore

/// A part of a whole in percent, such as `5%` or `0.25%`.
public struct Share: Sendable, Hashable {
  /// The part in millionths of the whole.
  public let millionths: Int

  /// Reads a number with at most four decimals and a percent sign; nil for anything else, for none
  /// and for more than all.
  public init?(_ text: String) {
    guard text.hasSuffix("%") else { return nil }
    let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy(Self.isNumber),
      let whole = Int(parts[0]), whole <= 100
    else { return nil }
    let decimals = parts.count == 2 ? String(parts[1]) : ""
    guard decimals.count <= 4 else { return nil }
    let padded = decimals + String(repeating: "0", count: 4 - decimals.count)
    millionths = whole * 10_000 + (Int(padded) ?? 0)
    guard (1...1_000_000).contains(millionths) else { return nil }
  }

  private static func isNumber(_ text: Substring) -> Bool {
    (1...4).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
  }

  /// How many of so many it is at most.
  public func of(_ whole: Int) -> Int {
    let (product, overflow) = whole.multipliedReportingOverflow(by: millionths)
    return overflow ? whole / 1_000_000 * millionths : product / 1_000_000
  }

  /// A part of a whole as people read it, to a tenth of a percent.
  static func words(_ part: Int, of whole: Int) -> String {
    let tenths = whole == 0 ? 0 : part * 1_000 / whole
    return tenths == 0 && part > 0 ? "less than 0.1 %" : "\(tenths / 10).\(tenths % 10) %"
  }
}

extension Share: CustomStringConvertible {
  /// The share as the settings write it.
  public var description: String {
    let (whole, rest) = millionths.quotientAndRemainder(dividingBy: 10_000)
    guard rest > 0 else { return "\(whole)%" }
    var decimals = String(rest + 10_000).dropFirst()
    while decimals.last == "0" { decimals.removeLast() }
    return "\(whole).\(decimals)%"
  }
}

/// How a selection's size stands to the cap on all known people (OS-05).
public struct ShareCap: Sendable, Hashable {
  /// How many people the hub's owner says there are.
  public let known: Int
  /// The most people in one request without a reason.
  public let limit: Int
  /// The cap as the settings write it.
  public let share: Share
  /// How many are selected.
  public let people: Int

  /// Whether the selection is larger than the cap.
  public var isExceeded: Bool { people > limit }

  /// The selection's own share in words.
  public var words: String { Share.words(people, of: known) }
}

extension ShareCap {
  /// The cap of these settings over a selection; nil when they have none.
  init?(_ settings: Settings, people: Int) {
    guard let share = settings.maxShare, let known = settings.knownSubjects else { return nil }
    self.init(known: known, limit: share.of(known), share: share, people: people)
  }

  var refusal: Refusal {
    Refusal(
      .blastRadius,
      "The request names \(people) people, \(words) of the \(known) known ones; "
        + "at most \(share), \(limit) of them, may go at once.",
      action:
        "Split it, or say why with --exceed-cap REASON (exceedCap in the API); the audit keeps it.")
  }
}
