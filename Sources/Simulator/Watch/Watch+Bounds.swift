import HTTPTypes
import PurgeCore

// S12, S14: what is kept in mind, and how often a failing vendor is asked.
extension Watch {
  /// S12: what the engine keeps in mind is bounded by what a connector may do at once, never by how
  /// many people are asked for.
  ///
  /// A window of two calls for each that may fly is loaded and planned for each of three lanes; each
  /// of those calls may be halved down to its people.
  mutating func checkMind(_ view: ConnectorView, _ tasksPerLane: Int) {
    let (name, traits) = (view.name, traits[position(view.name)])
    let flying = max(1, traits.concurrent)
    let calls = 10 * flying * max(1, traits.peoplePerCall)
    expect("S12", view.held <= calls, "\(name) has \(view.held) calls in hand, bound \(calls)")
    expect("S12", view.inFlight <= flying, "\(name) has \(view.inFlight) calls in flight")
    let tasks = 6 * tasksPerLane + 6 * flying
    expect("S12", view.tasks <= tasks, "\(name) keeps \(view.tasks) tasks in mind, bound \(tasks)")
  }

  /// S12: nor does what waits to become durable grow without end.
  mutating func checkBacklog(_ count: Int) {
    // Where commits are made and denied again and again, the real process ended at the first.
    guard !isCommitDenied else { return }
    expect("S12", count <= 60 * names.count, "\(count) changes wait to become durable")
  }

  /// S14: a failing call waits at least half its back-off: 5 s, doubled with each failure, at most an
  /// hour; only its last try before time is up may come sooner.
  mutating func checkBackoff(
    _ attempt: Attempt, _ schedule: CallSchedule, _ row: ModelStore.Row, _ deadline: Instant
  ) {
    let failures = min(max(0, schedule.attempts - 1), 10)
    let least = min(Int64(5_000) << Int64(failures), 3_600_000) / 2
    let wait = (schedule.due - attempt.ended).milliseconds
    let ending = min(lastTry(schedule, row, attempt.call), deadline)
    expect(
      "S14", wait >= least || schedule.due >= ending,
      "\(attempt.call.words) failed \(schedule.attempts) times and waits \(wait) ms")
  }

  /// When a call's own patience ends; its deadline apart.
  private func lastTry(
    _ schedule: CallSchedule, _ row: ModelStore.Row, _ key: CallKey
  ) -> Instant {
    if case .polling(_, _, let giveUpAt) = row.schedule.phase { return giveUpAt }
    let traits = traits[position(key.task.connector)]
    guard let span = traits.retryFor, let first = schedule.firstTried else {
      return Instant(milliseconds: .max)
    }
    return first + span
  }

  /// S14: in no minute does a vendor fail much more often than it does not; what keeps it from that is
  /// the breaker, which opens after ten failures in a row and lets one probe through in 30 s.
  mutating func countFailure(_ connector: Int, _ result: Result<HTTPResponse, HTTPFailure>) {
    let isFailure: Bool =
      switch result {
      case .failure(let failure): failure.kind != .responseTooLarge
      case .success(let response): response.status >= 500
      }
    answers[connector].removeAll { $0.at <= passed - 60_000 }
    answers[connector].append((passed, isFailure))
    let failures = answers[connector].count { $0.isFailure }
    let budget = answers[connector].count - failures + 3 * (10 + traits[connector].concurrent)
    let name = names[connector]
    expect("S14", failures <= budget, "\(name) is asked in vain \(failures) times a minute")
  }
}
