import Dispatch
import Foundation
import Glibc
import Synchronization

/// A value that only its own thread touches, such as a connection.
///
/// A thread and not a queue of the system's pool: the pool moves a busy queue between a dozen threads,
/// which then fight over the heaps that their memory came from. The thread ends with the last
/// reference, and the value with it.
final class Confined<Value>: Sendable {
  private let room: Room<Value>

  /// Confines a value nobody else holds.
  init(_ label: String, _ value: sending Value) {
    room = Room(value)
    let thread = Thread { [room] in room.run() }
    thread.name = label
    thread.stackSize = 4 << 20
    thread.start()
  }

  deinit { room.leave() }

  /// Does this on the thread, after what was handed over before.
  func later(_ work: @escaping @Sendable (Value) -> Void) { room.post(work) }

  /// Does this on the thread, not before so long; never when the value is gone by then.
  func later(milliseconds: Int, _ work: @escaping @Sendable (Value) -> Void) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
      [weak self] in self?.later(work)
    }
  }

  /// Does this on the thread and waits without blocking one.
  func now<Answer: Sendable>(
    _ work: @escaping @Sendable (Value) throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    let result = await withCheckedContinuation {
      (waiting: CheckedContinuation<Result<Answer, StoreError>, Never>) in
      later { value in
        waiting.resume(returning: Result { () throws(StoreError) in try work(value) })
      }
    }
    return try result.get()
  }
}

/// What a thread and those who hand work to it share.
///
/// Unchecked: `value` is never reached but by the thread in `run`.
private final class Room<Value>: @unchecked Sendable {
  typealias Work = @Sendable (Value) -> Void

  private struct Mailbox {
    var work: [Work] = []
    var isWaitedAt = false
    var isLeft = false
  }

  private let mailbox = Mutex(Mailbox())
  private let news = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private let thread = Atomic<pthread_t>(0)
  private var value: Value?

  init(_ value: Value) { self.value = value }

  func post(_ work: @escaping Work) {
    ring { $0.work.append(work) }
  }

  /// Ends the thread after what was posted before, and waits for it unless it is the caller.
  func leave() {
    ring { $0.isLeft = true }
    if thread.load(ordering: .relaxed) != pthread_self() { ended.wait() }
  }

  func run() {
    thread.store(pthread_self(), ordering: .relaxed)
    if let value {
      while let work = next() { for work in work { work(value) } }
    }
    value = nil
    ended.signal()
  }

  /// Changes the mailbox; a thread that is awake looks into it by itself, without a system call.
  private func ring(_ change: (inout Mailbox) -> Void) {
    let isWaitedAt = mailbox.withLock { box in
      change(&box)
      defer { box.isWaitedAt = false }
      return box.isWaitedAt
    }
    if isWaitedAt { news.signal() }
  }

  /// Waits for work; nil when none will come.
  private func next() -> [Work]? {
    while true {
      let (work, isLeft) = mailbox.withLock { box in
        defer { box.work = [] }
        box.isWaitedAt = box.work.isEmpty && !box.isLeft
        return (box.work, box.isLeft)
      }
      if !work.isEmpty { return work }
      if isLeft { return nil }
      news.wait()
    }
  }
}
