import CCrypto

/// Bytes nobody can foretell, from the library's generator.
public enum RandomBytes {
  /// Makes bytes; throws when the system gives no randomness, which must stop the caller.
  public static func make(_ count: Int) throws(CryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard count > 0 else { return bytes }
    try CryptoError.check(unsafe RAND_bytes(&bytes, Int32(count)), "RAND_bytes")
    return bytes
  }
}
