import PurgeCore

// S2 to S5, S15, S16: what is stored.
extension Watch {
  mutating func applies(epoch: Int, while life: Int) {
    expect("S6", epoch == life, "a batch of process \(epoch) is applied while \(life) runs")
  }

  /// Before changes are applied.
  mutating func looks(at changes: [Change], _ world: World) {
    for case .concluded(let attempt, let segments) in changes {
      let key = attempt.call
      let connector = position(key.task.connector)
      unrecorded[connector].removeAll { $0 == key }
      sent[connector][key] = nil
      let covered = segments.flatMap { Array($0.range) }
      expect("S16", covered == Array(key.range), "\(key.words) is not covered by what follows it")
      checkEvidence(attempt)
      guard let leg = world.store.leg(key.task), let row = leg.row(key.range) else { continue }
      check(attempt, segments, leg, row, world)
    }
  }

  private mutating func check(
    _ attempt: Attempt, _ segments: [CallSegment], _ leg: ModelStore.Leg, _ row: ModelStore.Row,
    _ world: World
  ) {
    let key = attempt.call
    if key.range.count == 1 {
      expect("S16", segments.count == 1, "\(key.words), a single person, was halved")
    }
    for segment in segments {
      switch segment.fate {
      case .again(let schedule):
        let isUncounted = attempt.code == .rateLimited || attempt.code == .credentialRejected
        expect(
          "S15", !isUncounted || schedule.attempts == row.schedule.attempts,
          "\(key.words): throttling counted as a try")
        expect(
          "S11", (schedule.due - attempt.ended).milliseconds <= 90_000_000,
          "\(key.words) waits \((schedule.due - attempt.ended).milliseconds / 3_600_000) hours")
        if schedule.attempts > row.schedule.attempts {
          checkBackoff(attempt, schedule, row, leg.deadline)
        }
      case .settled(let verdict): checkLedger(key, segment.range, verdict, world)
      }
    }
  }

  /// S4: nobody is called erased or absent whom the vendor still has.
  private mutating func checkLedger(
    _ key: CallKey, _ range: Range<Int>, _ verdict: Verdict, _ world: World
  ) {
    guard verdict.saysGone, !isRestored[position(key.task.connector)] else { return }
    let vendor = world.vendors[position(key.task.connector)]
    let people = world.store.requests[world.store.position(key.task.request)].people
    for place in range where !vendor.isGone(people[place], at: world.elapsed) {
      expect("S4", false, "\(key.words): person \(place) is called \(verdict), the vendor has them")
    }
  }

  /// S17: what support reads names nobody.
  private mutating func checkEvidence(_ attempt: Attempt) {
    expect(
      "S17", !attempt.evidence.values.contains { $0.contains("@") },
      "an attempt's evidence names a person")
  }

  /// After changes were applied.
  mutating func check(_ keys: [TaskKey], _ store: ModelStore, _ coverage: inout Coverage) {
    for key in keys {
      guard let leg = store.leg(key) else { continue }
      check(leg)
      let state = leg.task.state
      if let earlier = latestStates[key], earlier.word != state.word {
        coverage.visit(.task(earlier.word, state.word))
      }
      if latestStates[key]?.word != state.word, state.word == .waived {
        coverage.visit(.outcome(.waived))
      }
      latestStates[key] = state
    }
  }

  private mutating func check(_ leg: ModelStore.Leg) {
    let key = leg.task.key
    var tally = Tally()
    var seen = Array(repeating: 0, count: leg.task.total)
    for result in leg.results {
      tally.add(result.verdict, result.range.count)
      for position in result.range { seen[position] += 1 }
    }
    for exception in leg.exceptions {
      tally.add(exception.verdict, 1)
      seen[exception.position] += 1
    }
    for row in leg.rows {
      if row.schedule.phase.isPolling { tally.pending += row.range.count }
      for position in row.range { seen[position] += 1 }
    }
    for position in leg.task.plannedThrough..<leg.task.total { seen[position] += 1 }
    checkClosed(leg)
    if leg.task.state == .cancelled { return }
    expect("S2", tally == leg.task.tally, "\(key.words): the counters do not add up")
    expect(
      "S3", seen.allSatisfy { $0 == 1 }, "\(key.words): people are missing or there twice")
  }

  private mutating func checkClosed(_ leg: ModelStore.Leg) {
    let (key, state) = (leg.task.key, leg.task.state)
    if let before = closed[key] {
      expect("S5", before == state, "\(key.words) was \(before.word) and is \(state.word)")
    } else if state.isClosed {
      closed[key] = state
      expect(
        "S5", state == .cancelled || leg.task.open == 0,
        "\(key.words) is \(state.word) with \(leg.task.open) people open")
    }
  }

  /// ALM-12: what a person or a file decided is not undone by the engine.
  mutating func checkJudgements(_ before: [ConnectorState?], _ after: [ConnectorState?]) {
    for (position, state) in before.enumerated() where state?.isDisabled == true {
      expect("ALM-12", after[position] == state, "the engine changed c\(position), disabled")
    }
  }

  /// ALM-11: a connector whose accepted settings name a purged person is disabled.
  mutating func checkReferences(_ store: ModelStore) {
    for (connector, file) in store.files.enumerated() {
      guard let file,
        store.tombstones[People.owner(of: connector, edition: file.owner)]
      else { continue }
      expect(
        "ALM-11", store.states[connector]?.isDisabled == true,
        "c\(connector) names a purged person and sends")
    }
  }

  /// S13: one key, one request.
  mutating func checkKeys(_ store: ModelStore) {
    guard let last = store.requests.last else { return }
    expect(
      "S13", store.requests.count { $0.key == last.key } == 1, "one key made two requests")
  }
}
