import CCrypto

/// The cryptographic library this hub runs with.
public enum CryptoLibrary {
  /// Its name and version, such as `OpenSSL 3.0.17 1 Jul 2025`.
  public static var version: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}
