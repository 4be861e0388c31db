import Glibc
import PurgeCore

/// What the writer's queue works with: the writing connection and the memory of opened people.
final class Desk {
  let connection: Connection
  let keys: Keys
  var opened = OpenedPeople()
  private(set) var counts = StoreCounts()
  /// Hears of each commit that left a notice.
  var onNotice: @Sendable () -> Void = {}
  private var hasLeftNotice = false
  private let onFailure: @Sendable (StoreError) -> Void
  /// Whether something was shredded that the log may still hold.
  private var mustForget = false
  private var forgotAt = ContinuousClock.now - .seconds(60)

  init(
    _ connection: Connection, _ keys: Keys,
    onFailure: @escaping @Sendable (StoreError) -> Void
  ) {
    self.connection = connection
    self.keys = keys
    self.onFailure = onFailure
  }

  /// Runs jobs in one transaction and tells each what came of it.
  func commit(_ jobs: [Writer.Job]) {
    do throws(StoreError) {
      let ends = try transact(jobs)
      counts.transactions += 1
      if hasLeftNotice { onNotice() }
      for end in ends { end() }
    } catch {
      if error.code.endsProcess { onFailure(error) }
      opened = OpenedPeople()
      rollBack()
      counts.failedTransactions += 1
      counts.lastFailure = error
      for job in jobs { job.failed(error) }
    }
  }

  /// Runs every job and commits.
  ///
  /// Hardly ever does one fail, so they run without savepoints, for which SQLite copies each page
  /// aside; when one does, nothing has happened yet, and all run again so that it is undone alone.
  private func transact(_ jobs: [Writer.Job]) throws(StoreError) -> [@Sendable () -> Void] {
    let before = counts
    do throws(StoreError) { return try transact(jobs, apart: false) } catch {
      guard !error.code.endsTransaction, !connection.isInAutocommit else { throw error }
      try connection.run("ROLLBACK")
      (opened, counts) = (OpenedPeople(), before)
      return try transact(jobs, apart: true)
    }
  }

  private func transact(
    _ jobs: [Writer.Job], apart: Bool
  ) throws(StoreError) -> [@Sendable () -> Void] {
    hasLeftNotice = false
    try connection.run("BEGIN IMMEDIATE")
    var ends: [@Sendable () -> Void] = []
    for job in jobs { ends.append(try apart ? performApart(job) : perform(job)) }
    try commit()
    return ends
  }

  private func perform(_ job: Writer.Job) throws(StoreError) -> @Sendable () -> Void {
    let transaction = Transaction(self)
    let end = try job.write(transaction)
    try transaction.settle()
    counts.add(transaction)
    mustForget = mustForget || transaction.hasShredded
    hasLeftNotice = hasLeftNotice || transaction.hasLeftNotice
    return end
  }

  /// Runs one job so that its failure undoes nothing else.
  private func performApart(_ job: Writer.Job) throws(StoreError) -> @Sendable () -> Void {
    try connection.run("SAVEPOINT job")
    do throws(StoreError) {
      let end = try perform(job)
      try connection.run("RELEASE job")
      return end
    } catch {
      guard !error.code.endsTransaction, !connection.isInAutocommit else { throw error }
      try connection.run("ROLLBACK TO job")
      try connection.run("RELEASE job")
      return { job.failed(error) }
    }
  }

  /// A commit that failed for want of space changed nothing; any other failure may or may not have
  /// reached the disk, and only a new start that trusts the file alone can tell.
  private func commit() throws(StoreError) {
    do throws(StoreError) { try connection.run("COMMIT") } catch {
      let isDeterminate =
        [.full, .busy, .closed].contains(error.code) && !connection.failedPastLog
      if !isDeterminate { onFailure(error) }
      throw error
    }
  }

  private func rollBack() {
    guard !connection.isInAutocommit else { return }
    _ = try? connection.run("ROLLBACK")
  }
}

extension Desk {
  /// Empties the log when it may still hold what was shredded, at most once a second; returns after
  /// how many milliseconds to ask again, nil when nothing is left to do.
  func forget() -> Int? {
    guard mustForget else { return nil }
    let left = forgotAt + .seconds(1) - ContinuousClock.now
    guard left <= .zero else { return Int(left / .milliseconds(1)) + 1 }
    forgotAt = .now
    return truncateLog() ? nil : 1_000
  }

  /// Writes the log back and closes for good; a wish to forget that is still on its way finds nothing
  /// to do.
  func close() {
    _ = truncateLog()
    mustForget = false
    connection.close()
  }

  /// Writes the log back into the database and cuts it to nothing; false while a reader pins it.
  ///
  /// It does not wait for the reader, since everybody else waits for this queue.
  func truncateLog() -> Bool {
    connection.wait(milliseconds: 0)
    defer { connection.wait(milliseconds: 5_000) }
    let busy = try? connection.first("PRAGMA wal_checkpoint(TRUNCATE)") {
      (row) throws(StoreError) in row.flag(0)
    }
    let isDone = busy == false
    if isDone { mustForget = false }
    return isDone
  }
}

/// Ends the process with exit code 70: what a failed write left behind is read anew at the start.
@Sendable func exitAfterFailure(_ error: StoreError) {
  let line = """
    purgehub: the database failed (\(error.call): \(error.detail)); the last change may or may not be kept
      Look at the disk, then start again: what was answered for is kept, the rest is done again.

    """
  let bytes = Array(line.utf8)
  _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
  // Without the usual ending: other threads are still at work.
  _exit(70)
}

/// What the store did since it was opened, for metrics and tests.
public struct StoreCounts: Sendable, Hashable {
  /// Durable transactions.
  public var transactions = 0
  /// Transactions that changed nothing, as on a full disk.
  public var failedTransactions = 0
  /// Why the last of them failed; nil when none did.
  public var lastFailure: StoreError?
  /// Answers for calls that were no longer open; they changed nothing.
  public var staleAnswers = 0
  /// Plans that did not begin at their task's cursor; they changed nothing.
  public var stalePlans = 0

  mutating func add(_ transaction: Transaction) {
    staleAnswers += transaction.staleAnswers
    stalePlans += transaction.stalePlans
  }
}
