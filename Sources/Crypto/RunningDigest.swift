import CCrypto

/// A SHA-256 of bytes that come piece by piece, such as a file's.
///
/// Owns an `EVP_MD_CTX` and frees it.
@safe public struct RunningDigest: ~Copyable {
  private let context: OpaquePointer

  /// Begins with nothing.
  public init() throws(CryptoError) {
    guard let context = unsafe EVP_MD_CTX_new() else { throw CryptoError("EVP_MD_CTX_new") }
    guard unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      unsafe EVP_MD_CTX_free(context)
      throw CryptoError("EVP_DigestInit_ex")
    }
    unsafe self.context = context
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Adds the next bytes.
  public mutating func add(_ bytes: ArraySlice<UInt8>) throws(CryptoError) {
    let code = unsafe bytes.withUnsafeBytes {
      unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
    }
    try CryptoError.check(code, "EVP_DigestUpdate")
  }

  /// The digest of everything, 32 bytes; nothing can be added afterwards.
  public consuming func end() throws(CryptoError) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    try CryptoError.check(unsafe EVP_DigestFinal_ex(context, &code, nil), "EVP_DigestFinal_ex")
    return code
  }
}
