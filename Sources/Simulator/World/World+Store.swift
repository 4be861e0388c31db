import Directory
import PurgeCore

// The store at work: in order, at its own pace, and not always well.
extension World {
  func submit(_ job: StoreJob) {
    let pace: ClosedRange<Int64> = activeTrouble == .slow ? 500...30_000 : 1...12
    jobFree = max(jobFree, elapsed) + dice.within(pace)
    jobsWaiting += 1
    agenda.add(.storeWork(job), at: jobFree, life: life)
  }

  var activeTrouble: StoreTrouble? { trouble.flatMap { $0.until > elapsed ? $0.kind : nil } }

  func commit(_ id: BatchID, _ changes: [Change]) {
    let hasPlan = changes.contains { if case .planned = $0 { true } else { false } }
    let isEarly = flaw == .slotReleasedBeforeCommit && !hasPlan
    if isEarly { post(.committed(id, [])) }
    submit(.commit(id, changes, life: life, isReported: isEarly))
  }

  /// Whether this transaction fails.
  private func fails() -> Bool {
    switch activeTrouble {
    case .failing, .full: true
    case .flickering: dice.once(in: 2)
    case .appliedButFailed, .slow, nil: false
    }
  }

  func work(on job: StoreJob) {
    guard !fails() else { return fail(job) }
    if let armed = armedCrash, armed.point != .anywhere {
      armedCrash = nil
      if armed.point != .beforeCommit { apply(job, isReported: false) }
      if watch.violation != nil { return }
      crash(forSeconds: armed.seconds, "\(armed.point)")
      return armed.point == .beforeCommit ? dropped(.storeWork(job)) : ()
    }
    apply(job, isReported: true)
  }

  private func fail(_ job: StoreJob) {
    switch job {
    case .load(let name, _, _):
      post(
        .loaded(
          LoadedWork(
            connector: name, calls: [], tasks: [], nextDue: now + .seconds(5), hasMore: false)))
    case .commit(let id, let changes, _, let isReported):
      if isReported { return }
      if flaw == .failureTakenForSuccess {
        var copy = store
        return post(.committed(id, copy.apply(changes, at: now)))
      }
      post(.commitFailed(id))
    case .accept(let given):
      coverage.visit(.deed(.storeFullForClients))
      tryAgain(given.key)
    case .operate(let operation): again(operation)
    }
  }

  /// An operator who was told of a failure does it again.
  private func again(_ operation: Operation) {
    jobFree = max(jobFree, elapsed) + 1_000
    jobsWaiting += 1
    agenda.add(.storeWork(.operate(operation)), at: elapsed + 60_000, life: life)
  }

  private func apply(_ job: StoreJob, isReported: Bool) {
    if flaw == .commitLostInCrash { earlierStore = store }
    switch job {
    case .load(let name, let calls, let tasks):
      let work = store.load(
        name, calls: calls, tasksPerLane: tasks, at: now, flaw: flaw)
      if isReported { post(.loaded(work)) }
    case .commit(let id, let changes, let epoch, let wasReported):
      apply(id, altered(changes), epoch, isReported: isReported && !wasReported)
    case .accept(let given): accept(given, isReported: isReported)
    case .operate(let operation): operate(operation)
    }
  }

  private func apply(
    _ id: BatchID, _ changes: [Change], _ epoch: Int, isReported: Bool
  ) {
    watch.applies(epoch: epoch, while: life)
    watch.looks(at: changes, self)
    let (before, audits) = (store.states, store.audits.count)
    note(changes)
    let planned = store.apply(changes, at: now, flaw: flaw)
    watch.checkJudgements(before, store.states)
    look(at: changes.compactMap(\.task))
    noteStates(before, audits)
    guard isReported else { return }
    let isDenied = activeTrouble == .appliedButFailed
    if isDenied { watch.isCommitDenied = true }
    post(isDenied ? .commitFailed(id) : .committed(id, planned))
  }

  /// Looks at tasks that were just changed.
  func look(at keys: [TaskKey]) {
    watch.check(keys, store, &coverage)
    watch.checkReferences(store)
    watch.checkOutbox(store)
    callCourier()
  }

  /// After states may have changed; `audits` counts what was written down before.
  func noteStates(_ before: [ConnectorState?], _ audits: Int) {
    watch.checkAudit(before, after: audits, store)
    for (old, new) in zip(before, store.states) {
      guard let old, let new, old.word != new.word else { continue }
      coverage.visit(.connector(old.word, new.word))
    }
  }
}

// What the engine's changes say.
extension World {
  private func note(_ changes: [Change]) {
    for case .concluded(let attempt, let segments) in changes {
      fingerprint.add(attempt.call.range.lowerBound)
      fingerprint.add(attempt.code.number)
      noteOutcome(attempt, segments)
      tell(
        "\(attempt.call.task.connector) \(attempt.call.task.request.number): people "
          + "\(attempt.call.range), try \(attempt.number), code \(attempt.code.number)"
          + segments.map { ", \($0.range) \($0.fate.words)" }.joined())
    }
    for case .planned(let key, let ranges, _) in changes {
      tell("\(key.connector) \(key.request.number): \(ranges.count) calls planned")
    }
  }

  private func noteOutcome(_ attempt: Attempt, _ segments: [CallSegment]) {
    if segments.count > 1 { coverage.visit(.outcome(.partial)) }
    switch attempt.code {
    case .rateLimited: coverage.visit(.outcome(.throttled))
    case .credentialRejected: coverage.visit(.outcome(.blocked))
    case .refused, .countMismatch:
      if attempt.call.range.count > 1 { coverage.visit(.outcome(.refused)) }
    default: break
    }
    for segment in segments { coverage.visit(.outcome(segment.fate.outcomeClass)) }
  }

  /// Flaws that change what is made durable.
  private func altered(_ changes: [Change]) -> [Change] {
    guard let flaw else { return changes }
    return changes.map { change in
      guard case .concluded(let attempt, let segments) = change else { return change }
      return .concluded(attempt, altered(segments, attempt, flaw))
    }
  }

  private func altered(
    _ segments: [CallSegment], _ attempt: Attempt, _ flaw: Flaw
  ) -> [CallSegment] {
    switch flaw {
    case .bisectDropsHalf where attempt.code == .refused && segments.count > 1:
      Array(segments.dropLast())
    case .throttleBurnsAttempt where attempt.code == .rateLimited:
      segments.map { $0.again { $0.attempts += 1 } }
    case .waitsTooShort where attempt.code != .rateLimited:
      segments.map { segment in
        segment.again {
          if $0.attempts == 0 { return }
          $0.due = attempt.ended + Span(milliseconds: ($0.due - attempt.ended).milliseconds / 100)
        }
      }
    case .waitsTooLong:
      segments.map { segment in
        segment.again {
          $0.due = $0.due + Span(milliseconds: ($0.due - attempt.ended).milliseconds * 99)
        }
      }
    case .blockedCountsAsErased where attempt.code == .credentialRejected:
      segments.map { CallSegment($0.range, .settled(.erased)) }
    default: segments
    }
  }
}

extension CallSegment {
  fileprivate func again(_ change: (inout CallSchedule) -> Void) -> CallSegment {
    guard case .again(var schedule) = fate else { return self }
    change(&schedule)
    return CallSegment(range, .again(schedule))
  }
}

extension CallSegment.Fate {
  var words: String {
    switch self {
    case .settled(let verdict): "\(verdict)"
    case .again(let schedule): schedule.phase.isPolling ? "asked about later" : "again later"
    }
  }

  fileprivate var outcomeClass: OutcomeClass {
    switch self {
    case .again(let schedule): schedule.phase.isPolling ? .pending : .retry
    case .settled(.erased): .erased
    case .settled(.absent): .absent
    case .settled(.accepted): .accepted
    case .settled(.verifiedAbsent): .verifiedAbsent
    case .settled(.notApplicable): .notApplicable
    case .settled(.ambiguous): .ambiguous
    case .settled(.failed(let code)): code == .noConfirmation ? .outOfTime : .failed
    case .settled(.waived): .waived
    }
  }
}

extension Change {
  /// The task it is about, when it is about one.
  var task: TaskKey? {
    switch self {
    case .planned(let key, _, _): key
    case .concluded(let attempt, _): attempt.call.task
    case .released, .connector: nil
    }
  }
}
