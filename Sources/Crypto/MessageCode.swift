import CCrypto

/// A keyed code of messages (HMAC, RFC 2104): who lacks the key can neither make nor guess one.
///
/// The key is prepared once, so one value serves a million messages at less than a microsecond
/// each. It owns an `EVP_MAC_CTX` and frees it; the library wipes the key then.
@safe public struct MessageCode: ~Copyable, @unchecked Sendable {
  // Sendable: the context belongs to this value alone and is used only while it is held
  // exclusively, in `mutating` functions.
  private let context: OpaquePointer
  private let size: Int

  /// Prepares HMAC-SHA256, 32 bytes a code.
  public static func hmacSHA256(key: [UInt8]) throws(CryptoError) -> MessageCode {
    try MessageCode(digest: "SHA256", size: 32, key: key)
  }

  /// Prepares HMAC-SHA1, 20 bytes a code.
  public static func hmacSHA1(key: [UInt8]) throws(CryptoError) -> MessageCode {
    try MessageCode(digest: "SHA1", size: 20, key: key)
  }

  /// Prepares HMAC-SHA512, 64 bytes a code.
  public static func hmacSHA512(key: [UInt8]) throws(CryptoError) -> MessageCode {
    try MessageCode(digest: "SHA512", size: 64, key: key)
  }

  /// The code of one message.
  public static func hmacSHA256(
    of message: [UInt8], key: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    var code = try hmacSHA256(key: key)
    return try code.of(message)
  }

  private init(digest: String, size: Int, key: [UInt8]) throws(CryptoError) {
    guard let mac = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
      throw CryptoError("EVP_MAC_fetch")
    }
    defer { unsafe EVP_MAC_free(mac) }
    guard let context = unsafe EVP_MAC_CTX_new(mac) else { throw CryptoError("EVP_MAC_CTX_new") }
    guard unsafe Self.start(context, digest: digest, key: key) == 1 else {
      unsafe EVP_MAC_CTX_free(context)
      throw CryptoError("EVP_MAC_init")
    }
    unsafe self.context = context
    self.size = size
  }

  private static func start(_ context: OpaquePointer, digest: String, key: [UInt8]) -> Int32 {
    var name = Array(digest.utf8CString)
    // An empty key is a key; a null one would mean "the one from before".
    let keyed = key.isEmpty ? [0] : key
    return unsafe name.withUnsafeMutableBufferPointer { name in
      // A parameter only points at its own name, which must live until the library has read it.
      unsafe OSSL_MAC_PARAM_DIGEST.withCString { parameter in
        let parameters = unsafe [
          OSSL_PARAM_construct_utf8_string(parameter, name.baseAddress, 0),
          OSSL_PARAM_construct_end(),
        ]
        return unsafe EVP_MAC_init(context, keyed, key.count, parameters)
      }
    }
  }

  deinit { unsafe EVP_MAC_CTX_free(context) }

  /// The code of a message.
  public mutating func of(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: size)
    var written = 0
    try CryptoError.check(unsafe EVP_MAC_init(context, nil, 0, nil), "EVP_MAC_init")
    try CryptoError.check(
      unsafe EVP_MAC_update(context, message, message.count), "EVP_MAC_update")
    try CryptoError.check(
      unsafe EVP_MAC_final(context, &code, &written, size), "EVP_MAC_final")
    return code
  }
}

extension [UInt8] {
  /// Compares in a time that depends on the length only, so that nobody learns how far they match.
  public func equalsInConstantTime(_ other: [UInt8]) -> Bool {
    count == other.count && isSame(as: other)
  }

  private func isSame(as other: [UInt8]) -> Bool {
    unsafe CRYPTO_memcmp(self, other, count) == 0
  }
}
