/// A regular expression that is searched for, never anchored by itself.
struct Pattern: @unchecked Sendable {
  // Sendable: a Regex is never changed after it was made; matching keeps its state elsewhere.
  private let regex: Regex<AnyRegexOutput>
  let source: String

  /// How much of a text is searched: what a vendor sends must not buy endless work.
  private static let reach = 65_536

  init?(_ source: String) {
    guard let regex = try? Regex(source) else { return nil }
    self.regex = regex
    self.source = source
  }

  func isFound(in text: String) -> Bool {
    let part = text.utf8.count > Self.reach ? String(text.prefix(Self.reach)) : text
    return ((try? regex.firstMatch(in: part)) ?? nil) != nil
  }
}
