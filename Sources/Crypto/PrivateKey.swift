import CCrypto

/// A private RSA key that signs as RS256 says (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518).
///
/// Owns an `EVP_PKEY` and frees it.
@safe public struct PrivateKey: ~Copyable, @unchecked Sendable {
  // Sendable: the key is never changed after it was made, and libcrypto reads it from any thread.
  private let key: OpaquePointer

  /// Reads the text of a PEM file, PKCS #8 or PKCS #1, without a passphrase.
  ///
  /// - Throws: `CryptoError` for anything else, and for a key that is no RSA key.
  public init(pem: [UInt8]) throws(CryptoError) {
    guard let key = unsafe Self.read(pem) else { throw CryptoError("PEM_read_bio_PrivateKey") }
    guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else {
      unsafe EVP_PKEY_free(key)
      throw CryptoError("EVP_PKEY_get_base_id")
    }
    unsafe self.key = key
  }

  private static func read(_ pem: [UInt8]) -> OpaquePointer? {
    // The BIO reads the bytes where they are, so it must not outlive them.
    unsafe pem.withUnsafeBytes { bytes in
      guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
        return nil
      }
      defer { unsafe BIO_free(bio) }
      // Without an answer of ours the library would ask for a passphrase at the terminal.
      return unsafe PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
    }
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// The signature of a message by RS256, as long as the key; the same each time.
  public func rs256(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard let context = unsafe EVP_MD_CTX_new() else { throw CryptoError("EVP_MD_CTX_new") }
    defer { unsafe EVP_MD_CTX_free(context) }
    try CryptoError.check(
      unsafe EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key), "EVP_DigestSignInit")
    var size = Int(unsafe EVP_PKEY_get_size(key))
    var signature = [UInt8](repeating: 0, count: size)
    try CryptoError.check(
      unsafe EVP_DigestSign(context, &signature, &size, message, message.count), "EVP_DigestSign")
    return Array(signature.prefix(size))
  }
}
