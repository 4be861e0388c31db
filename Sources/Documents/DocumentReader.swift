/// Reads one value from bytes, knowing at each moment where it stands.
struct DocumentReader {
  let bytes: [UInt8]
  let file: String
  let dialect: Document.Dialect
  var position = 0

  private(set) var lines: [String: Int] = [:]
  private let isNotingLines: Bool
  /// How many bytes of places were noted: a long name stands in the place of all that is below it.
  private var noted = 0
  private static let mostNoted = 1 << 24
  private var place = ""
  private var depth = 0
  private var counted = (position: 0, line: 1)

  init(_ bytes: [UInt8], file: String, dialect: Document.Dialect, notingLines: Bool) {
    self.bytes = bytes
    self.file = file
    self.dialect = dialect
    isNotingLines = notingLines
  }

  /// The whole text as one value.
  mutating func read() throws(DocumentError) -> JSON {
    try checkEncoding()
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    try skipBlanks()
    noteLine()
    let value = try value()
    try skipBlanks()
    guard position == bytes.count else { throw error("nothing may follow the value") }
    return value
  }

  private func checkEncoding() throws(DocumentError) {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch let problem {
      throw error("the text is not UTF-8; save it as UTF-8", at: problem.byteOffsets.lowerBound)
    }
  }

  private mutating func value() throws(DocumentError) -> JSON {
    switch current {
    case UInt8(ascii: "{"): try nested { reader throws(DocumentError) in try reader.object() }
    case UInt8(ascii: "["): try nested { reader throws(DocumentError) in try reader.list() }
    case UInt8(ascii: "\""): .string(try string())
    case UInt8(ascii: "'") where dialect == .json5: .string(try string())
    case UInt8(ascii: "t"): try word("true", .bool(true))
    case UInt8(ascii: "f"): try word("false", .bool(false))
    case UInt8(ascii: "n"): try word("null", .null)
    default: .number(try number())
    }
  }

  private mutating func nested(
    _ read: (inout DocumentReader) throws(DocumentError) -> JSON
  ) throws(DocumentError) -> JSON {
    guard depth < Document.maximumDepth else {
      throw error("values are nested more than \(Document.maximumDepth) deep")
    }
    depth += 1
    defer { depth -= 1 }
    return try read(&self)
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(DocumentError) -> JSON {
    let start = position
    while let byte = current, byte.isNamePart { position += 1 }
    guard bytes[start..<position].elementsEqual(word.description.utf8) else {
      throw error("a value is expected here; text stands in quotes", at: start)
    }
    return value
  }
}

// MARK: Lists and objects

extension DocumentReader {
  private mutating func list() throws(DocumentError) -> JSON {
    let above = place
    defer { place = above }
    var elements: [JSON] = []
    position += 1
    try skipBlanks()
    while current != UInt8(ascii: "]") {
      enter("\(elements.count)", below: above)
      elements.append(try value())
      guard try separator(before: UInt8(ascii: "]"), named: "]") else { break }
    }
    position += 1
    return .array(elements)
  }

  private mutating func object() throws(DocumentError) -> JSON {
    let above = place
    defer { place = above }
    var members: [JSON.Member] = []
    var names = SeenNames()
    position += 1
    try skipBlanks()
    while current != UInt8(ascii: "}") {
      let start = position
      let name = try memberName()
      if let first = names.note(name, at: start, among: members) {
        let line = place(of: first).line
        throw error("the same name was already given in line \(line)", at: start)
      }
      enter(name, below: above, at: start)
      try expectColon()
      members.append(.init(name, try value()))
      guard try separator(before: UInt8(ascii: "}"), named: "}") else { break }
    }
    position += 1
    return .object(members)
  }

  private mutating func expectColon() throws(DocumentError) {
    try skipBlanks()
    guard current == UInt8(ascii: ":") else { throw error("\":\" is missing after the name") }
    position += 1
    try skipBlanks()
  }

  /// Whether another element follows; stands at the closing bracket if not.
  private mutating func separator(
    before end: UInt8, named bracket: String
  ) throws(DocumentError) -> Bool {
    try skipBlanks()
    if current == end { return false }
    guard current == UInt8(ascii: ",") else { throw error("\",\" or \"\(bracket)\" is missing") }
    let comma = position
    position += 1
    try skipBlanks()
    if current == end, dialect == .json {
      throw error("nothing follows the last \",\"; take it out", at: comma)
    }
    return true
  }

  private mutating func memberName() throws(DocumentError) -> String {
    switch current {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "'") where dialect == .json5: return try string()
    default: break
    }
    guard dialect == .json5 else { throw error("a name in quotes is expected here") }
    let start = position
    while let byte = current, byte.isNamePart { position += 1 }
    guard position > start, !bytes[start].isDigit else {
      throw error("a name is expected here; one with other signs than letters stands in quotes")
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func enter(_ step: String, below above: String, at start: Int? = nil) {
    guard isNotingLines, noted < Self.mostNoted else { return }
    place = "\(above)/\(JSONPointer.escape(step))"
    noteLine(at: start)
  }

  private mutating func noteLine(at start: Int? = nil) {
    guard isNotingLines else { return }
    counted.line += breaks(in: counted.position..<(start ?? position))
    counted.position = start ?? position
    lines[place] = counted.line
    noted += place.utf8.count
  }
}

/// The names of one object so far; a table only once comparing one by one would be slow.
private struct SeenNames {
  private var starts: [Int] = []
  private var table: [String: Int] = [:]

  /// Where the name stood before, if it did.
  mutating func note(_ name: String, at start: Int, among members: [JSON.Member]) -> Int? {
    if let earlier = earlier(name, among: members) { return earlier }
    starts.append(start)
    if starts.count == 17 {
      for (member, start) in zip(members, starts) { table[member.name] = start }
    }
    if starts.count > 16 { table[name] = start }
    return nil
  }

  private func earlier(_ name: String, among members: [JSON.Member]) -> Int? {
    guard starts.count < 17 else { return table[name] }
    return members.firstIndex { $0.name == name }.map { starts[$0] }
  }
}

// MARK: Blanks and comments

extension DocumentReader {
  /// The byte to be read next; nothing at the end.
  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The byte after the next; nothing at the end.
  var following: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

  private mutating func skipBlanks() throws(DocumentError) {
    while let byte = current {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case UInt8(ascii: "/") where dialect == .json5: try skipComment()
      case 0x0B, 0x0C, 0x80...:
        guard dialect == .json5, let width = blankWidth else { return }
        position += width
      default: return
      }
    }
  }

  private mutating func skipComment() throws(DocumentError) {
    let start = position
    switch following {
    case UInt8(ascii: "/"):
      while let byte = current, byte != 0x0A, byte != 0x0D { position += 1 }
    case UInt8(ascii: "*"):
      position += 2
      while !(current == UInt8(ascii: "*") && following == UInt8(ascii: "/")) {
        guard current != nil else { throw error("the comment is never closed", at: start) }
        position += 1
      }
      position += 2
    default: throw error("a comment begins with \"//\" or \"/*\"")
    }
  }

  /// How many bytes the blank takes that JSON5 knows beyond JSON's own.
  private var blankWidth: Int? {
    let next = bytes[position..<min(position + 3, bytes.count)]
    if next.first == 0x0B || next.first == 0x0C { return 1 }
    if next.starts(with: [0xC2, 0xA0]) { return 2 }
    let wide: [[UInt8]] = [[0xEF, 0xBB, 0xBF], [0xE2, 0x80, 0xA8], [0xE2, 0x80, 0xA9]]
    return wide.contains(Array(next)) ? 3 : nil
  }
}

// MARK: Places

extension DocumentReader {
  /// An error where reading stopped, or at another byte.
  func error(_ reason: String, at start: Int? = nil) -> DocumentError {
    let place = place(of: start ?? position)
    let reason = start == nil && position >= bytes.count ? "the text ends too early" : reason
    return DocumentError(file: file, line: place.line, column: place.column, reason: reason)
  }

  private func place(of offset: Int) -> (line: Int, column: Int) {
    let start = bytes[..<offset].lastIndex { $0 == 0x0A || $0 == 0x0D }.map { $0 + 1 } ?? 0
    let characters = bytes[start..<offset].count { $0 & 0xC0 != 0x80 }
    return (1 + breaks(in: 0..<offset), characters + 1)
  }

  private func breaks(in range: Range<Int>) -> Int {
    range.count { offset in
      bytes[offset] == 0x0A
        || (bytes[offset] == 0x0D && (offset + 1 == bytes.count || bytes[offset + 1] != 0x0A))
    }
  }
}

extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }

  /// Letters, digits, `_`, `$` and everything beyond ASCII.
  fileprivate var isNamePart: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...: true
    default: false
    }
  }
}
