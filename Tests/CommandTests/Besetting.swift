import Foundation
import Glibc
import TestSupport

/// What is done to a program from outside while it runs.
enum Blow: Sendable, Hashable {
  case kill(after: Duration)
  case terminate(after: Duration)
  case pause(after: Duration, for: Duration)
}

/// How a program ended that was beset.
struct Beset: Sendable {
  var ended: Ended
  /// Whether the blow met the program while it ran.
  var isStruck: Bool
  var took: Duration
}

extension Desk {
  /// Runs the program under strace, which kills it at its so-many-th call of that name.
  func run(_ words: [String], killedAt step: Int, of call: String) async throws -> Ended {
    let inject = "inject=\(call):signal=SIGKILL:when=\(step)"
    let strace = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e", inject]
    return try await program("/usr/bin/strace")
      .run(strace + [Program.built("purgehub")] + words)
  }

  /// Starts the program; what it says goes to two files beside the desk's others.
  func start(_ words: [String], wrappedIn wrapper: [String] = []) throws -> Running {
    let stem = folder + "/run-\(UInt64.random(in: 0 ... .max))"
    // They are there even if it dies before it opens them.
    for part in [".out", ".err"] { try Data().write(to: URL(filePath: stem + part)) }
    let script = "exec \"$@\" >\(stem).out 2>\(stem).err"
    let environment = ["HOME=\(folder)", "PURGEHUB_CONFIG=\(folder)/hub.json5"]
    let program = wrapper + [Program.built("purgehub")] + words
    return Running(
      child: try ChildProcess(
        "/bin/sh", ["-c", script, "sh", "env", "-i", "-C", folder] + environment + program),
      stem: stem)
  }

  /// Runs the program to its end, and does something to it on the way.
  func run(_ words: [String], under blow: Blow?) async throws -> Beset {
    let running = try start(words)
    return try await onThread { try running.end(under: blow) }
  }
}

/// A program under way.
struct Running: Sendable {
  let child: ChildProcess
  fileprivate let stem: String

  /// Sends a signal; nothing when it has ended.
  func signal(_ number: Int32) { if isRunning { kill(child.id, number) } }

  /// Waits on this thread until it complains with these words; false when it ends before.
  func waitFor(_ words: String) throws -> Bool {
    while try !text(".err").contains(words) {
      guard isRunning else { return false }
      usleep(1_000)
    }
    return true
  }

  /// Waits for the end on this thread.
  func end() throws -> Ended {
    let code = child.waitForExit()
    defer {
      for part in [".out", ".err"] { try? FileManager.default.removeItem(atPath: stem + part) }
    }
    return Ended(
      code: code < 0 ? 128 - code : code, output: try text(".out"), complaint: try text(".err"))
  }

  fileprivate func end(under blow: Blow?) throws -> Beset {
    let start = ContinuousClock.now
    var isStruck = false
    switch blow {
    case nil: break
    case .kill(let delay): isStruck = isRunning(after: delay) && kill(child.id, SIGKILL) == 0
    case .terminate(let delay): isStruck = isRunning(after: delay) && kill(child.id, SIGTERM) == 0
    case .pause(let delay, let length):
      isStruck = isRunning(after: delay) && kill(child.id, SIGSTOP) == 0
      if isStruck {
        usleep(length.microseconds)
        kill(child.id, SIGCONT)
      }
    }
    return Beset(ended: try end(), isStruck: isStruck, took: start.duration(to: .now))
  }

  /// Whether it still runs after so long; comes back at once when it ends before.
  private func isRunning(after delay: Duration) -> Bool {
    let due = ContinuousClock.now + delay
    while isRunning, ContinuousClock.now < due { usleep(1_000) }
    return isRunning
  }

  /// Looks without taking its number back, so that a signal never meets somebody else.
  private var isRunning: Bool {
    var found = unsafe siginfo_t()
    let code = unsafe waitid(P_PID, id_t(child.id), &found, WEXITED | WNOHANG | WNOWAIT)
    guard code == 0 else { return false }
    return unsafe found.si_signo == 0
  }

  private func text(_ part: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: stem + part)), as: UTF8.self)
  }
}

extension Duration {
  fileprivate var microseconds: UInt32 {
    UInt32(components.seconds) * 1_000_000
      + UInt32(components.attoseconds / 1_000_000_000_000)
  }
}
