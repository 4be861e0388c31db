/// The name of a purge that support can quote: `PRG-7K3F-9QWD-2M5T-8`.
///
/// Sixty random bits in Crockford's base 32 and a check character; it holds neither date nor
/// personal data. The check is a sum over GF(32) with a different weight at each place, so every
/// single wrong character and every swap of two neighbours is noticed.
public struct PurgeRequestID: Sendable, Hashable, Comparable {
  /// The sixty bits, never negative: databases keep it as a BIGINT.
  public let number: Int64

  /// Makes an identifier from random bits, of which the lowest sixty count.
  public init(bits: UInt64) { number = Int64(bits & 0xFFF_FFFF_FFFF_FFFF) }

  /// Why a text is no identifier.
  public enum Typo: Error, Sendable, Hashable {
    /// Not twelve characters and a check character of the alphabet, after an optional `PRG`.
    case shape
    /// The shape is right, but the check character does not fit: something was mistyped.
    case check
  }

  /// Reads what a person typed: case, dashes and blanks do not matter; O is 0, I and L are 1.
  public init(reading text: String) throws(Typo) {
    var characters = text.uppercased().filter { $0 != "-" && $0 != " " }
    if characters.utf8.count == 16, characters.hasPrefix("PRG") { characters.removeFirst(3) }
    let digits = characters.utf8.compactMap(Self.value(of:))
    guard digits.count == 13, characters.utf8.count == 13 else { throw .shape }
    guard Self.check(digits.dropLast()) == digits[12] else { throw .check }
    number = digits.dropLast().reduce(0) { $0 << 5 | Int64($1) }
  }

  /// Orders by number, which means nothing but is always the same.
  public static func < (a: PurgeRequestID, b: PurgeRequestID) -> Bool { a.number < b.number }
}

extension PurgeRequestID: CustomStringConvertible {
  /// The identifier as it is shown and quoted.
  public var description: String {
    let digits = stride(from: Int64(55), through: 0, by: -5).map { UInt8(number >> $0 & 31) }
    let characters = (digits + [Self.check(digits[...])]).map { Self.alphabet[Int($0)] }
    let text = String(decoding: characters, as: UTF8.self)
    return "PRG-\(text.prefix(4))-\(text.dropFirst(4).prefix(4))-"
      + "\(text.dropFirst(8).prefix(4))-\(text.suffix(1))"
  }
}

extension PurgeRequestID {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "O"): 0
    case UInt8(ascii: "I"), UInt8(ascii: "L"): 1
    default: alphabet.firstIndex(of: character).map(UInt8.init)
    }
  }

  /// Horner's rule with the generator of GF(32), x^5 + x^2 + 1.
  private static func check(_ digits: ArraySlice<UInt8>) -> UInt8 {
    digits.reduce(0) { sum, digit in double(sum ^ digit) }
  }

  private static func double(_ element: UInt8) -> UInt8 {
    let shifted = element << 1
    return shifted & 0x20 == 0 ? shifted : shifted ^ 0x25
  }
}
