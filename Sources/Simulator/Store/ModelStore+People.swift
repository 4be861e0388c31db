import PurgeCore

/// What a client asks for, once it is confirmed.
struct ModelAcceptance: Sendable {
  var key: Int
  var people: [Int]
  var connectors: [Int]
  var lane: Lane
  var accepted: Instant
  var deadline: Instant
  var startAt: Instant?
  /// Connectors whose settings name one of the people, and where.
  var references: [(connector: Int, places: [SettingPlace])]
}

// What people and files do.
extension ModelStore {
  /// Makes a request durable with all that follows from it; the same key returns the same request,
  /// and nil when it came with other people before.
  mutating func accept(_ given: ModelAcceptance, flaw: Flaw?) -> PurgeRequestID? {
    if flaw != .idempotencyForgotten, let known = requests.first(where: { $0.key == given.key }) {
      return known.people == given.people || flaw == .otherBodyAccepted ? known.id : nil
    }
    let id = PurgeRequestID(bits: UInt64(requests.count + 1))
    if flaw != .referenceOverlooked {
      for (connector, places) in given.references {
        disable(connector, naming: places, by: id, at: given.accepted, flaw)
      }
    }
    for person in given.people { tombstones[person] = true }
    var legs: [Leg?] = names.map { _ in nil }
    for connector in given.connectors { legs[connector] = newLeg(connector, id, given, flaw) }
    // Where nobody is known there is nothing to wait for.
    let isWaiting =
      given.startAt != nil && legs.contains { $0.map { !$0.task.state.isClosed } ?? false }
    requests.append(
      Request(
        id: id, key: given.key, people: given.people,
        state: isWaiting ? .pending : .inProgress, startAt: given.startAt,
        acceptedAt: given.accepted, legs: legs))
    audit(.accepted, id)
    tell("request.accepted", id)
    for connector in given.connectors { touch(TaskKey(id, names[connector])) }
    settle(flaw)
    return id
  }

  private func newLeg(
    _ connector: Int, _ id: PurgeRequestID, _ given: ModelAcceptance, _ flaw: Flaw?
  ) -> Leg {
    let key = TaskKey(id, names[connector])
    var leg = Leg(
      task: ConnectorTask(
        key, total: given.people.count, blockedBy: states[connector]?.blockingCode),
      lane: flaw == .bulkGoesFirst ? given.lane.exchanged : given.lane, acceptedAt: given.accepted,
      deadline: given.deadline,
      isStarted: given.startAt == nil)
    let everybody = 0..<given.people.count
    if !given.people.contains(where: People.isKnown), leg.task.plan(everybody) {
      leg.task.receive([CallSegment(everybody, .settled(.notApplicable))], wasPolling: false)
      leg.results.append((everybody, .notApplicable))
    }
    return leg
  }

  private mutating func disable(
    _ connector: Int, naming places: [SettingPlace], by request: PurgeRequestID,
    at now: Instant, _ flaw: Flaw?
  ) {
    var (first, all, since) = (request, places, now)
    if case .disabled(.referencesPurgedUser(let earlier, let known), let before) =
      states[connector]
    {
      (first, all, since) = (earlier, known + places.filter { !known.contains($0) }, before)
    }
    change(connector, to: .disabled(.referencesPurgedUser(first, all), since: since), flaw)
    audit(.named, request, names[connector])
  }

  /// Writes a person's or a file's word about a connector.
  mutating func set(_ connector: Int, to state: ConnectorState, _ flaw: Flaw?) {
    change(connector, to: state, flaw)
    if flaw != .decisionUnrecorded { audit(.connector(state.word), nil, names[connector]) }
  }

  /// Writes a connector's state and blocks or unblocks its open tasks.
  mutating func change(_ connector: Int, to state: ConnectorState, _ flaw: Flaw?) {
    let old = states[connector]
    let wasDisabled = old?.isDisabled ?? false
    states[connector] = state
    tell(names[connector], was: old, is: state)
    for index in requests.indices {
      guard var leg = requests[index].legs[connector], !leg.task.state.isClosed else { continue }
      if let code = state.blockingCode {
        leg.task.block(code)
        if flaw == .blockedCountsAsDone { leg.task = leg.task.pretendingToBeDone }
      } else if wasDisabled, flaw != .neverUnblocked {
        leg.task.unblock()
      }
      requests[index].legs[connector] = leg
    }
  }

  /// Ends everything still open of a task by a person's decision; `false` when nothing is.
  mutating func waive(_ key: TaskKey) -> Bool {
    guard var leg = leg(key), requests[position(key.request)].state == .inProgress,
      !leg.task.state.isClosed
    else { return false }
    let open = leg.openRanges
    (leg.rows, leg.exceptions) = ([], [])
    _ = leg.task.waive()
    leg.results += open.map { ($0, .waived) }
    put(leg)
    audit(.waived, key.request, key.connector)
    settle()
    return true
  }

  /// Makes calls of a task's exceptions; `false` when it has none.
  mutating func retry(
    _ key: TaskKey, peoplePerCall: Int, at now: Instant, flaw: Flaw?
  ) -> Bool {
    guard var leg = leg(key), !leg.exceptions.isEmpty else { return false }
    if flaw != .retryWithoutCalls {
      for range in leg.runs(upTo: peoplePerCall) {
        leg.insert(Row(range: range, schedule: CallSchedule(due: now)))
      }
    }
    leg.task.retry(leg.exceptions.map { (verdict: $0.verdict, count: 1) })
    leg.exceptions = []
    put(leg)
    audit(.retried, key.request, key.connector)
    settle()
    return true
  }

  /// Cancels a request that has not started; `false` when it is too late.
  mutating func cancel(_ request: Int) -> Bool {
    guard requests[request].state.successors.contains(.cancelled) else { return false }
    for connector in names.indices { requests[request].legs[connector]?.task.cancel() }
    audit(.cancelRequested, requests[request].id)
    end(request, as: .cancelled)
    return true
  }

  /// After a restart nobody holds anything.
  mutating func forgetHolds() {
    for index in requests.indices {
      for connector in names.indices {
        guard var leg = requests[index].legs[connector] else { continue }
        for row in leg.rows.indices { leg.rows[row].schedule.isHeld = false }
        requests[index].legs[connector] = leg
      }
    }
  }
}

extension ModelStore.Leg {
  /// The ranges of neighbours with one verdict that need attention, none longer than a limit.
  fileprivate func runs(upTo limit: Int) -> [Range<Int>] {
    var runs: [(range: Range<Int>, verdict: Verdict)] = []
    for (position, verdict) in exceptions.sorted(by: { $0.position < $1.position }) {
      if let last = runs.last, last.range.upperBound == position, last.verdict == verdict,
        last.range.count < limit
      {
        runs[runs.count - 1].range = last.range.lowerBound..<position + 1
      } else {
        runs.append((position..<position + 1, verdict))
      }
    }
    return runs.map(\.range)
  }

  /// What has no final verdict: the gaps between the results.
  var openRanges: [Range<Int>] {
    var (open, position): ([Range<Int>], Int) = ([], 0)
    let settled = results.map(\.range).sorted { $0.lowerBound < $1.lowerBound }
    for range in settled + [task.total..<task.total] {
      if position < range.lowerBound { open.append(position..<range.lowerBound) }
      position = range.upperBound
    }
    return open
  }
}

extension Lane {
  fileprivate var exchanged: Lane {
    switch self {
    case .urgent: .bulk
    case .normal: .normal
    case .bulk: .urgent
    }
  }
}

extension ConnectorTask {
  fileprivate var pretendingToBeDone: ConnectorTask {
    ConnectorTask(
      key, total: total, plannedThrough: plannedThrough, tally: tally, state: .completed,
      attention: nil)
  }
}
