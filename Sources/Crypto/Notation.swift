import FoundationEssentials

extension [UInt8] {
  /// Two lowercase hexadecimal digits for each byte.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(count * 2)
    for byte in self {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads hexadecimal digits of either case; nothing for other text or an odd count.
  public init?(hex: String) {
    let digits = hex.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count.isMultiple(of: 2) else { return nil }
    self = []
    for position in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[position], let low = digits[position + 1] else { return nil }
      append(UInt8(high << 4 | low))
    }
  }

  /// Base64 with padding (RFC 4648, section 4).
  public var base64: String { Data(self).base64EncodedString() }

  /// Base64 for URLs, without padding (RFC 4648, section 5).
  public var base64url: String {
    String(
      decoding: base64.utf8.compactMap { sign in
        switch sign {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        case UInt8(ascii: "="): nil
        default: sign
        }
      }, as: UTF8.self)
  }

  /// Reads base64 with padding; nothing for other text.
  public init?(base64: String) {
    guard let data = Data(base64Encoded: base64) else { return nil }
    self = Array(data)
  }
}
