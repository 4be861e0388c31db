import Documents
import PurgeCore

/// Invented texts for real ones: the same text always gets the same, so that what an answer names
/// is still what a later request names.
struct Pseudonyms {
  private(set) var words: ManifestWords
  private var inventor: Inventor
  /// By bytes: texts that only look alike are equal to Swift, and two texts to vendors.
  private var known: [[UInt8]: String] = [:]
  private var taken: Set<[UInt8]> = []
  /// Texts that stand in the answers, none of which may come out again.
  private var originals: Set<[UInt8]>
  /// The person's own texts.
  private(set) var personal: [PersonalText] = []
  /// Scheme and host of the vendor, and what stands for them.
  var origins: [(original: String, invented: String)] = []
  private let hosts: [HostPattern]
  private(set) var fields: [String: String] = [:]
  private var phones = 0
  /// Texts that stay, since the manifest itself says all of them.
  private(set) var kept: [String] = []

  init(_ manifest: Manifest, avoiding originals: Set<[UInt8]>, seed: Int) {
    words = ManifestWords(manifest)
    hosts = manifest.hosts
    inventor = Inventor(seed: seed)
    self.originals = originals
  }

  /// Says beforehand what stands for a text.
  mutating func fix(_ original: String, _ invented: String) {
    guard !original.isEmpty else { return }
    known[Array(original.utf8)] = known[Array(original.utf8)] ?? invented
    taken.insert(Array(invented.utf8))
  }

  /// Says what stands for a text of the person's.
  mutating func fixPersonal(_ original: String, _ invented: String) {
    fix(original, invented)
    if !original.isEmpty { personal.append(PersonalText(original, invented)) }
  }

  /// Says what stands for a member's name that a look-up makes of a setting or a kind.
  mutating func fixField(_ original: String, _ invented: String) {
    fields[original] = invented
    words.addField(original)
    words.addField(invented)
  }

  /// Whether a text is one of the person's, in whatever capitals.
  func isPersonal(_ text: String) -> Bool {
    let folded = text.lowercased()
    return personal.contains { $0.folded == folded }
  }

  /// Whether a text stands in the answers as a value.
  func isOriginal(_ text: String) -> Bool {
    text.utf8.count > 3 && originals.contains(Array(text.utf8))
  }

  /// What stands for a text.
  mutating func name(for text: String) -> String {
    let key = Array(text.utf8)
    if let known = known[key] { return known }
    let invented = invent(text, key)
    if invented == text { kept.append(text) }
    known[key] = invented
    taken.insert(Array(invented.utf8))
    return invented
  }

  /// What stands for a number; small ones name nobody.
  mutating func number(for text: String) -> String {
    let digits = text.filter(\.isNumber)
    if let name = known[Array(text.utf8)] {
      if let number = try? JSON(reading: Array(name.utf8)), case .number = number { return name }
      return fresh(text) { $0.number(like: text) }
    }
    guard digits.count > 1, !words.numbers.contains(text) else { return text }
    let invented = fresh(text) { $0.number(like: text) }
    known[Array(text.utf8)] = invented
    taken.insert(Array(invented.utf8))
    return invented
  }

  private mutating func invent(_ text: String, _ key: [UInt8]) -> String {
    if words.texts.contains(key) || !text.contains(where: { $0.isLetter || $0.isNumber }) {
      return text
    }
    if let name = personal.first(where: { $0.folded == text.lowercased() })?.invented {
      return name.recapitalised
    }
    if let found = masked(text) { return found }
    if text.looksLikeURL { return inventedURL(text) }
    if text.isAddress {
      let isFolded = text != text.lowercased()
      return fresh(text) { (isFolded ? $0.name().recapitalised : $0.name()) + "@example.com" }
    }
    if let date = text.fixedDate { return date }
    if text.isPhone {
      phones += 1
      return "+12025550" + String(100 + phones % 100)
    }
    return fresh(text) { $0.text(like: text) }
  }

  /// One that stands for nothing else, was in no answer, and is to rules what the text was.
  private mutating func fresh(_ text: String, _ make: (inout Inventor) -> String) -> String {
    var candidate = make(&inventor)
    for _ in 0..<50 {
      let key = Array(candidate.utf8)
      let isNew = !taken.contains(key) && !originals.contains(key) && !words.texts.contains(key)
      if isNew, words.judgesAlike(candidate, text) { return candidate }
      candidate = make(&inventor)
    }
    // A search for anything else than this very word lets no other stand for it.
    return words.isSearchedFor(text) ? text : candidate
  }

  /// The part of a text that a rule searches for; words the rule does not say are replaced in it.
  mutating func masked(_ text: String) -> String? {
    for pattern in words.patterns {
      guard let match = pattern.match(in: text), !match.isEmpty else { continue }
      let source = pattern.source.lowercased()
      for part in [match, text] {
        var masked = ""
        for run in part.runs {
          let isSaid = !run.isWord || source.contains(run.text.lowercased())
          masked += isSaid ? run.text : inventor.text(like: run.text)
        }
        if words.judgesAlike(masked, text) { return masked }
      }
    }
    return nil
  }
}

// MARK: URLs

extension Pseudonyms {
  private mutating func inventedURL(_ text: String) -> String {
    guard !text.hasPrefix("/") else { return inventedTarget(text) }
    guard let origin = Origin(text) else { return "https://www.example.com/" }
    let host: String
    if let own = origins.first(where: { $0.original == origin.text }) {
      host = own.invented
    } else if let pattern = hosts.first(where: { $0.matches(origin.host) }) {
      host = "https://" + pattern.example
    } else {
      host = "https://www.example.com"
    }
    return host + inventedTarget(origin.rest)
  }

  /// Path and query with everything replaced that the manifest does not say.
  private mutating func inventedTarget(_ target: String) -> String {
    let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = (halves.first ?? "").split(separator: "#", omittingEmptySubsequences: false)[0]
    var parts: [String] = []
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      parts.append(inventedSegment(String(part)))
    }
    guard halves.count == 2 else { return parts.joined(separator: "/") }
    var items: [String] = []
    let query = halves[1].split(separator: "#", omittingEmptySubsequences: false).first ?? ""
    for item in query.split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = field(String(pair[0]).removingEncoding).percentEncoded()
      guard pair.count == 2 else {
        items.append(name)
        continue
      }
      items.append(name + "=" + inventedValue(String(pair[1]).removingEncoding).percentEncoded())
    }
    return parts.joined(separator: "/") + "?" + items.joined(separator: "&")
  }

  private mutating func inventedSegment(_ segment: String) -> String {
    let isVersion = segment.first == "v" && segment.dropFirst().allSatisfy(\.isNumber)
    if segment.isEmpty || isVersion || words.segments.contains(segment) { return segment }
    return name(for: segment.removingEncoding).percentEncoded()
  }

  private mutating func inventedValue(_ value: String) -> String {
    // Page numbers and sizes.
    let isSmall = value.utf8.count < 4 && value.allSatisfy(\.isNumber)
    return isSmall || words.segments.contains(value) ? value : name(for: value)
  }
}

/// A text of the person's and what stands for it.
struct PersonalText {
  /// In lower case.
  let folded: String
  let invented: String
  /// How it may stand inside another text.
  let spellings: [String]
  /// The words it is made of.
  let parts: Set<Substring>

  init(_ original: String, _ invented: String) {
    self.invented = invented
    folded = original.lowercased()
    spellings = Spelling.all(of: original).filter { $0.utf8.count > 3 }
    let words = folded.split { !$0.isLetter && !$0.isNumber }
    parts = Set(words.filter { $0.utf8.count > 2 })
  }
}

extension HostPattern {
  /// A host that fits, of nobody's.
  var example: String { isWild ? "acme" + suffix : suffix }
}

extension String {
  /// The same in other capitals.
  fileprivate var recapitalised: String {
    let capital = prefix(1).uppercased() + dropFirst()
    return capital == self ? uppercased() : capital
  }

  fileprivate var looksLikeURL: Bool {
    let isTarget = hasPrefix("/") && count > 1 && !contains(where: \.isWhitespace)
    return isTarget || hasPrefix("https://") || hasPrefix("http://")
  }

  /// An e-mail address, by its look.
  var isAddress: Bool {
    let parts = split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".")
      && !contains(where: \.isWhitespace) && !contains("<") && !contains(",")
  }

  fileprivate var isPhone: Bool {
    hasPrefix("+") && filter(\.isNumber).count > 7
      && dropFirst().allSatisfy { $0.isNumber || " -().".contains($0) }
  }

  /// The same day and time for every date, in the shape it was written; nil for what is none.
  fileprivate var fixedDate: String? {
    if Instant(httpDate: self) != nil { return "Mon, 01 Jan 2024 00:00:00 GMT" }
    guard utf8.count > 7, Instant(vendorDate: .string(self)) != nil else { return nil }
    var digits = "20240101".makeIterator()
    return String(map { $0.isNumber ? digits.next() ?? "0" : $0 })
  }

  fileprivate var removingEncoding: String {
    // A query may write a blank as forms do.
    replacing("+", with: " ").percentDecoded
  }

  /// The text cut into words and what stands between them.
  var runs: [(text: String, isWord: Bool)] {
    var runs: [(text: String, isWord: Bool)] = []
    for character in self {
      let isWord = character.isLetter || character.isNumber
      if let last = runs.last, last.isWord == isWord {
        runs[runs.count - 1].text.append(character)
      } else {
        runs.append((String(character), isWord))
      }
    }
    return runs
  }
}
