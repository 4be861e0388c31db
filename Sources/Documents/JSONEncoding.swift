extension JSON {
  /// The shortest text: no blanks, members in their order, UTF-8 without needless escapes.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  /// Text for people: two blanks of indentation, one member or element a line.
  public func encodedPretty() -> [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes, indentedBy: 0)
    return bytes
  }

  /// Appends the shortest text to bytes already there.
  public func append(to bytes: inout [UInt8]) {
    switch self {
    case .array(let elements):
      bytes.append(ascii: "[")
      for (position, element) in elements.enumerated() {
        if position > 0 { bytes.append(ascii: ",") }
        element.append(to: &bytes)
      }
      bytes.append(ascii: "]")
    case .object(let members):
      bytes.append(ascii: "{")
      for (position, member) in members.enumerated() {
        if position > 0 { bytes.append(ascii: ",") }
        bytes.append(quoting: member.name)
        bytes.append(ascii: ":")
        member.value.append(to: &bytes)
      }
      bytes.append(ascii: "}")
    default: appendScalar(to: &bytes)
    }
  }

  private func appendScalar(to bytes: inout [UInt8]) {
    switch self {
    case .bool(let answer): bytes.append(contentsOf: (answer ? "true" : "false").utf8)
    case .number(let text): bytes.append(contentsOf: text.utf8)
    case .string(let text): bytes.append(quoting: text)
    case .null, .array, .object: bytes.append(contentsOf: "null".utf8)
    }
  }

  private func append(to bytes: inout [UInt8], indentedBy depth: Int) {
    switch self {
    case .array(let elements) where !elements.isEmpty:
      bytes.append(ascii: "[")
      for (position, element) in elements.enumerated() {
        bytes.startLine(after: position > 0, depth: depth + 1)
        element.append(to: &bytes, indentedBy: depth + 1)
      }
      bytes.startLine(after: false, depth: depth)
      bytes.append(ascii: "]")
    case .object(let members) where !members.isEmpty:
      bytes.append(ascii: "{")
      for (position, member) in members.enumerated() {
        bytes.startLine(after: position > 0, depth: depth + 1)
        bytes.append(quoting: member.name)
        bytes.append(contentsOf: ": ".utf8)
        member.value.append(to: &bytes, indentedBy: depth + 1)
      }
      bytes.startLine(after: false, depth: depth)
      bytes.append(ascii: "}")
    default: append(to: &bytes)
    }
  }
}

extension UInt8 {
  fileprivate var mustBeEscaped: Bool {
    self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\")
  }
}

extension [UInt8] {
  /// Appends a JSON string with its quotes.
  ///
  /// Only what JSON demands is escaped: the quote, the backslash and the control characters.
  public mutating func append(quoting text: String) {
    append(ascii: "\"")
    // Nearly no text has anything to escape, and copying it whole is many times faster.
    guard text.utf8.contains(where: \.mustBeEscaped) else {
      append(contentsOf: text.utf8)
      return append(ascii: "\"")
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(ascii: "\\")
        append(byte)
      case 0..<0x20: append(escaping: byte)
      default: append(byte)
      }
    }
    append(ascii: "\"")
  }

  fileprivate mutating func append(ascii scalar: Unicode.Scalar) {
    append(UInt8(ascii: scalar))
  }

  private mutating func append(escaping control: UInt8) {
    switch control {
    case 0x08: append(contentsOf: "\\b".utf8)
    case 0x09: append(contentsOf: "\\t".utf8)
    case 0x0A: append(contentsOf: "\\n".utf8)
    case 0x0C: append(contentsOf: "\\f".utf8)
    case 0x0D: append(contentsOf: "\\r".utf8)
    default:
      append(contentsOf: (control < 16 ? "\\u000" : "\\u00").utf8)
      append(contentsOf: String(control, radix: 16).utf8)
    }
  }

  fileprivate mutating func startLine(after comma: Bool, depth: Int) {
    if comma { append(ascii: ",") }
    append(ascii: "\n")
    append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
  }
}
