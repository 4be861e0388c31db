import PurgeCore

extension Transaction {
  /// Makes each change for itself, after one of them could not be made; a change that cannot is set
  /// aside, so that it stops no other, and its people need attention.
  func makeApart(_ changes: [Change], at now: Instant) throws(StoreError) -> [Call] {
    var calls: [Call] = []
    for change in changes {
      do throws(StoreError) {
        calls += try apart { () throws(StoreError) in try make([change], at: now) }
      } catch {
        guard !error.code.endsTransaction else { throw error }
        try setAside(change, because: error, at: now)
      }
    }
    return calls
  }

  /// Does something whole or not at all, whatever else the job does.
  private func apart<Answer>(
    _ body: () throws(StoreError) -> Answer
  ) throws(StoreError) -> Answer {
    try connection.run("SAVEPOINT apart")
    do throws(StoreError) {
      let answer = try body()
      try settle()
      try connection.run("RELEASE apart")
      return answer
    } catch {
      guard !error.code.endsTransaction, !connection.isInAutocommit else { throw error }
      forget()
      try connection.run("ROLLBACK TO apart")
      try connection.run("RELEASE apart")
      throw error
    }
  }

  private func setAside(
    _ change: Change, because why: StoreError, at now: Instant
  ) throws(StoreError) {
    switch change {
    case .planned(let key, let ranges, _):
      try setAside(key, because: why, at: now) { () throws(StoreError) in
        try giveUpPlanning(key, ranges, at: now)
      }
    case .concluded(let attempt, _):
      let failed = CallSegment(attempt.call.range, .settled(.failed(.storageFailed)))
      try setAside(attempt.call.task, because: why, at: now) { () throws(StoreError) in
        try conclude(attempt, [failed])
      }
    case .released(let keys): try note(keys.first?.task, why, at: now)
    case .connector(let name, _): try note(nil, why, at: now, connector: name)
    }
  }

  /// Sets people of a task aside; when even that cannot be written, the whole task.
  private func setAside(
    _ key: TaskKey, because why: StoreError, at now: Instant, _ body: () throws(StoreError) -> Void
  ) throws(StoreError) {
    do throws(StoreError) { try apart(body) } catch {
      guard !error.code.endsTransaction else { throw error }
      try connection.run(
        """
        UPDATE task SET state = \(TaskState.needsAttention(.storageFailed)),
          code = \(Code.storageFailed), plannable = 0
        WHERE request = \(key.request) AND connector = \(key.connector) AND is_open = 1
        """)
    }
    try note(key, why, at: now)
  }

  /// Moves the cursor over people for whom no call can be made.
  private func giveUpPlanning(
    _ key: TaskKey, _ ranges: [Range<Int>], at now: Instant
  ) throws(StoreError) {
    var stored = try existingTask(key)
    for range in ranges where stored.isPlannable && stored.task.plan(range) {
      let failed = CallSegment(range, .settled(.failed(.storageFailed)))
      stored.task.receive([failed], wasPolling: false)
      try write(failed, of: key, at: now)
    }
    put(stored, at: now)
  }

  /// Ends a call that cannot be given out, because its people cannot be read.
  func setAside(
    _ call: CallKey, because why: StoreError, at now: Instant
  ) throws(StoreError) {
    guard !why.code.endsTransaction else { throw why }
    let failed = CallSegment(call.range, .settled(.failed(.storageFailed)))
    try setAside(call.task, because: why, at: now) { () throws(StoreError) in
      try replace(call, by: [failed], at: now)
    }
  }

  private func note(
    _ key: TaskKey?, _ why: StoreError, at now: Instant, connector: ConnectorName? = nil
  ) throws(StoreError) {
    try audit(
      AuditRecord(
        at: now, actor: "hub", action: "change.setAside", request: key?.request,
        connector: key?.connector ?? connector, detail: "\(why.call): \(why.detail)"))
  }
}
