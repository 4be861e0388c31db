import CCrypto

/// Digests of bytes, by OpenSSL's libcrypto.
///
/// SHA-1 and MD5 are here because vendors and name-based UUIDs ask for them; they protect nothing.
public enum Digest {
  /// SHA-256, 32 bytes.
  public static func sha256(_ bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
    try unsafe digest(bytes, EVP_sha256(), size: 32)
  }

  /// SHA-1, 20 bytes.
  public static func sha1(_ bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
    try unsafe digest(bytes, EVP_sha1(), size: 20)
  }

  /// MD5, 16 bytes; fails where the system's policy forbids it.
  public static func md5(_ bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
    try unsafe digest(bytes, EVP_md5(), size: 16)
  }

  private static func digest(
    _ bytes: [UInt8], _ kind: OpaquePointer?, size: Int
  ) throws(CryptoError) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: size)
    try CryptoError.check(
      unsafe EVP_Digest(bytes, bytes.count, &code, nil, kind, nil), "EVP_Digest")
    return code
  }
}
