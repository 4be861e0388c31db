import CCrypto

/// A digest of bytes that come bit by bit; it owns an `EVP_MD_CTX` and frees it.
@safe public struct RunningDigest: ~Copyable {
  private let context: OpaquePointer
  private let size: Int

  /// Begins SHA-256, 32 bytes.
  public static func sha256() throws(CryptoError) -> RunningDigest {
    try unsafe RunningDigest(EVP_sha256(), size: 32)
  }

  private init(_ kind: OpaquePointer?, size: Int) throws(CryptoError) {
    guard let context = unsafe EVP_MD_CTX_new() else { throw CryptoError("EVP_MD_CTX_new") }
    guard unsafe EVP_DigestInit_ex(context, kind, nil) == 1 else {
      unsafe EVP_MD_CTX_free(context)
      throw CryptoError("EVP_DigestInit_ex")
    }
    unsafe self.context = context
    self.size = size
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Takes the next bytes.
  public mutating func take(_ bytes: [UInt8]) throws(CryptoError) {
    try CryptoError.check(
      unsafe EVP_DigestUpdate(context, bytes, bytes.count), "EVP_DigestUpdate")
  }

  /// The digest of all that was taken; ask once.
  public mutating func end() throws(CryptoError) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: size)
    try CryptoError.check(unsafe EVP_DigestFinal_ex(context, &code, nil), "EVP_DigestFinal_ex")
    return code
  }
}
