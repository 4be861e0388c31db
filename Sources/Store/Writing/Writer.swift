import PurgeCore
import Synchronization

/// The one place that writes: jobs queue in a mailbox, and whatever is queued shares one transaction.
///
/// Nobody is told of success before the transaction is on the disk. A job that fails is undone alone;
/// a full disk undoes all of them.
final class Writer: Sendable {
  /// Something to write.
  struct Job: Sendable {
    /// Writes; returns what to do once it is durable.
    let write: @Sendable (Transaction) throws(StoreError) -> @Sendable () -> Void
    /// What to do when nothing was changed.
    let failed: @Sendable (StoreError) -> Void
  }

  private struct Mailbox {
    var jobs: [Job] = []
    var isBeingEmptied = false
  }

  private let mailbox = Mutex(Mailbox())
  private let desk: Confined<Desk>

  init(_ desk: sending Desk) { self.desk = Confined("store writer", desk) }

  /// Queues a job; returns at once.
  func submit(_ job: Job) {
    let isFirst = mailbox.withLock { box in
      box.jobs.append(job)
      defer { box.isBeingEmptied = true }
      return !box.isBeingEmptied
    }
    if isFirst { desk.later { self.empty($0) } }
  }

  /// How many jobs wait for the next transaction.
  var queuedJobs: Int { mailbox.withLock { $0.jobs.count } }

  /// Writes and waits until it is durable.
  func write<Answer: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    let result = await withCheckedContinuation {
      (waiting: CheckedContinuation<Result<Answer, StoreError>, Never>) in
      submit(
        Job(
          write: { transaction throws(StoreError) in
            let answer = try body(transaction)
            return { waiting.resume(returning: .success(answer)) }
          },
          failed: { waiting.resume(returning: .failure($0)) }))
    }
    return try result.get()
  }

  /// Does something between transactions, such as writing the log back.
  func between<Answer: Sendable>(
    _ work: @escaping @Sendable (Desk) throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    try await desk.now(work)
  }

  private func empty(_ desk: Desk) {
    while let jobs = takeAll() { desk.commit(jobs) }
    forget(desk)
  }

  private func forget(_ desk: Desk) {
    guard let wait = desk.forget() else { return }
    self.desk.later(milliseconds: wait) { self.forget($0) }
  }

  private func takeAll() -> [Job]? {
    mailbox.withLock { box in
      guard !box.jobs.isEmpty else {
        box.isBeingEmptied = false
        return nil
      }
      defer { box.jobs = [] }
      return box.jobs
    }
  }
}
