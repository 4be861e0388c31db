import CLinux
import Documents
import Foundation
import Glibc
import HTTPTypes
import Transport

/// The vendors, in a process of their own: this very program with `bench --vendors N`.
///
/// It ends when the other end of its input goes, so none is left behind even by a `kill -9`.
final class VendorProcess: Sendable {
  /// The port of each vendor.
  let ports: [Int]
  /// Its number, for the one who looks whether it is gone.
  let id: pid_t
  private let line: Int32

  /// Starts so many vendors, and returns when they listen.
  init(_ count: Int) throws {
    (id, line) = try Child.start(["bench", "--vendors", "\(count)"])
    ports = Self.readLine(line).split(separator: " ").compactMap { Int($0) }
    guard ports.count == count else {
      end()
      throw BenchFailure("the vendors did not start")
    }
  }

  /// Ends it and waits until it is gone.
  func end() {
    close(line)
    Child.end(id)
  }

  /// Its books: calls and erasures so far.
  func books() throws -> (calls: Int, erasures: Int) {
    let request = HTTPRequest(.get, "http://127.0.0.1:\(ports[0])/books")
    guard
      case .success(let response) = try HTTPClient.exchange(
        request, under: ConnectionPolicy(selfHosted: true)),
      let page = try? JSON(reading: response.body), let calls = page["calls"]?.integer,
      let erasures = page["erasures"]?.integer
    else { throw BenchFailure("the vendors' books cannot be read") }
    return (calls, erasures)
  }

  private static func readLine(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while unsafe read(descriptor, &byte, 1) == 1, byte != 10 { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Why nothing was measured.
public struct BenchFailure: Error, CustomStringConvertible {
  /// What went wrong, in words.
  public let description: String
  init(_ description: String) { self.description = description }
}

/// This program, run beside itself.
enum Child {
  /// Starts it with words; its input and output are the other end of the line.
  static func start(_ words: [String]) throws -> (id: pid_t, line: Int32) {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw BenchFailure("socketpair") }
    defer { close(ends[1]) }
    do {
      return (try start(words, at: ends[1]), ends[0])
    } catch {
      close(ends[0])
      throw error
    }
  }

  /// Starts it without our other descriptors, and deaf to nothing.
  private static func start(_ words: [String], at end: Int32) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, end, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, end, 1)
    unsafe hub_close_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // A task's thread blocks nearly every signal, and a child would inherit that. A group of its own
    // keeps Ctrl-C from it, which is ours to handle.
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETPGROUP)
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    let arguments = unsafe (["purgehub"] + words).map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var id: pid_t = 0
    let code = unsafe posix_spawn(
      &id, "/proc/self/exe", &actions, &attributes, arguments, environ)
    guard code == 0 else { throw BenchFailure("this program cannot be started beside itself") }
    return id
  }

  /// Kills it and waits until it is gone.
  static func end(_ id: pid_t) {
    kill(id, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
  }
}
