/// What a command takes, from which both the reader and `--help` are made.
struct CommandShape: Sendable {
  /// A flag of a command.
  struct Flag: Sendable {
    /// The name with its dashes.
    var name: String
    /// The name of its value in the help; nil for a flag that is there or not.
    var value: String?
    /// One line for the help.
    var help: String
    /// Whether it may be given more than once.
    var isRepeated = false
  }

  /// The words that call it: `requests show`.
  var words: [String]
  /// The names of what follows the words; a name in brackets may be left out.
  var operands: [String] = []
  /// One sentence for the list of commands.
  var summary: String
  /// Its own flags; the common ones are added.
  var flags: [Flag] = []
  /// One line that works as it stands.
  var example: String
}

extension CommandShape {
  /// Flags that every command takes.
  static let commonFlags = [
    Flag(name: "--json", value: nil, help: "print JSON instead of text"),
    Flag(name: "--config", value: "FILE", help: "settings file; default config/purgehub.json5"),
    Flag(name: "--data", value: "FOLDER", help: "data folder; default from the settings"),
    Flag(name: "--help", value: nil, help: "show this help"),
  ]

  var allFlags: [Flag] { flags + Self.commonFlags }
}

/// Why a command line is not understood; `remedy` says what to do.
struct UsageError: Error, Hashable {
  var problem: String
  var remedy: String
}

/// A command line that fits a command's shape.
struct Arguments: Sendable, Hashable {
  private(set) var operands: [String] = []
  private var values: [String: [String]] = [:]
  private var switches: Set<String> = []

  /// Reads what follows a command's words; strict: nothing unknown, nothing twice, nothing missing.
  init(_ words: some Sequence<String>, for shape: CommandShape) throws(UsageError) {
    var rest = Array(words)[...]
    var onlyOperands = false
    while let word = rest.popFirst() {
      if word == "--", !onlyOperands {
        onlyOperands = true
      } else if onlyOperands || !word.hasPrefix("-") || word == "-" {
        operands.append(word)
      } else {
        try take(word, from: &rest, for: shape)
      }
    }
    if !switches.contains("--help") { try checkOperands(against: shape) }
  }

  func has(_ flag: String) -> Bool { switches.contains(flag) }
  func value(_ flag: String) -> String? { values[flag]?.last }
  func all(_ flag: String) -> [String] { values[flag] ?? [] }

  private mutating func take(
    _ word: String, from rest: inout ArraySlice<String>, for shape: CommandShape
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let flag = shape.allFlags.first(where: { $0.name == name }) else {
      throw .unknown(name, among: shape.allFlags.map(\.name), what: "flag")
    }
    guard let placeholder = flag.value else {
      guard parts.count == 1 else {
        throw UsageError(problem: "\(name) takes no value", remedy: "write \(name) alone")
      }
      guard switches.insert(name).inserted else { throw .twice(name) }
      return
    }
    guard flag.isRepeated || values[name] == nil else { throw .twice(name) }
    let value = parts.count == 2 ? String(parts[1]) : Self.value(in: &rest)
    guard let value, !value.isEmpty else {
      throw UsageError(problem: "\(name) needs a value", remedy: "write \(name) \(placeholder)")
    }
    values[name, default: []].append(value)
  }

  /// The next word, unless it is a flag: a value that looks like one stands behind an equals sign.
  private static func value(in rest: inout ArraySlice<String>) -> String? {
    guard let next = rest.first, !next.hasPrefix("--") else { return nil }
    return rest.popFirst()
  }

  private func checkOperands(against shape: CommandShape) throws(UsageError) {
    let required = shape.operands.filter { !$0.hasPrefix("[") }
    if operands.count < required.count {
      throw UsageError(
        problem: "\(required[operands.count]) is missing", remedy: "for example: \(shape.example)")
    }
    guard operands.count <= shape.operands.count else {
      throw UsageError(
        problem: "there is one word too many after \"\(shape.words.joined(separator: " "))\"",
        remedy: "put a value that begins with - behind --, and quote values with blanks")
    }
  }
}

extension Arguments {
  /// The number that a flag gives; nil without the flag.
  func number(_ flag: String, in range: ClosedRange<Int>) throws(CommandFailure) -> Int? {
    guard let text = value(flag) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      let end = range.upperBound == .max ? "" : " to \(range.upperBound)"
      throw CommandFailure(
        exit: .usage, problem: "\(flag) needs a number from \(range.lowerBound)\(end)",
        remedy: "write \(flag) \(range.lowerBound)")
    }
    return number
  }
}

extension UsageError {
  static func twice(_ flag: String) -> UsageError {
    UsageError(problem: "\(flag) is given twice", remedy: "give it once")
  }

  /// A word that is not known, with the nearest one that is.
  static func unknown(_ word: String, among known: [String], what: String) -> UsageError {
    let nearest = known.map { ($0, distance(word, $0)) }.min { $0.1 < $1.1 }
    // What is no word may be somebody's name, typed in the wrong place.
    let isWord = word.utf8.allSatisfy {
      ($0 | 0x20 > 96 && $0 | 0x20 < 123) || $0 == 45 || $0 == 32
    }
    guard isWord else {
      return UsageError(problem: "there is no such \(what)", remedy: "see purgehub --help")
    }
    guard let nearest, nearest.1 <= max(2, word.count / 3) else {
      return UsageError(problem: "there is no \(what) \(word)", remedy: "see purgehub --help")
    }
    return UsageError(problem: "there is no \(what) \(word)", remedy: "did you mean \(nearest.0)")
  }

  /// Levenshtein's distance, by bytes.
  private static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    var row = Array(0...b.count)
    for (i, character) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let substituted = diagonal + (character == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
