/// A regular expression that is searched for, never anchored by itself.
struct Pattern: @unchecked Sendable {
  // Sendable: a Regex is never changed after it was made; matching keeps its state elsewhere.
  private let regex: Regex<AnyRegexOutput>
  let source: String

  /// How much of a text is searched: what a vendor sends must not buy endless work.
  private var reach = 65_536

  init?(_ source: String) {
    guard let regex = try? Regex(source) else { return nil }
    self.regex = regex
    self.source = source
  }

  /// The same for what a stranger sends; nil when that could make it take for ever.
  var forStrangers: Pattern? {
    let repeats = Self.endlessRepeats(source)
    guard repeats < 2 else { return nil }
    var pattern = self
    // One endless part takes the square of the text: 0.2 s for a thousand characters.
    if repeats == 1 { pattern.reach = 1_024 }
    return pattern
  }

  /// How many parts repeat without end; a group that repeats counts as several, for it multiplies
  /// what is in it.
  private static func endlessRepeats(_ source: String) -> Int {
    var (count, isInClass, before) = (0, false, UInt8(0))
    var bytes = source.utf8.makeIterator()
    while let byte = bytes.next() {
      switch byte {
      case UInt8(ascii: "\\"): _ = bytes.next()
      case UInt8(ascii: "["): isInClass = true
      case UInt8(ascii: "]"): isInClass = false
      case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "{"):
        if isInClass { break }
        if before == UInt8(ascii: ")") { count += 2 }
        if byte != UInt8(ascii: "{") { count += 1 }
      case UInt8(ascii: "}") where !isInClass && before == UInt8(ascii: ","): count += 1
      default: break
      }
      before = byte
    }
    return count
  }

  func isFound(in text: String) -> Bool { match(in: text) != nil }

  /// The first part of a text in which it is found.
  func match(in text: String) -> String? {
    let part = text.utf8.count > reach ? String(text.prefix(reach)) : text
    return ((try? regex.firstMatch(in: part)) ?? nil).map { String(part[$0.range]) }
  }
}
