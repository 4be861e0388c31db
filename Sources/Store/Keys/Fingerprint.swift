import Crypto

/// A keyed fingerprint of one name of a person: it compares, but names nobody.
///
/// It is the first 16 bytes of an HMAC-SHA256 under a key of its own.
public struct Fingerprint: Sendable, Hashable, Comparable {
  private let high: UInt64
  private let low: UInt64

  init(_ code: [UInt8]) {
    high = code[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    low = code[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Orders by bytes, which means nothing but is always the same.
  public static func < (a: Fingerprint, b: Fingerprint) -> Bool {
    (a.high, a.low) < (b.high, b.low)
  }

  /// The sixteen bytes.
  public var bytes: [UInt8] {
    [high, low].flatMap { half in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> UInt64($0)) }
    }
  }

  /// A short name for a person to show to people: sixteen hexadecimal digits.
  public var pseudonym: String { Array(bytes[..<8]).hex }
}

extension Fingerprint: SQLBindable { var sqlValue: SQLValue { .bytes(bytes) } }

/// Makes fingerprints; one value serves many names.
public struct Fingerprints: ~Copyable {
  private var code: MessageCode

  init(key: [UInt8]) throws(StoreError) {
    do throws(CryptoError) { code = try MessageCode.hmacSHA256(key: key) } catch {
      throw StoreError(error)
    }
  }

  /// The fingerprint of a name in its normal form; `form` tells names of different sorts apart.
  public mutating func of(form: UInt8, _ normalised: String) throws(StoreError) -> Fingerprint {
    var message = [form]
    message.append(contentsOf: normalised.utf8)
    do throws(CryptoError) { return Fingerprint(try code.of(message)) } catch {
      throw StoreError(error)
    }
  }
}
