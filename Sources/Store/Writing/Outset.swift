import PurgeCore

/// What the tasks of a request begin with.
struct Outset {
  let request: PurgeRequestID
  let total: Int
  let lane: Lane
  let accepted: Instant
  let deadline: Instant
  let isStarted: Bool
}

extension Outset {
  init(_ prepared: PreparedAcceptance) {
    let given = prepared.acceptance
    self.init(
      request: prepared.id, total: prepared.total, lane: given.lane, accepted: given.accepted,
      deadline: given.deadline, isStarted: given.startAt == nil)
  }

  /// Of a request that is written already; throws `unknownRequest`.
  init(_ record: RequestRecord?, _ request: PurgeRequestID) throws(StoreError) {
    guard let record else { throw .unknown(request) }
    self.init(
      request: request, total: record.total, lane: record.lane, accepted: record.accepted,
      deadline: record.deadline, isStarted: record.startAt == nil)
  }
}

extension Transaction {
  /// Writes a request's tasks; it ends at once when none is open.
  func begin(
    _ shares: [ConnectorShare], _ outset: Outset, at now: Instant
  ) throws(StoreError) {
    var open = 0
    for share in shares {
      let stored = try newTask(share, outset, at: now)
      try connection.insert(stored)
      if outset.isStarted { try tellAttention(stored.task, before: nil, at: now) }
      if stored.task.state.isClosed { put(stored, at: now) } else { open += 1 }
    }
    try connection.run("UPDATE request SET open_tasks = \(open) WHERE id = \(outset.request)")
    if open == 0 { try finish(outset.request, at: now) }
  }

  private func newTask(
    _ share: ConnectorShare, _ outset: Outset, at now: Instant
  ) throws(StoreError) -> StoredTask {
    let key = TaskKey(outset.request, share.name)
    let known = try connection.state(of: share.name)?.blockingCode
    var task = ConnectorTask(
      key, total: outset.total, blockedBy: known ?? share.blockedBy, isByHand: share.isByHand)
    let everybody = 0..<outset.total
    if share.isNotApplicable, task.plan(everybody) {
      task.receive([CallSegment(everybody, .settled(.notApplicable))], wasPolling: false)
      put(.notApplicable, for: everybody, of: key, at: now)
    }
    return StoredTask(
      task: task, lane: outset.lane, acceptedAt: outset.accepted, deadline: outset.deadline,
      isStarted: outset.isStarted, countsAsOpen: !task.state.isClosed)
  }
}
