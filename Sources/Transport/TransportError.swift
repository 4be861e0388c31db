import Glibc

/// Why a client or a server could not be made.
public struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The call that failed.
  public var call: String
  /// The system's error number, 0 when the call has none.
  public var code: Int32

  init(_ call: String, code: Int32 = errno) {
    self.call = call
    self.code = code
  }

  /// The call and the system's own words.
  public var description: String {
    code == 0 ? "\(call) failed" : unsafe "\(call): \(String(cString: strerror(code)))"
  }
}
