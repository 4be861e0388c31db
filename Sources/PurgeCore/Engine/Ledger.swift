/// What is to be made durable: one batch is under way at a time, what comes meanwhile goes with the
/// next, so that changes become durable in the order they were decided.
struct Ledger: Sendable {
  private var waiting: [Change] = []
  private var batch: (id: BatchID, changes: [Change])?
  private var last = BatchID(0)
  private var failures = 0
  /// When the failed batch is offered again.
  private(set) var retryAt: Instant?

  var isEmpty: Bool { waiting.isEmpty && batch == nil }
  var count: Int { waiting.count + (batch?.changes.count ?? 0) }
  var isStalled: Bool { failures > 0 }
  var lastBatch: BatchID { last }

  mutating func add(_ changes: [Change]) { waiting += changes }

  /// Forgets what the engine thought of a connector before a person decided about it.
  mutating func forgetJudgement(of name: ConnectorName) {
    waiting.removeAll { if case .connector(name, _) = $0 { true } else { false } }
  }

  /// The batch to offer now; nil when one is under way or there is nothing.
  mutating func offer(at now: Instant) -> (BatchID, [Change])? {
    if let batch {
      guard let due = retryAt, due <= now else { return nil }
      retryAt = nil
      return batch
    }
    guard !waiting.isEmpty else { return nil }
    last.number += 1
    batch = (last, waiting)
    waiting = []
    return batch
  }

  /// Ends a batch; nil when it is not the one under way.
  mutating func committed(_ id: BatchID) -> (changes: [Change], wasStalled: Bool)? {
    guard let batch, batch.id == id else { return nil }
    defer { (self.batch, failures, retryAt) = (nil, 0, nil) }
    return (batch.changes, failures > 0)
  }

  /// Keeps a batch that failed; `true` when it is the first failure.
  mutating func failed(_ id: BatchID, at now: Instant, _ policy: EnginePolicy) -> Bool {
    guard let batch, batch.id == id else { return false }
    retryAt =
      now + Backoff.doubled(policy.batchWait, failures, cap: policy.longestBatchWait)
    failures += 1
    return failures == 1
  }

  mutating func shift(by span: Span) { retryAt = retryAt.map { $0 + span } }
}
