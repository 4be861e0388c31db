import FoundationEssentials
import PurgeCore
import Testing

@testable import Simulator
@testable import Store

/// The real store and the model, given the same random work; requests are paired in the order in
/// which they were accepted.
final class StorePair {
  static let names = ["c0", "c1", "c2"].map { ConnectorName($0) }

  let folder: String
  let master: MasterKey
  var real: Store
  var model = ModelStore(names)
  var dice: Simulator.Dice
  var now = Instant(milliseconds: 1_800_000_000_000)
  /// The real names of the model's requests.
  var ids: [PurgeRequestID] = []
  var demands: [ModelAcceptance] = []
  /// What the two stores answered differently.
  var disagreement: String?
  var batches: Int64 = 0
  /// Changes the real store ignored before it was opened again.
  var ignoredBefore = 0

  init(seed: UInt64) throws {
    folder =
      FileManager.default.temporaryDirectory.path(percentEncoded: false)
      + "/purgehub-pair-\(UInt64.random(in: 0 ... .max))"
    master = try #require(MasterKey(Array(repeating: 7, count: 32)))
    real = try Store(folder: folder, key: master)
    dice = Simulator.Dice(seed: seed)
  }

  func close() async {
    await real.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  func expect(_ same: Bool, _ sentence: @autoclosure () -> String) {
    if !same, disagreement == nil { disagreement = sentence() }
  }
}

// One thing after the other.
extension StorePair {
  /// Does something at random with both; says what.
  func step() async throws -> String {
    // Never twice at one instant, so that nothing is ordered by chance.
    now = now + Span(milliseconds: 1 + Int64(dice.below(dice.once(in: 4) ? 8_000_000 : 60_000)))
    switch dice.below(21) {
    case _ where ids.isEmpty, 0, 1: return try await accept()
    case 2, 3, 4: return try await load()
    case 5...12: return try await commit()
    case 13, 14: return try await setConnector()
    case 15: return try await retry()
    case 16: return try await waive()
    case 17: return try await cancel()
    case 18: return try await release()
    case 19: return try await replay()
    default: return try await startAnew()
    }
  }

  private func accept() async throws -> String {
    if dice.once(in: 5), let again = demands.last { return try await acceptAgain(again) }
    let some = Self.names.indices.filter { _ in !dice.once(in: 3) }
    let start = dice.below(600)
    let given = ModelAcceptance(
      key: demands.count, people: Array(start..<start + 1 + dice.below(dice.once(in: 3) ? 1 : 30)),
      connectors: some.isEmpty ? [0] : some, lane: dice.pick(Lane.allCases), accepted: now,
      deadline: now + .days(1 + Int64(dice.below(30))),
      startAt: dice.once(in: 3) ? now + .minutes(1 + Int64(dice.below(90))) : nil,
      references: dice.once(in: 6) ? [(dice.below(3), [Self.place(dice.below(2))])] : [])
    demands.append(given)
    ids.append(try await real.accept(Self.acceptance(given)).id)
    let id = model.accept(given, flaw: nil)
    expect(id.map(model.position) == ids.count - 1, "another request")
    return "accept \(given)"
  }

  /// The same key again, with the same demand or another one.
  private func acceptAgain(_ earlier: ModelAcceptance) async throws -> String {
    var given = earlier
    if dice.once(in: 2) { given.people.append(599) }
    var answer: PurgeRequestID?
    do throws(StoreError) { answer = try await real.accept(Self.acceptance(given)).id } catch {
      guard error.code == .idempotencyConflict else { throw error }
    }
    let modelled = model.accept(given, flaw: nil).map(model.position)
    expect(modelled == answer.flatMap(ids.firstIndex), "the repeated demand")
    return "accept again"
  }

  private func load() async throws -> String {
    let connector = dice.below(3)
    let (calls, tasks) = (allowed(1 + dice.below(6), connector), dice.below(5))
    let name = Self.names[connector]
    let event = await real.perform(.load(name, calls: calls, tasksPerLane: tasks), at: now)
    guard case .loaded(let work) = event else { return "a load without an answer" }
    let modelled = model.load(name, calls: calls, tasksPerLane: tasks, at: now)
    compare(work, modelled)
    return "load \(name) \(calls) \(tasks)"
  }

  /// Which of several calls due at one instant are given out is not promised.
  private func allowed(_ calls: Int, _ connector: Int) -> Int {
    let due = model.requests.flatMap { $0.legs[connector]?.rows ?? [] }
      .filter { !$0.schedule.isHeld && $0.schedule.due <= now }.map(\.schedule.due).sorted()
    guard due.indices.contains(calls), due[calls] == due[calls - 1] else { return calls }
    return 1_000
  }

  private func commit() async throws -> String {
    batches += 1
    let changes = (0..<1 + dice.below(4)).compactMap { _ in change() }.withoutHaste
    let event = await real.perform(.commit(BatchID(batches), changes.map(named)), at: now)
    let modelled = model.apply(changes, at: now)
    guard case .committed(_, let calls) = event else {
      expect(false, "a batch failed")
      return "commit"
    }
    expect(
      calls.map(words).sorted() == modelled.map { words(renamed($0)) }.sorted(), "planned calls")
    return "commit \(changes)"
  }

  private func setConnector() async throws -> String {
    let connector = dice.below(3)
    let state = dice.once(in: 2) ? ConnectorState.enabled : decision()
    try await real.setConnector(Self.names[connector], to: state, by: "ann", at: now)
    model.set(connector, to: state, nil)
    return "set c\(connector) \(state)"
  }

  private func retry() async throws -> String {
    guard let key = anyTask() else { return "nothing" }
    let size = 1 + dice.below(4)
    let count = try await real.retry(named(key), peoplePerCall: size, by: "ann", at: now)
    let modelled = model.retry(key, peoplePerCall: size, at: now, flaw: nil)
    expect((count > 0) == modelled, "asking again")
    return "retry \(key.words)"
  }

  private func waive() async throws -> String {
    guard let key = anyTask() else { return "nothing" }
    var isWaived = true
    do throws(StoreError) {
      _ = try await real.waive(named(key), by: "ann", reason: "r", at: now)
    } catch {
      guard error.code == .wrongState else { throw error }
      isWaived = false
    }
    expect(model.waive(key) == isWaived, "waiving")
    return "waive \(key.words)"
  }

  /// The vendor has everybody again.
  private func replay() async throws -> String {
    guard let key = anyTask() else { return "nothing" }
    let (size, named) = (1 + dice.below(4), named(key))
    let order = ReplayOrder(
      at: named.connector, since: Instant(milliseconds: 0), plan: "\(now)",
      parts: [.init(named.request)], peoplePerCall: size, actor: "ann")
    var isReplayed = true
    do throws(StoreError) { _ = try await real.replay(order, at: now) } catch {
      guard error.code == .wrongState else { throw error }
      isReplayed = false
    }
    expect(model.replay(key, peoplePerCall: size, at: now) == isReplayed, "replaying")
    return "replay \(key.words)"
  }

  private func cancel() async throws -> String {
    let request = dice.below(ids.count)
    let answer = try await real.cancel(ids[request], by: "ann", reason: "r", at: now)
    let isCancelled = if case .cancelled = answer { true } else { false }
    expect(model.cancel(request) == isCancelled, "cancelling")
    return "cancel \(request)"
  }

  /// Waiting requests start when their time has come.
  private func release() async throws -> String {
    _ = try await real.startWaiting(at: now)
    model.startWaiting(at: now)
    return "start waiting"
  }

  private func startAnew() async throws -> String {
    let counts = try await real.counts()
    ignoredBefore += counts.staleAnswers + counts.stalePlans
    await real.close()
    real = try Store(folder: folder, key: master)
    model.forgetHolds()
    return "start anew"
  }
}

// What an engine might ask for.
extension StorePair {
  private func change() -> Change? {
    switch dice.below(10) {
    case 0..<4: return plan()
    case 4..<8: return conclude()
    case 8:
      guard let key = anyCall() else { return nil }
      return .released([key])
    default:
      let state: ConnectorState =
        switch dice.below(3) {
        case 0: .enabled
        case 1: .degraded(since: now)
        default: .disabled(.credentialRejected(status: 401), since: now)
        }
      return .connector(dice.pick(Self.names), state)
    }
  }

  private func plan() -> Change? {
    guard let key = anyTask(), let leg = model.leg(key) else { return nil }
    // Now and then a plan that does not begin at the cursor.
    var first = leg.task.plannedThrough + (dice.once(in: 8) ? 1 : 0)
    var ranges: [Range<Int>] = []
    for _ in 0..<1 + dice.below(4) {
      let last = min(leg.task.total, first + 1 + dice.below(6))
      if last > first { ranges.append(first..<last) }
      first = last
    }
    return ranges.isEmpty ? nil : .planned(key, ranges, at: now)
  }

  private func conclude() -> Change? {
    guard let call = anyCall() else { return nil }
    now = now + .milliseconds(1)
    let attempt = Attempt(
      call: call, number: 1, began: now, ended: now, exchanges: 1, status: 200, code: .completed)
    var (segments, first): ([CallSegment], Int) = ([], call.range.lowerBound)
    while first < call.range.upperBound {
      let last = min(call.range.upperBound, first + 1 + dice.below(call.range.count))
      segments.append(CallSegment(first..<last, fate()))
      first = last
    }
    return .concluded(attempt, segments)
  }

  private func fate() -> CallSegment.Fate {
    if dice.once(in: 4) { return .again(schedule()) }
    return .settled(
      dice.pick([
        Verdict.erased, .erased, .absent, .accepted, .verifiedAbsent, .ambiguous,
        .failed(.refused), .failed(.noConfirmation), .notApplicable,
      ]))
  }

  private func schedule() -> CallSchedule {
    let due = now + Span(milliseconds: Int64(dice.below(20_000_000)))
    let job = CallPhase.polling(job: "j", since: now, giveUpAt: now + .days(9))
    return CallSchedule(
      due: due, phase: dice.once(in: 3) ? job : .erasing, attempts: dice.below(4),
      tries: dice.below(9), firstTried: dice.once(in: 2) ? now : nil, isHeld: dice.once(in: 3))
  }

  private func decision() -> ConnectorState {
    .disabled(
      dice.pick([
        .administrator(note: "n"), .unreachable(since: now), .configurationInvalid(["line 1"]),
        .removedFromConfiguration, .credentialRejected(status: 403),
      ]), since: now)
  }

  private func anyTask() -> TaskKey? {
    let keys = model.keys
    return keys.isEmpty ? nil : dice.pick(keys)
  }

  /// A call that is open, or now and then one that is not.
  private func anyCall() -> CallKey? {
    if dice.once(in: 12) { return anyTask().map { CallKey($0, 0..<1) } }
    let calls = model.legs.flatMap { leg in leg.rows.map { CallKey(leg.task.key, $0.range) } }
    return calls.isEmpty ? nil : dice.pick(calls)
  }

  private static func place(_ number: Int) -> SettingPlace {
    SettingPlace(path: "settings.owner\(number)", file: "c.json5", line: 1)
  }

  private static func acceptance(_ given: ModelAcceptance) -> Acceptance {
    let nobody = !given.people.contains(where: People.isKnown)
    return Acceptance(
      subjects: Roster(given.people.map(People.subject)), purpose: .dataHygiene, lane: given.lane,
      accepted: given.accepted, deadline: given.deadline, startAt: given.startAt,
      connectors: given.connectors.map {
        ConnectorShare(names[$0], isNotApplicable: nobody)
      },
      references: given.references.map { ConnectorReferences(names[$0.connector], $0.places) },
      fingerprints: [],
      idempotency: IdempotencyKey(
        "k\(given.key)", digest: given.people.map { UInt8(truncatingIfNeeded: $0) }), actor: "ann")
  }
}

extension Store {
  fileprivate func perform(_ work: EngineWork, at now: Instant) async -> Event {
    await withCheckedContinuation { waiting in
      submit(work, at: now) { waiting.resume(returning: $0) }
    }
  }
}

extension [Change] {
  /// Without the ends of calls that are planned here: no engine ends a call that it was not given.
  fileprivate var withoutHaste: [Change] {
    let planned = flatMap { change in
      if case .planned(let key, let ranges, _) = change { return ranges.map { CallKey(key, $0) } }
      return []
    }
    return filter { change in
      if case .concluded(let attempt, _) = change { !planned.contains(attempt.call) } else { true }
    }
  }
}
