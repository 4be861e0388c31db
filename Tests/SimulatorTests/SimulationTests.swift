import Simulator
import Testing

@Suite struct `A simulation` {
  @Test func `S18 gives the same state hash for the same seed`() {
    let runs = (0..<2).map { _ in Simulation.run(seed: 7) }
    #expect(runs[0].stateHash == runs[1].stateHash)
    #expect(runs[0].events == runs[1].events)
  }
}
