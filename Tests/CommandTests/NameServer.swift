import Foundation
import Glibc
import Synchronization

/// A name server on an address of this machine, for programs that are started with its file in
/// the place of `/etc/resolv.conf`; only root may listen there and put it in place.
final class NameServer: Sendable {
  /// What it says of every name.
  enum Manner: Sendable, Hashable {
    case silent
    case code(UInt8)
    case address([UInt8])
  }

  static var isPossible: Bool { geteuid() == 0 }

  private let descriptor: Int32
  private let host: String
  private let manner: Manner

  init(_ manner: Manner) throws {
    self.manner = manner
    let number = UInt32.random(in: 0x7f1f_0001...0x7f1f_fffe)
    host = (0..<4).map { String((number >> (24 - 8 * $0)) & 0xff) }.joined(separator: ".")
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    (address.sin_addr.s_addr, address.sin_port) = (number.bigEndian, UInt16(53).bigEndian)
    let isBound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EADDRNOTAVAIL) }
    if manner != .silent {
      Thread.detachNewThread { [descriptor] in Self.serve(descriptor, manner) }
    }
  }

  /// Its thread ends with the answer that it cannot give any more.
  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// The words before a program's that let it ask this server alone.
  func wrapper(in desk: Desk) throws -> [String] {
    let file = try desk.write(
      "nameserver \(host)\noptions timeout:30 attempts:1\n", to: "resolv.conf")
    let script = "mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\""
    return ["unshare", "-m", "sh", "-c", script, "sh", file]
  }

  /// Answers until the socket is shut down.
  private static func serve(_ descriptor: Int32, _ manner: Manner) {
    defer { close(descriptor) }
    var question = [UInt8](repeating: 0, count: 512)
    while true {
      var caller = sockaddr_storage()
      var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let count = unsafe withUnsafeMutablePointer(to: &caller) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe recvfrom(descriptor, &question, question.count, 0, $0, &size)
        }
      }
      guard count > 12 else { return }
      let answer = manner.answer(to: Array(question[..<count]))
      unsafe withUnsafePointer(to: &caller) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = unsafe sendto(descriptor, answer, answer.count, 0, $0, size)
        }
      }
    }
  }
}

extension NameServer.Manner {
  /// The message of RFC 1035, 4.1: the question as it came, and what this server says of it.
  fileprivate func answer(to question: [UInt8]) -> [UInt8] {
    let nameEnd = question[12...].firstIndex(of: 0) ?? question.endIndex - 5
    let asked = question[12..<min(nameEnd + 5, question.endIndex)]
    let isForFour = question[nameEnd + 2] == 1
    var (code, records) = (UInt8(0), [UInt8]())
    switch self {
    case .silent: break
    case .code(let number): code = number
    case .address(let bytes) where isForFour:
      // A pointer to the name, type A, class IN, for no time at all.
      records = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4] + bytes
    case .address: break
    }
    let counts: [UInt8] = [0, 1, 0, records.isEmpty ? 0 : 1, 0, 0, 0, 0]
    return question[..<2] + [0x81, 0x80 | code] + counts + asked + records
  }
}
