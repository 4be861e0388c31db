/// Sixty bits as people read them to each other: three letters that say of what, twelve characters
/// of Crockford's base 32 in groups of four, and a check character.
///
/// The check is a sum over GF(32) with a different weight at each place, so every single wrong
/// character and every swap of two neighbours is noticed.
enum SpeakableNumber {
  /// The lowest sixty of random bits, never negative: databases keep it as a BIGINT.
  static func number(_ bits: UInt64) -> Int64 { Int64(bits & 0xFFF_FFFF_FFFF_FFFF) }

  /// Reads what a person typed, with or without the letters.
  static func read(
    _ text: String, after letters: String
  ) throws(PurgeRequestID.Typo) -> Int64 {
    var characters = text.uppercased().filter { $0 != "-" && $0 != " " }
    if characters.utf8.count == 16, characters.hasPrefix(letters) { characters.removeFirst(3) }
    let digits = characters.utf8.compactMap(value(of:))
    guard digits.count == 13, characters.utf8.count == 13 else { throw .shape }
    guard check(digits.dropLast()) == digits[12] else { throw .check }
    return digits.dropLast().reduce(0) { $0 << 5 | Int64($1) }
  }

  /// Writes a number as it is shown and quoted.
  static func write(_ number: Int64, after letters: String) -> String {
    let digits = stride(from: Int64(55), through: 0, by: -5).map { UInt8(number >> $0 & 31) }
    let characters = (digits + [check(digits[...])]).map { alphabet[Int($0)] }
    let text = String(decoding: characters, as: UTF8.self)
    return "\(letters)-\(text.prefix(4))-\(text.dropFirst(4).prefix(4))-"
      + "\(text.dropFirst(8).prefix(4))-\(text.suffix(1))"
  }

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
