import CLinux
import Foundation
import Glibc

/// A client on a plain socket, that sends what no well-behaved client would.
///
/// Its calls block, so it is used within `onThread`.
public final class RawClient {
  private let descriptor: Int32

  /// Connects to a port of this machine.
  public init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    try connect(to: &address)
  }

  /// Connects to a socket of the file system.
  public init(path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    try connect(to: &address)
  }

  deinit { close(descriptor) }

  /// Sends bytes as they are; false when the server has closed.
  @discardableResult
  public func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  /// Reads until the server closes, or so much has come.
  public func read(until end: String? = nil) -> String {
    var text = ""
    var bytes = [UInt8](repeating: 0, count: 4096)
    while end.map({ !text.contains($0) }) ?? true {
      let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
      guard count > 0 else { break }
      text += String(decoding: bytes[..<count], as: UTF8.self)
    }
    return text
  }

  /// Waits until something, or the end, can be read, at most so long.
  public func hasEnd(within milliseconds: Int32) -> Bool {
    var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&one, 1, milliseconds) > 0
  }

  private func connect<Address>(to address: inout Address) throws {
    let descriptor = descriptor
    let code = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
    guard code == 0 else { throw POSIXError(.ECONNREFUSED) }
  }
}
