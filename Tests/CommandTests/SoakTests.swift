import Foundation
import TestSupport
import Testing

/// FAULTS rows 2 and 22: kills and pauses at random moments, with books on both sides.
///
/// Runs only when asked, as `config/test soak` does: `PURGEHUB_SOAK` is how many seconds it beats
/// the program, `SEED` repeats a run's choices.
@Suite(.withoutHub) struct `A soak` {
  private static let environment = ProcessInfo.processInfo.environment

  @Test(.enabled(if: environment["PURGEHUB_SOAK"] != nil))
  func `2 22 S1 S2 S4 S9 S13 S17 carries every purge to its end under random blows`() async throws {
    let seconds = Self.environment["PURGEHUB_SOAK"].flatMap(Int.init) ?? 120
    let seed = Self.environment["SEED"].flatMap(UInt64.init) ?? .random(in: 1...9_999_999)
    print("soak: seed \(seed), \(seconds) s")
    // Two data folders, each with vendors of its own: the machine has two cores.
    let lanes = try ["a", "b"].map { try SoakLane($0, seed: seed &+ ($0 == "a" ? 0 : 1 << 32)) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in lanes {
        group.addTask {
          try await lane.beat(until: .now + .seconds(seconds))
          try await lane.finish()
        }
      }
      try await group.waitForAll()
    }
    var counts: [SoakCount] = []
    for lane in lanes {
      let (count, faults) = await (lane.count, lane.faults)
      #expect(faults == [])
      #expect(count.kills > 0 && count.pauses > 0 && count.purges > 0)
      counts.append(count)
    }
    for line in SoakCount.lines(counts) { print("soak: " + line) }
  }
}
