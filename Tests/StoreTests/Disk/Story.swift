import PurgeCore
import Testing

@testable import Store

/// What a store acknowledged, and so must still be true after whatever happens to its disk.
struct Promises {
  var requests: [String: PurgeRequestID] = [:]
  var planned: [TaskKey: Int] = [:]
  var results: [(call: CallKey, verdict: Verdict)] = []
  var ended: Set<PurgeRequestID> = []
  /// The states a connector may be in: the last that was acknowledged, and those tried since.
  var connectors: [ConnectorName: [ConnectorState]] = [:]
  var audited: [String: Int] = [:]
}

/// What a client, an engine and an administrator do with a store one after the other; each step can
/// be taken again, so that the story can be told from its beginning after a crash.
struct Story {
  let store: Store
  var promises: Promises
  /// Called after each failure; `false` ends the story there.
  let goesOnAfter: (StoreError) -> Bool
  private var now = noon

  init(
    _ store: Store, _ promises: Promises = Promises(),
    goesOnAfter: @escaping (StoreError) -> Bool = { _ in false }
  ) {
    (self.store, self.promises, self.goesOnAfter) = (store, promises, goesOnAfter)
  }

  mutating func tell() async throws(StoreError) {
    let first = try await accept("a", at: [mixpanel, braze])
    let braze = TaskKey(first, braze)
    try await set(braze.connector, .disabled(.administrator(note: ""), since: noon))
    try await workOff(mixpanel)
    try await set(braze.connector, .enabled)
    try await workOff(braze.connector)
    try await retry(braze)
    try await workOff(braze.connector)
    _ = try await accept("b", at: [mixpanel, braze.connector], naming: mixpanel)
    try await workOff(braze.connector)
  }

  /// Asks for the requests by their keys, as a client does that never heard of them.
  mutating func see() async throws(StoreError) {
    for key in ["a", "b"] where promises.requests[key] == nil {
      promises.requests[key] = try await store.accepted(under: .story(key))?.id
    }
  }

  /// Does something until the store takes it, as a client with patience does.
  private func patiently<Answer>(
    _ step: () async throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    while true {
      do throws(StoreError) { return try await step() } catch {
        guard goesOnAfter(error) else { throw error }
      }
    }
  }
}

// People.
extension Story {
  private mutating func accept(
    _ key: String, at connectors: [ConnectorName], naming named: ConnectorName? = nil
  ) async throws(StoreError) -> PurgeRequestID {
    var acceptance = Acceptance.of(4, at: connectors)
    acceptance.idempotency = .story(key)
    if let named {
      let place = SettingPlace(path: "owner", file: "\(named).json5", line: 3)
      acceptance.references = [ConnectorReferences(named, [place])]
      promises.connectors[named] = nil
    }
    let (store, demand) = (store, acceptance)
    let accepted = try await patiently { () async throws(StoreError) in
      try await store.accept(demand)
    }
    #expect(promises.requests[key] == nil || promises.requests[key] == accepted.id)
    promises.requests[key] = accepted.id
    if let named { promises.connectors[named] = try await connector(named).map { [$0] } }
    return accepted.id
  }

  private func connector(_ name: ConnectorName) async throws(StoreError) -> ConnectorState? {
    try await patiently { () async throws(StoreError) in
      try await store.connectors().first { $0.name == name }?.state
    }
  }

  private mutating func set(
    _ name: ConnectorName, _ state: ConnectorState
  ) async throws(StoreError) {
    if promises.connectors[name] != nil { promises.connectors[name]?.append(state) }
    let (store, instant) = (store, now)
    try await patiently { () async throws(StoreError) in
      try await store.setConnector(name, to: state, by: "ann", at: instant)
    }
    promises.connectors[name] = [state]
    promises.audited["connector.\(state.isDisabled ? "disabled" : "enabled")", default: 0] += 1
  }

  private mutating func retry(_ task: TaskKey) async throws(StoreError) {
    let (store, instant) = (store, now)
    let people = try await patiently { () async throws(StoreError) in
      try await store.retry(task, by: "ann", at: instant)
    }
    if people > 0 { promises.audited["task.retried", default: 0] += 1 }
  }
}

// The engine.
extension Story {
  /// Works off what a connector owes, one call after the other.
  private mutating func workOff(_ name: ConnectorName) async throws(StoreError) {
    for _ in 0..<30 {
      let failures = await counts().failedTransactions
      guard
        case .loaded(let work) = await store.engine(
          .load(name, calls: 9, tasksPerLane: 9), at: now)
      else { return }
      var calls = work.calls
      for task in work.tasks { calls += try await plan(task) }
      for call in calls { try await conclude(call) }
      if !calls.isEmpty { continue }
      guard let due = work.nextDue else { return }
      // The store answers alike when a load failed: it is asked again later.
      let counts = await counts()
      if counts.failedTransactions > failures, let error = counts.lastFailure,
        !goesOnAfter(error)
      {
        throw error
      }
      now = max(now + .seconds(1), due)
    }
  }

  private func counts() async -> StoreCounts { (try? await store.counts()) ?? StoreCounts() }

  private mutating func plan(_ task: UnplannedTask) async throws(StoreError) -> [Call] {
    let calls = try await commit(
      .planned(task.key, [task.plannedThrough..<task.total], at: now))
    promises.planned[task.key] = task.total
    return calls
  }

  private mutating func conclude(_ call: Call) async throws(StoreError) {
    let segments = segments(of: call)
    _ = try await commit(.ended(call.key.task, call.key.range, segments, at: now))
    for case .settled(let verdict) in segments.map(\.fate) where verdict.isSettled {
      promises.results += segments.filter { $0.fate == .settled(verdict) }.map {
        (CallKey(call.key.task, $0.range), verdict)
      }
    }
  }

  /// Offers a batch again until the store takes it.
  private func commit(_ change: Change) async throws(StoreError) -> [Call] {
    while true {
      if let calls = await store.commit([change], at: now) { return calls }
      let why = await counts().lastFailure ?? StoreError(.closed, call: "commit", detail: "")
      guard goesOnAfter(why) else { throw why }
    }
  }

  /// At Mixpanel a batch is halved and half of it becomes a job; at Braze somebody is ambiguous.
  private func segments(of call: Call) -> [CallSegment] {
    let range = call.key.range
    switch (call.key.task.connector, range, call.schedule.phase) {
    case (mixpanel, 0..<4, _):
      return [0..<2, 2..<4].map { CallSegment($0, .again(CallSchedule(due: now))) }
    case (mixpanel, 2..<4, .erasing):
      let job = CallPhase.polling(job: "j", since: now, giveUpAt: now + .days(1))
      return [CallSegment(range, .again(CallSchedule(due: now + .minutes(1), phase: job)))]
    case (braze, 0..<4, _):
      return [
        CallSegment(0..<1, .settled(.ambiguous)), CallSegment(1..<4, .settled(.absent)),
      ]
    default: return [CallSegment(range, .settled(.erased))]
    }
  }
}

extension IdempotencyKey {
  fileprivate static func story(_ key: String) -> IdempotencyKey {
    IdempotencyKey(key, digest: Array(key.utf8))
  }
}

extension Store {
  /// Fails unless everything promised is there, nothing is half done, and the file is sound.
  func check(_ promises: Promises, after place: Comment) async throws {
    let word = try await readers.read { (connection) throws(StoreError) in
      try connection.rows("PRAGMA integrity_check") { (row) throws(StoreError) in row.text(0) }
    }
    #expect(word == ["ok"], place)
    for (key, id) in promises.requests {
      let known = try await accepted(under: .story(key))
      #expect(known?.id == id, place)
      #expect(try await request(id).total == 4, place)
    }
    try await checkWork(promises, after: place)
    try await checkLedgers()
    try await checkPeople(promises, after: place)
  }

  private func checkWork(_ promises: Promises, after place: Comment) async throws {
    for (key, cursor) in promises.planned {
      let task = try await request(key.request).tasks.first { $0.key == key }
      #expect((task?.plannedThrough ?? 0) >= cursor, place)
    }
    for (call, verdict) in promises.results {
      let results = try await results(of: call.task, limit: 99)
      #expect(
        results.contains {
          $0.verdict == verdict && $0.range.clamped(to: call.range) == call.range
        }, place)
    }
  }

  /// Connectors and the audit, and that an ended request left its notice and no key.
  private func checkPeople(_ promises: Promises, after place: Comment) async throws {
    let records = try await connectors()
    for (name, states) in promises.connectors {
      #expect(
        states.contains { state in records.contains { $0.name == name && $0.state == state } })
    }
    let entries = try await auditEntries(limit: 999)
    for (action, count) in promises.audited {
      #expect(entries.filter { $0.action == action }.count >= count, place)
    }
    guard case .intact(entries.count, _) = try await verifyAudit() else {
      Issue.record(place)
      return
    }
    let requests = try await requests(limit: 99)
    let ended = requests.filter { $0.ended != nil }.count
    #expect(try await ends().count == ended, place)
    #expect(
      try await rowCount("SELECT COUNT(*) FROM request_key") == requests.count - ended, place)
  }

  /// Fails unless the whole story came to its end, once.
  func checkEnd(_ promises: Promises, after place: Comment) async throws {
    #expect(try await requests(limit: 99).count == 2, place)
    let first = try await request(try #require(promises.requests["a"]))
    let second = try await request(try #require(promises.requests["b"]))
    #expect(first.state == .completed, place)
    #expect(first.tasks.map(\.tally.absent) == [3, 0], place)
    #expect(first.tasks.map(\.tally.erased) == [1, 4], place)
    #expect(
      second.tasks.map(\.state) == [.needsAttention(.ambiguous), .blocked(.referencesPurgedUser)])
  }
}
