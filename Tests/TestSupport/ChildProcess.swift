import CLinux
import Foundation
import Glibc
import Synchronization

/// A program run beside the tests, killed at the latest when this goes.
///
/// It is spawned with an empty signal mask, because a child of a task would ignore SIGTERM, and
/// without our descriptors, because a socket it shares is not closed when we close it.
public final class ChildProcess: Sendable {
  /// Its number.
  public let id: Int32
  private let output: Int32
  private let exit = Mutex<Int32?>(nil)

  /// Starts a program; both its outputs can be read, its input is empty unless it is to be told
  /// something.
  public init(_ program: String, _ arguments: [String], isTold: Bool = false) throws {
    var ends: [Int32] = [0, 0]
    // A pair of sockets, because a pipe cannot be kept from children in one step here.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw POSIXError(.EMFILE) }
    output = ends[0]
    defer { close(ends[1]) }
    id = try ChildProcess.spawn(program, [program] + arguments, output: ends[1], isTold: isTold)
  }

  deinit {
    kill()
    _ = waitForExit()
    close(output)
  }

  /// Waits until a line of its output holds a text, and gives that line; nil when it ends before.
  public func waitForLine(containing text: String) -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while unsafe read(output, &byte, 1) == 1 {
      guard byte == 10 else {
        bytes.append(byte)
        continue
      }
      let line = String(decoding: bytes, as: UTF8.self)
      if line.contains(text) { return line }
      bytes = []
    }
    return nil
  }

  /// Reads what it still says until it ends, line by line.
  public func linesToTheEnd() -> [String] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = unsafe read(output, &piece, piece.count), count > 0 {
      bytes += piece.prefix(count)
    }
    return bytes.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Writes to the program's input.
  public func tell(_ bytes: [UInt8]) {
    _ = unsafe send(output, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Ends it at once.
  public func kill() { Glibc.kill(id, SIGKILL) }

  /// Waits until it ends, and gives its exit code; negative for a signal.
  public func waitForExit() -> Int32 {
    exit.withLock { exit in
      if let exit { return exit }
      var status: Int32 = 0
      unsafe waitpid(id, &status, 0)
      let code = status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f)
      exit = code
      return code
    }
  }

  private static func spawn(
    _ program: String, _ arguments: [String], output: Int32, isTold: Bool
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if isTold {
      unsafe posix_spawn_file_actions_adddup2(&actions, output, 0)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
    unsafe hub_close_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let words =
      unsafe arguments.map { unsafe strdup($0) } + ([nil] as [UnsafeMutablePointer<CChar>?])
    defer { unsafe words.forEach { unsafe free($0) } }
    var id: pid_t = 0
    let code = unsafe posix_spawnp(&id, program, &actions, &attributes, words, environ)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .ENOENT) }
    return id
  }
}
