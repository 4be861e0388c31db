import CCrypto

/// A pair of Ed25519 keys (RFC 8032) that signs; anybody with the public half can check.
///
/// Owns an `EVP_PKEY` and frees it.
@safe public struct SigningKey: ~Copyable, @unchecked Sendable {
  // Sendable: the key is never changed after it was made, and libcrypto reads it from any thread.
  private let key: OpaquePointer

  /// Takes the 32 bytes of the private half; throws for any other length.
  public init(seed: [UInt8]) throws(CryptoError) {
    guard let key = unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
    else { throw CryptoError("EVP_PKEY_new_raw_private_key") }
    unsafe self.key = key
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// The public half, 32 bytes.
  public func publicKey() throws(CryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    var size = bytes.count
    try CryptoError.check(
      unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &size), "EVP_PKEY_get_raw_public_key")
    return bytes
  }

  /// The signature of a message, 64 bytes.
  public func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard let context = unsafe EVP_MD_CTX_new() else { throw CryptoError("EVP_MD_CTX_new") }
    defer { unsafe EVP_MD_CTX_free(context) }
    try CryptoError.check(
      unsafe EVP_DigestSignInit(context, nil, nil, nil, key), "EVP_DigestSignInit")
    var signature = [UInt8](repeating: 0, count: 64)
    var size = signature.count
    try CryptoError.check(
      unsafe EVP_DigestSign(context, &signature, &size, message, message.count), "EVP_DigestSign")
    return signature
  }

  /// Whether the owner of a public key signed exactly this message.
  public static func isValid(
    _ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]
  ) -> Bool {
    guard
      let key = unsafe EVP_PKEY_new_raw_public_key(
        EVP_PKEY_ED25519, nil, publicKey, publicKey.count)
    else { return false }
    defer { unsafe EVP_PKEY_free(key) }
    guard let context = unsafe EVP_MD_CTX_new() else { return false }
    defer { unsafe EVP_MD_CTX_free(context) }
    guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
    return unsafe EVP_DigestVerify(
      context, signature, signature.count, message, message.count) == 1
  }
}
