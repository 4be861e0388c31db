import PurgeCore

@testable import Simulator
@testable import Store

// The same words for both.
extension StorePair {
  func named(_ key: TaskKey) -> TaskKey {
    TaskKey(ids[model.position(key.request)], key.connector)
  }

  func named(_ key: CallKey) -> CallKey { CallKey(named(key.task), key.range) }

  func named(_ change: Change) -> Change {
    switch change {
    case .planned(let key, let ranges, let at): return .planned(named(key), ranges, at: at)
    case .concluded(var attempt, let segments):
      attempt.call = named(attempt.call)
      return .concluded(attempt, segments)
    case .released(let keys): return .released(keys.map(named))
    case .connector: return change
    }
  }

  func renamed(_ call: Call) -> Call {
    var named = Call(
      named(call.key), people: call.people, schedule: call.schedule,
      requestedAt: call.requestedAt, deadline: call.deadline, lane: call.lane)
    named.replay = call.replay
    return named
  }

  func words(_ call: Call) -> String {
    "\(call.key.words) \(call.people) \(call.schedule) \(call.requestedAt) \(call.deadline) "
      + "\(call.lane) \(call.replay)"
  }

  func compare(_ work: LoadedWork, _ modelled: LoadedWork) {
    let calls = modelled.calls.map { call in
      var call = renamed(call)
      // Who gets a call holds it; the model's row said so before it was asked.
      call.schedule.isHeld = true
      return words(call)
    }
    expect(work.calls.map(words).sorted() == calls.sorted(), "calls given out")
    let tasks = modelled.tasks.map { task in
      var task = task
      task.key = named(task.key)
      return task
    }
    expect(work.tasks == tasks, "tasks to plan: \(work.tasks), \(tasks)")
    expect(work.nextDue == modelled.nextDue, "the next instant")
    expect(work.hasMore == modelled.hasMore, "whether there is more")
  }
}

// Everything both of them have, side by side.
extension StorePair {
  /// What they say differently; nil when they agree.
  func difference() async throws -> String? {
    for index in ids.indices { try await compare(index) }
    let audit = try await real.auditEntries(limit: 10_000)
      .map { line($0.action, $0.request, $0.connector) }
    let modelled = model.audits.map { entry in
      line(entry.action.word, entry.request.map { ids[model.position($0)] }, entry.connector)
    }
    expect(audit == modelled, "the audit trail: \(audit.suffix(4)), \(modelled.suffix(4))")
    try await compareNotices()
    let counts = try await real.counts()
    let ignored = ignoredBefore + counts.staleAnswers + counts.stalePlans
    expect(ignored == model.ignored, "ignored changes: \(ignored), \(model.ignored)")
    try await compareConnectors()
    return disagreement
  }

  /// Which of two notices of one transaction comes first is not promised, but that the ends of
  /// requests keep their order.
  private func compareNotices() async throws {
    let notices = try await real.notices(limit: 10_000)
    expect(notices.map(\.sequence) == Array(1...max(1, notices.count)), "numbers of notices")
    let said = notices.map {
      line($0.kind + ($0.code.map { " \($0.number)" } ?? ""), $0.request, $0.connector)
    }
    let modelled = model.told.map {
      let request = $0.request.map { ids[model.position($0)] }
      return line($0.kind + ($0.code.map { " \($0.number)" } ?? ""), request, $0.connector)
    }
    expect(said.sorted() == modelled.sorted(), "the outbox: \(said), \(modelled)")
    let ends = notices.filter { NoticeKind(rawValue: $0.kind).isEnd }.map {
      line($0.kind, $0.request, nil)
    }
    let modelledEnds = model.outbox.map {
      line("request.\($0.state.rawValue)", ids[model.position($0.request)], nil)
    }
    expect(ends == modelledEnds, "the ends: \(ends), \(modelledEnds)")
  }

  private func line(
    _ word: String, _ request: PurgeRequestID?, _ connector: ConnectorName?
  ) -> String {
    let number = request.flatMap(ids.firstIndex).map { " \($0)" } ?? ""
    return word + number + (connector.map { " \($0)" } ?? "")
  }

  private func compareConnectors() async throws {
    let known = try await real.connectors()
    for (position, name) in Self.names.enumerated() {
      let state = known.first { $0.name == name }?.state
      expect(
        state.map(renamed) == model.states[position].map(renamed),
        "\(name): \(String(describing: state)), \(String(describing: model.states[position]))")
    }
  }

  /// A state without the request it names.
  private func renamed(_ state: ConnectorState) -> ConnectorState {
    guard case .disabled(.referencesPurgedUser(_, let places), let since) = state else {
      return state
    }
    return .disabled(.referencesPurgedUser(PurgeRequestID(bits: 0), places), since: since)
  }

  private func compare(_ index: Int) async throws {
    let (record, request) = (try await real.request(ids[index]), model.requests[index])
    expect(record.state == request.state, "request \(index): \(record.state), \(request.state)")
    let legs = request.legs.compactMap { $0 }
    expect(record.tasks.count == legs.count, "request \(index): tasks")
    for (task, leg) in zip(record.tasks, legs) { try await compare(task, leg) }
  }

  private func compare(_ task: ConnectorTask, _ leg: ModelStore.Leg) async throws {
    let words = leg.task.key.words
    expect(
      "\(task.state) \(task.tally) \(task.plannedThrough) \(String(describing: task.attention))"
        == "\(leg.task.state) \(leg.task.tally) \(leg.task.plannedThrough) "
        + "\(String(describing: leg.task.attention))",
      "\(words): \(task), \(leg.task)")
    let results = try await real.results(of: task.key, limit: 1_000)
      .flatMap { result in result.range.map { "\($0) \(result.verdict)" } }
    let modelled = leg.results.flatMap { result in result.range.map { ($0, result.verdict) } }
      .sorted { $0.0 < $1.0 }.map { "\($0.0) \($0.1)" }
    expect(results == modelled, "\(words): results")
    let exceptions = try await real.exceptions(of: task.key, limit: 1_000)
      .map { "\($0.position) \($0.verdict)" }
    expect(
      exceptions
        == leg.exceptions.sorted { $0.position < $1.position }.map {
          "\($0.position) \($0.verdict)"
        },
      "\(words): exceptions")
    let attempts = try await real.attempts(of: task.key, limit: 1_000).count
    expect(attempts == leg.attempts, "\(words): \(attempts) attempts, \(leg.attempts)")
    let rows = try await rows(of: task.key)
    let modelledRows = leg.rows.map { "\($0.range) \($0.schedule)" }
    expect(rows == modelledRows, "\(words): open calls \(rows), \(modelledRows)")
  }

  private func rows(of key: TaskKey) async throws -> [String] {
    try await real.readers.read { (connection) throws(StoreError) in
      try connection.rows(
        """
        SELECT first, people, held, due_at, job, job_since, give_up_at, attempts, first_tried, tries
        FROM call WHERE request = \(key.request) AND connector = \(key.connector) ORDER BY first
        """
      ) { (row) throws(StoreError) in
        let schedule = CallSchedule(
          due: row.instant(3), phase: JobColumns(row, from: 4).phase, attempts: row.integer(7),
          tries: row.integer(9), firstTried: row.optionalInstant(8), isHeld: row.flag(2))
        return "\(row.integer(0)..<row.integer(0) + row.integer(1)) \(schedule)"
      }
    }
  }
}

extension NoticeKind? {
  /// Whether it tells of a request's end.
  fileprivate var isEnd: Bool {
    [
      .requestCompleted, .requestCompletedWithExceptions, .requestCancelled, .requestRejected,
    ].contains(self)
  }
}
