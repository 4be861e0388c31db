import Simulator
import TestSupport
import Testing

/// Debug builds are some ten times slower, so they run fewer seeds.
private let isDebug = _isDebugAssertConfiguration()

// Simulations compute for minutes: one at a time, on a thread of their own, so that the tests beside
// them, which wait for servers and vendors, keep theirs.
@Suite(.serialized) struct `A simulation` {
  @Test func `S18 gives the same state hash for the same seed`() {
    let runs = (0..<2).map { _ in Simulation.run(seed: 7) }
    #expect(runs[0].stateHash == runs[1].stateHash)
    #expect(runs[0].events == runs[1].events)
  }

  @Test func `gives another state hash for another seed`() {
    #expect(Simulation.run(seed: 7).stateHash != Simulation.run(seed: 8).stateHash)
  }

  @Test(arguments: 0..<8)
  func `holds every invariant`(slice: UInt64) async throws {
    let failed = try await onThread {
      stride(from: slice + 1, through: isDebug ? 160 : 2_000, by: 8).filter { seed in
        Simulation.run(seed: seed).violation != nil
      }
    }
    #expect(failed == [])
  }

  @Test(arguments: 0..<8)
  func `S4 S8 holds every invariant where vendors restore backups`(slice: UInt64) async throws {
    let failed = try await onThread {
      stride(from: slice + 1, through: isDebug ? 80 : 2_000, by: 8).filter { seed in
        Simulation.run(seed: seed, restoring: true).violation != nil
      }
    }
    #expect(failed == [])
  }

  @Test(.enabled(if: !isDebug))
  func `visits every transition, outcome class and fault kind in 2,000 seeds`() async throws {
    let missing = try await onThread {
      var coverage = Simulation.run(seed: 1).coverage
      for seed in UInt64(2)...2_000 { coverage.merge(Simulation.run(seed: seed).coverage) }
      return coverage.missing
    }
    #expect(missing == [])
  }

  @Test func `says what it never visited`() {
    #expect(Simulation.run(seed: 1).coverage.missing.contains("store fault full"))
  }

  @Test func `has no story when every invariant holds`() {
    #expect(Simulation.story(seed: 1) == nil)
  }

  @Test func `makes a failing run short and tells it in order`() throws {
    let flaw = Flaw.cursorMovedWithoutRows
    let story = try #require(Simulation.story(seed: 1, flaw: flaw))
    #expect(story.violation.rule == "S3")
    #expect(story.lines.count < 12)
    #expect(story.lines == story.lines.sorted())
  }
}

@Suite(.serialized) struct `A planted bug` {
  @Test(arguments: Flaw.allCases)
  func `is found within 2,000 seeds`(flaw: Flaw) async throws {
    let found = try await onThread {
      (UInt64(1)...2_000).first {
        Simulation.run(seed: $0, days: 4, flaw: flaw).violation != nil
      }
    }
    #expect(found != nil)
  }
}

@Suite(.serialized) struct `A planted bug of a promise` {
  @Test(arguments: [
    (Flaw.enablingHeardLate, "L2"), (.bulkGoesFirst, "L3"), (.loadUnbounded, "S12"),
    (.otherBodyAccepted, "S13"), (.waitsTooShort, "S14"), (.illnessDisguised, "S14"),
    (.noticeForgotten, "S19"), (.noticeNumbersReused, "S19"), (.noticeMarkedUnsent, "S19"),
    (.decisionUnrecorded, "S22"),
  ])
  func `is found by the invariant that it breaks`(flaw: Flaw, rule: String) async throws {
    let found = try await onThread {
      (UInt64(1)...2_000).lazy.compactMap {
        Simulation.run(seed: $0, days: 4, flaw: flaw).violation
      }.first
    }
    #expect(found?.rule == rule)
  }
}
