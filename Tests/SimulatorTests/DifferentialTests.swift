import PurgeCore
import Testing

@testable import Simulator
@testable import Store

/// Debug builds are slower, and others wait for the disk as well.
private let seeds: UInt64 = _isDebugAssertConfiguration() ? 64 : 200

// The model store repeats the rules of the real one; whoever changes one of them and not the other is
// told here.
@Suite(.serialized) struct `The model store and the real one` {
  @Test(arguments: 0..<8)
  func `say the same after the same work`(slice: UInt64) async throws {
    for seed in stride(from: slice + 1, through: seeds, by: 8) {
      let pair = try StorePair(seed: seed)
      for step in 0..<40 {
        let deed = try await pair.step()
        let difference = try await pair.difference()
        try #require(difference == nil, "seed \(seed), step \(step), \(deed)")
      }
      await pair.close()
    }
  }

  @Test func `are told apart when one of them forgets`() async throws {
    let pair = try StorePair(seed: 1)
    while pair.model.requests.isEmpty { _ = try await pair.step() }
    pair.model.audits.removeLast()
    #expect(try await pair.difference() != nil)
    await pair.close()
  }
}
