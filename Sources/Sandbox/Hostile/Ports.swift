import Foundation
import Glibc

/// Ports of this machine.
enum Loopback {
  /// Listens on a port, or a free one, with a queue of so many; without a queue the port is taken
  /// and nobody listens.
  static func listen(on port: UInt16, queue: Int32?) throws -> (descriptor: Int32, port: UInt16) {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let listener = socket(AF_INET, kind, 0)
    var yes: Int32 = 1
    let flag = socklen_t(MemoryLayout<Int32>.size)
    unsafe setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, flag)
    var address = address(of: port)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isReady = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listener, $0, size) == 0
          && (queue.map { Glibc.listen(listener, $0) == 0 } ?? true)
          && getsockname(listener, $0, &size) == 0
      }
    }
    guard isReady else {
      let code = POSIXErrorCode(rawValue: errno) ?? .EADDRNOTAVAIL
      close(listener)
      throw POSIXError(code)
    }
    return (listener, UInt16(bigEndian: address.sin_port))
  }

  static func address(of port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    return address
  }
}

/// A port whose queue is full: who connects hears nothing.
public final class BlackHole: Sendable {
  /// The port on 127.0.0.1.
  public let port: UInt16
  private let descriptors: [Int32]

  /// Takes a port, or a free one, and fills its queue.
  public init(port: UInt16 = 0) throws {
    let listener: Int32
    (listener, self.port) = try Loopback.listen(on: port, queue: 0)
    var address = Loopback.address(of: self.port)
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
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

  deinit { for descriptor in descriptors { close(descriptor) } }
}

/// A port that is taken and on which nobody listens: who connects is refused.
final class ClosedPort: Sendable {
  let port: UInt16
  private let descriptor: Int32

  init(port: UInt16) throws { (descriptor, self.port) = try Loopback.listen(on: port, queue: nil) }

  deinit { close(descriptor) }
}
