import CLinux
import Foundation
import Glibc

/// What a program said and how it ended.
public struct Ended: Sendable {
  /// The exit code; 128 and the signal's number when a signal ended it.
  public var code: Int32
  /// Its standard output.
  public var output: String
  /// Its standard error.
  public var complaint: String

  /// What a program said that was run otherwise.
  public init(code: Int32, output: String, complaint: String) {
    self.code = code
    self.output = output
    self.complaint = complaint
  }

  /// Everything it said.
  public var everything: String { output + complaint }
}

/// A program that tests run as a shell would, with no terminal and an environment of its own.
public struct Program: Sendable {
  /// The executable's path.
  public var path: String
  /// The whole environment it sees.
  public var environment: [String: String]
  /// The folder it works in.
  public var folder: String

  /// Makes a program to run.
  public init(path: String, environment: [String: String] = [:], folder: String = "/") {
    self.path = path
    self.environment = environment
    self.folder = folder
  }

  /// Runs it to its end; after two minutes it is killed, which ends it with 124 or 137.
  public func run(_ words: [String], input: String = "") async throws -> Ended {
    try await onThread {
      let files = try SpawnFiles(input: input)
      let limited = ["/usr/bin/timeout", "-k", "5", "120", path] + words
      let status = try start(["env", "-C", folder] + limited, files).end()
      return Ended(code: status, output: try files.read(1), complaint: try files.read(2))
    }
  }

  /// The program of that name beside the running tests.
  public static func built(_ name: String) -> String {
    let places = ["/proc/self/exe"] + CommandLine.arguments.prefix(2)
    let folders = places.map {
      URL(filePath: $0).resolvingSymlinksInPath().deletingLastPathComponent().path
    }
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    return (folders + [package + "/.build/debug"]).map { $0 + "/" + name }
      .first { unsafe access($0, X_OK) == 0 } ?? name
  }

  /// What tells the sanitizers how to work is meant for the programs under test, too.
  private static let sanitizers = ProcessInfo.processInfo.environment
    .filter { $0.key == "ASAN_OPTIONS" || $0.key == "TSAN_OPTIONS" }

  private func start(_ words: [String], _ files: SpawnFiles) throws -> Started {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (number, path) in files.paths.enumerated() {
      let flags = number == 0 ? O_RDONLY : O_WRONLY
      unsafe posix_spawn_file_actions_addopen(&actions, Int32(number), path, flags, 0)
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // A task's thread blocks nearly every signal, and a child would inherit that.
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let variables = environment.merging(Self.sanitizers) { own, _ in own }
      .map { $0.key + "=" + $0.value }.sorted()
    var process = pid_t()
    let code = unsafe withCStrings(words) { arguments in
      unsafe withCStrings(variables) { variables in
        unsafe posix_spawn(
          &process, "/usr/bin/env", &actions, &attributes, arguments, variables)
      }
    }
    guard code == 0 else { throw POSIXError(.init(rawValue: code) ?? .ENOENT) }
    return Started(process: process)
  }
}

private struct Started {
  let process: pid_t

  /// Waits for the end; its exit code.
  func end() -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }
}

/// Files in place of pipes: nobody has to read while the program runs.
private final class SpawnFiles: Sendable {
  let paths: [String]

  init(input: String) throws {
    let stem = NSTemporaryDirectory() + "purgehub-run-\(UInt64.random(in: 0 ... .max))-"
    paths = ["in", "out", "err"].map { stem + $0 }
    for (path, text) in zip(paths, [input, "", ""]) {
      try Data(text.utf8).write(to: URL(filePath: path))
    }
  }

  deinit { for path in paths { try? FileManager.default.removeItem(atPath: path) } }

  func read(_ number: Int) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: paths[number])), as: UTF8.self)
  }
}

/// Lends texts as C takes them: a list of pointers that ends with none.
private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe body(pointers)
}
