public import PurgeCore

/// What the engine asks of the store.
public enum EngineWork: Sendable {
  /// Give out due calls and tasks to plan (`Effect.load`).
  case load(ConnectorName, calls: Int, tasksPerLane: Int)
  /// Make changes durable (`Effect.commit`).
  case commit(BatchID, [Change])
  /// The clock was set back by so much: calls that wait do so no longer than before.
  case setClockBack(Span)
}

extension Store {
  /// Queues the engine's work and returns at once; `then` is called on the writer's queue with the
  /// event for the engine, after it is durable.
  ///
  /// Many batches share one transaction. A change that cannot be made although the disk is well is
  /// set aside: its people need attention, with code 1018, and an entry of the audit says why. A load
  /// that could not be made answers with nothing and asks to be repeated five seconds later. Nothing
  /// is answered to a clock that was set back.
  public func submit(
    _ work: EngineWork, at now: Instant, then: @escaping @Sendable (Event) -> Void
  ) {
    switch work {
    case .load(let connector, let calls, let tasksPerLane):
      writer.submit(
        Writer.Job(
          write: { transaction throws(StoreError) in
            let work = try transaction.load(
              connector, calls: calls, tasksPerLane: tasksPerLane, now: now)
            return { then(.loaded(work)) }
          },
          failed: { _ in then(.loaded(.nothing(connector, until: now + .seconds(5)))) }))
    case .setClockBack(let span):
      writer.submit(
        Writer.Job(
          write: { transaction throws(StoreError) in
            try transaction.setClockBack(by: span)
            return {}
          },
          failed: { _ in }))
    case .commit(let batch, let changes):
      let apart = Writer.Job(
        write: { transaction throws(StoreError) in
          let calls = try transaction.makeApart(changes, at: now)
          return { then(.committed(batch, calls)) }
        },
        failed: { _ in then(.commitFailed(batch)) })
      writer.submit(
        Writer.Job(
          write: { transaction throws(StoreError) in
            let calls = try transaction.make(changes, at: now)
            return { then(.committed(batch, calls)) }
          },
          failed: { [writer] error in
            // The same batch would fail for ever, and with it everybody else's changes.
            guard error.code.isOfOneChange else { return then(.commitFailed(batch)) }
            writer.submit(apart)
          }))
    }
  }

  /// Starts requests whose waiting period is over; returns the connectors that have work by it.
  public func startWaiting(at now: Instant) async throws(StoreError) -> [ConnectorName] {
    try await writer.write { (transaction) throws(StoreError) in
      try transaction.startWaiting(now: now).sorted()
    }
  }

  /// When the next waiting request starts; nil when none waits.
  public func nextStart() async throws(StoreError) -> Instant? {
    try await readers.read { (connection) throws(StoreError) in try connection.nextStart() }
  }

  /// What the store did since it was opened.
  public func counts() async throws(StoreError) -> StoreCounts {
    try await writer.between { (desk) throws(StoreError) in desk.counts }
  }
}

extension LoadedWork {
  fileprivate static func nothing(
    _ connector: ConnectorName, until later: Instant
  ) -> LoadedWork {
    LoadedWork(connector: connector, calls: [], tasks: [], nextDue: later, hasMore: false)
  }
}
