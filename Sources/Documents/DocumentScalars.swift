// How strings and numbers are read.

extension DocumentReader {
  /// A string, standing at its opening quote.
  mutating func string() throws(DocumentError) -> String {
    let start = position
    let quote = bytes[start]
    position += 1
    while let byte = current, byte != quote, byte != UInt8(ascii: "\\"), byte >= 0x20 {
      position += 1
    }
    guard current != quote else {
      defer { position += 1 }
      return String(decoding: bytes[start + 1..<position], as: UTF8.self)
    }
    return try escapedString(from: start, quote: quote)
  }

  private mutating func escapedString(
    from start: Int, quote: UInt8
  ) throws(DocumentError) -> String {
    var text = Array(bytes[start + 1..<position])
    while let byte = current, byte != quote {
      switch byte {
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0x0A, 0x0D: throw error("the string is not closed in its line", at: start)
      case 0..<0x20: throw error("a control character stands in a string; write it as \\u00..")
      default:
        text.append(byte)
        position += 1
      }
    }
    guard current != nil else { throw error("the string is never closed", at: start) }
    position += 1
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func escape(into text: inout [UInt8]) throws(DocumentError) {
    let start = position
    guard let letter = following else { throw error("the text ends too early", at: start) }
    position += 2
    switch letter {
    case UInt8(ascii: "u"): text.append(contentsOf: String(try scalar(from: start)).utf8)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    default:
      guard dialect == .json5 else {
        throw error("JSON knows no such escape; a backslash is written \"\\\\\"", at: start)
      }
      try looseEscape(letter, from: start, into: &text)
    }
  }

  private mutating func looseEscape(
    _ letter: UInt8, from start: Int, into text: inout [UInt8]
  ) throws(DocumentError) {
    switch letter {
    case 0x0A: break
    case 0x0D: if current == 0x0A { position += 1 }
    case UInt8(ascii: "v"): text.append(0x0B)
    case UInt8(ascii: "0") where current?.isDigit != true: text.append(0)
    case UInt8(ascii: "x"):
      let code = try hexadecimal(digits: 2, from: start)
      text.append(contentsOf: String(Unicode.Scalar(UInt8(truncatingIfNeeded: code))).utf8)
    case 0x30...0x39: throw error("a digit cannot be escaped", at: start)
    case 0xE2 where current == 0x80 && (following == 0xA8 || following == 0xA9): position += 2
    default: text.append(letter)
    }
  }

  /// One `\u....`, or two that are the halves of a character.
  private mutating func scalar(from start: Int) throws(DocumentError) -> Unicode.Scalar {
    let first = try hexadecimal(digits: 4, from: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    let reason = "half a character stands in \\u....; both halves are needed"
    guard first < 0xDC00, current == UInt8(ascii: "\\"), following == UInt8(ascii: "u") else {
      throw error(reason, at: start)
    }
    position += 2
    let second = try hexadecimal(digits: 4, from: start)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw error(reason, at: start) }
    return scalar
  }

  private mutating func hexadecimal(
    digits: Int, from start: Int
  ) throws(DocumentError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = current?.hexadecimalValue else {
        throw error("\(digits) hexadecimal digits are expected", at: start)
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}

extension DocumentReader {
  /// A number's text in JSON's own notation.
  mutating func number() throws(DocumentError) -> String {
    let start = position
    let isNegative = try sign()
    if dialect == .json5, current == UInt8(ascii: "0"), let x = following, x | 0x20 == 0x78 {
      return try hexadecimalNumber(isNegative, from: start)
    }
    let whole = digits()
    let fraction = try fraction(after: whole, from: start)
    guard !whole.isEmpty || !fraction.isEmpty else { throw notANumber(at: start) }
    guard whole.count < 2 || whole.first != UInt8(ascii: "0") else {
      throw error("a number does not begin with 0", at: start)
    }
    let exponent = try exponent(from: start)
    return (isNegative ? "-" : "") + (whole.isEmpty ? "0" : String(decoding: whole, as: UTF8.self))
      + (fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self)) + exponent
  }

  private mutating func sign() throws(DocumentError) -> Bool {
    switch current {
    case UInt8(ascii: "-"):
      position += 1
      return true
    case UInt8(ascii: "+") where dialect == .json5:
      position += 1
      return false
    default: return false
    }
  }

  private mutating func digits() -> ArraySlice<UInt8> {
    let start = position
    while let byte = current, byte.isDigit { position += 1 }
    return bytes[start..<position]
  }

  private mutating func fraction(
    after whole: ArraySlice<UInt8>, from start: Int
  ) throws(DocumentError) -> ArraySlice<UInt8> {
    guard current == UInt8(ascii: ".") else { return [] }
    position += 1
    let fraction = digits()
    guard dialect == .json5 || (!whole.isEmpty && !fraction.isEmpty) else {
      throw error("digits stand before and after the point of a number", at: start)
    }
    return fraction
  }

  private mutating func exponent(from start: Int) throws(DocumentError) -> String {
    guard let letter = current, letter | 0x20 == 0x65 else { return "" }
    position += 1
    var text = "e"
    if current == UInt8(ascii: "-") { text += "-" }
    if current == UInt8(ascii: "-") || current == UInt8(ascii: "+") { position += 1 }
    let power = digits()
    guard !power.isEmpty else { throw error("digits are missing after the \"e\"", at: start) }
    return text + String(decoding: power, as: UTF8.self)
  }

  private mutating func hexadecimalNumber(
    _ isNegative: Bool, from start: Int
  ) throws(DocumentError) -> String {
    position += 2
    var value: UInt64 = 0
    let first = position
    while let digit = current?.hexadecimalValue {
      guard value >> 60 == 0 else { throw error("the number is too large", at: start) }
      value = value << 4 | UInt64(digit)
      position += 1
    }
    guard position > first else { throw error("digits are missing after \"0x\"", at: start) }
    return (isNegative ? "-" : "") + String(value)
  }

  private func notANumber(at start: Int) -> DocumentError {
    let letter = current.map { $0 | 0x20 }
    return letter == UInt8(ascii: "i") || letter == UInt8(ascii: "n")
      ? error("JSON has neither infinity nor \"not a number\"; write a number", at: start)
      : error("a value is expected here")
  }
}

extension UInt8 {
  fileprivate var hexadecimalValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x37
    case 0x61...0x66: self - 0x57
    default: nil
    }
  }
}
