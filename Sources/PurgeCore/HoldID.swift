/// The name of a legal hold that lawyers and operators can quote: `HLD-7K3F-9QWD-2M5T-8`.
///
/// It is made and read as a purge request's name is.
public struct HoldID: Sendable, Hashable, Comparable {
  /// The sixty bits, never negative: databases keep it as a BIGINT.
  public let number: Int64

  /// Makes an identifier from random bits, of which the lowest sixty count.
  public init(bits: UInt64) { number = SpeakableNumber.number(bits) }

  /// Reads what a person typed: case, dashes and blanks do not matter; O is 0, I and L are 1.
  public init(reading text: String) throws(PurgeRequestID.Typo) {
    number = try SpeakableNumber.read(text, after: "HLD")
  }

  /// Orders by number, which means nothing but is always the same.
  public static func < (a: HoldID, b: HoldID) -> Bool { a.number < b.number }
}

extension HoldID: CustomStringConvertible {
  /// The identifier as it is shown and quoted.
  public var description: String { SpeakableNumber.write(number, after: "HLD") }
}
