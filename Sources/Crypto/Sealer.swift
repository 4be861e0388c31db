import CCrypto

/// Seals bytes with AES-256-GCM so that only the same key opens them, unchanged.
///
/// What is sealed begins with a random nonce of 12 bytes and ends with a tag of 16: 28 bytes more
/// than the plain text. Random nonces are safe for 2^32 messages under one key.
public struct Sealer: Sendable {
  private static let nonceSize = 12
  private static let tagSize = 16
  private let key: [UInt8]

  /// Takes a key of 32 bytes; throws for any other length.
  public init(key: [UInt8]) throws(CryptoError) {
    guard key.count == 32 else { throw CryptoError("Sealer: the key is not 32 bytes long") }
    self.key = key
  }

  /// Seals bytes; the associated ones are not stored but must be the same when opening.
  public func seal(
    _ plain: [UInt8], with associated: [UInt8] = []
  ) throws(CryptoError) -> [UInt8] {
    try seal(plain, with: associated, nonce: RandomBytes.make(Self.nonceSize))
  }

  /// Opens what was sealed; throws when a byte, the key or the associated bytes differ.
  public func open(
    _ sealed: [UInt8], with associated: [UInt8] = []
  ) throws(CryptoError) -> [UInt8] {
    guard sealed.count >= Self.nonceSize + Self.tagSize else {
      throw CryptoError("Sealer.open: too short")
    }
    let nonce = Array(sealed[..<Self.nonceSize])
    let text = Array(sealed[Self.nonceSize..<(sealed.count - Self.tagSize)])
    let cipher = try GCM(key: key, nonce: nonce, isSealing: false)
    try cipher.authenticate(associated)
    let plain = try cipher.update(text)
    try cipher.check(tag: Array(sealed.suffix(Self.tagSize)))
    return plain
  }

  /// Seals under a given nonce: for published vectors; using one twice gives the key away.
  func seal(
    _ plain: [UInt8], with associated: [UInt8], nonce: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    let cipher = try GCM(key: key, nonce: nonce, isSealing: true)
    try cipher.authenticate(associated)
    let text = try cipher.update(plain)
    return nonce + text + (try cipher.tag(size: Self.tagSize))
  }
}

/// Owns an `EVP_CIPHER_CTX` for one message.
@safe private struct GCM: ~Copyable {
  private let context: OpaquePointer

  init(key: [UInt8], nonce: [UInt8], isSealing: Bool) throws(CryptoError) {
    guard let context = unsafe EVP_CIPHER_CTX_new() else {
      throw CryptoError("EVP_CIPHER_CTX_new")
    }
    let answer = unsafe EVP_CipherInit_ex(
      context, EVP_aes_256_gcm(), nil, key, nonce, isSealing ? 1 : 0)
    guard answer == 1 else {
      unsafe EVP_CIPHER_CTX_free(context)
      throw CryptoError("EVP_CipherInit_ex")
    }
    unsafe self.context = context
  }

  deinit { unsafe EVP_CIPHER_CTX_free(context) }

  func authenticate(_ associated: [UInt8]) throws(CryptoError) {
    guard !associated.isEmpty else { return }
    var written: Int32 = 0
    try CryptoError.check(
      unsafe EVP_CipherUpdate(context, nil, &written, associated, Int32(associated.count)),
      "EVP_CipherUpdate")
  }

  func update(_ text: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard !text.isEmpty else { return [] }
    var output = [UInt8](repeating: 0, count: text.count)
    var written: Int32 = 0
    try CryptoError.check(
      unsafe EVP_CipherUpdate(context, &output, &written, text, Int32(text.count)),
      "EVP_CipherUpdate")
    return output
  }

  func tag(size: Int) throws(CryptoError) -> [UInt8] {
    try finish()
    var tag = [UInt8](repeating: 0, count: size)
    try CryptoError.check(
      unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(size), &tag),
      "EVP_CIPHER_CTX_ctrl")
    return tag
  }

  func check(tag: [UInt8]) throws(CryptoError) {
    var tag = tag
    let size = Int32(tag.count)
    try CryptoError.check(
      unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, size, &tag),
      "EVP_CIPHER_CTX_ctrl")
    try finish()
  }

  private func finish() throws(CryptoError) {
    var rest = [UInt8](repeating: 0, count: 16)
    var written: Int32 = 0
    try CryptoError.check(
      unsafe EVP_CipherFinal_ex(context, &rest, &written), "EVP_CipherFinal_ex")
  }
}
