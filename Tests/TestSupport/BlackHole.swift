import Foundation
import Glibc

/// A port whose queue is full: who connects hears nothing.
public final class BlackHole: Sendable {
  /// The port on 127.0.0.1.
  public let port: UInt16
  private let descriptors: [Int32]

  /// Makes a port and fills its queue.
  public init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = try BlackHole.listen(listener)
    port = UInt16(bigEndian: address.sin_port)
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    let callers = (0..<8).map { _ in socket(AF_INET, kind, 0) }
    for caller in callers {
      unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = unsafe connect(caller, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
    descriptors = callers + [listener]
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }

  private static func listen(_ listener: Int32) throws -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listener, $0, size) == 0 && Glibc.listen(listener, 0) == 0
          && getsockname(listener, $0, &size) == 0
      }
    }
    guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
    return address
  }
}
