/// The name of a purge that support can quote: `PRG-7K3F-9QWD-2M5T-8`.
///
/// Sixty random bits in Crockford's base 32 and a check character; it holds neither date nor
/// personal data.
public struct PurgeRequestID: Sendable, Hashable, Comparable {
  /// The sixty bits, never negative: databases keep it as a BIGINT.
  public let number: Int64

  /// Makes an identifier from random bits, of which the lowest sixty count.
  public init(bits: UInt64) { number = SpeakableNumber.number(bits) }

  /// Why a text is no identifier.
  public enum Typo: Error, Sendable, Hashable {
    /// Not twelve characters and a check character of the alphabet, after an optional `PRG`.
    case shape
    /// The shape is right, but the check character does not fit: something was mistyped.
    case check
  }

  /// Reads what a person typed: case, dashes and blanks do not matter; O is 0, I and L are 1.
  public init(reading text: String) throws(Typo) {
    number = try SpeakableNumber.read(text, after: "PRG")
  }

  /// Orders by number, which means nothing but is always the same.
  public static func < (a: PurgeRequestID, b: PurgeRequestID) -> Bool { a.number < b.number }
}

extension PurgeRequestID: CustomStringConvertible {
  /// The identifier as it is shown and quoted.
  public var description: String { SpeakableNumber.write(number, after: "PRG") }
}
