/// A call of libcrypto that failed.
public struct CryptoError: Error, Sendable, Hashable {
  /// The library's function.
  public let call: String

  init(_ call: String) { self.call = call }

  /// Throws unless the library answered 1, its word for success.
  static func check(_ answer: Int32, _ call: String) throws(CryptoError) {
    guard answer == 1 else { throw CryptoError(call) }
  }
}

extension CryptoError: CustomStringConvertible {
  /// The sentence for people.
  public var description: String { "The cryptographic library failed in \(call)." }
}
