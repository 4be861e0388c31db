import Documents
import Foundation
import Synchronization
import TestSupport
import Testing

/// The calls by which the program changes files, answers or asks vendors.
enum Writing {
  static let calls = ["pwrite64", "fdatasync", "write", "sendto", "ftruncate", "unlink", "rename"]
  /// What every purge does; it cannot be that one of these is never called.
  static let certain: Set = ["pwrite64", "fdatasync", "write", "sendto"]
}

/// A journey whose data folder is laid out once and killed in many copies.
struct KillStage: Sendable {
  let journey: Journey
  /// The words that are killed.
  var words: [String] = []

  var desk: Desk { journey.desk }
  var data: String { desk.folder + "/data" }
  private var template: String { desk.folder + "/data-before" }

  /// Keeps the data folder as it is now: every act begins with it.
  func keep() throws { try FileManager.default.moveItem(atPath: data, toPath: template) }

  /// Kills the words at every call of that name, one after the other, until they outlive it.
  ///
  /// After each kill the database is looked at as it lies there, then comes the rest of the act.
  func kill(
    at call: String, certain: Bool = false,
    _ rest: (Ended, DatabaseCopy) async throws -> Void
  ) async throws {
    var kills = 0
    for step in 1... {
      let ended = try await Turns.two.take { try await act(killedAt: step, of: call, rest) }
      guard ended.code == 137 else { break }
      kills += 1
    }
    Tolls.note(kills, of: call, in: words)
    #expect(kills > 0 || !certain, "it never called \(call)")
  }

  private func act(
    killedAt step: Int, of call: String, _ rest: (Ended, DatabaseCopy) async throws -> Void
  ) async throws -> Ended {
    try? FileManager.default.removeItem(atPath: data)
    if FileManager.default.fileExists(atPath: template) {
      try FileManager.default.copyItem(atPath: template, toPath: data)
    }
    for vendor in journey.vendors.values { vendor.beginAnew(knowing: journey.people) }
    let ended = try await desk.run(words, killedAt: step, of: call)
    let copy = try DatabaseCopy(of: data)
    #expect(try await copy.faults() == [], "killed at \(call) \(step)")
    try await rest(ended, copy)
    #expect(try await DatabaseCopy(of: data).faults() == [], "after \(call) \(step)")
    return ended
  }
}

/// Lets so many go on at once: the machine has two cores, and tests that wait are many.
actor Turns {
  static let two = Turns(2)
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ number: Int) { free = number }

  nonisolated func take<Value: Sendable>(
    _ work: () async throws -> Value
  ) async throws -> Value {
    await begin()
    do {
      let value = try await work()
      await end()
      return value
    } catch {
      await end()
      throw error
    }
  }

  private func begin() async {
    if free > 0 { return free -= 1 }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func end() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}

/// How often what was killed, told on demand.
enum Tolls {
  static func note(_ kills: Int, of call: String, in words: [String]) {
    guard ProcessInfo.processInfo.environment["PURGEHUB_TOLLS"] != nil else { return }
    print("TOLL \(words.prefix(2).joined(separator: " ")) \(call) \(kills)")
  }
}
