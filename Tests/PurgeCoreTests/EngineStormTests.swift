import PurgeCore
import Testing

@Suite struct `A storm` {
  @Test(arguments: 1...12)
  func `leaves every invariant standing`(seed: UInt64) {
    var storm = Storm(seed: seed)
    storm.run(steps: 3_000)
    #expect(storm.watch.violations == [])
  }

  @Test func `S18 leaves the same state for the same seed`() {
    let hashes = (0..<2).map { _ in
      var storm = Storm(seed: 7)
      storm.run(steps: 1_500)
      return [storm.engine.stateHash, UInt64(storm.events)]
    }
    #expect(hashes[0] == hashes[1])
  }
}
