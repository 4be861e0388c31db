import Dispatch

/// A value that only its own serial queue touches, such as a connection.
///
/// Unchecked: `value` is never reached but through `queue`.
final class Confined<Value>: @unchecked Sendable {
  private let queue: DispatchQueue
  private let value: Value

  /// Confines a value nobody else holds.
  init(_ label: String, _ value: sending Value) {
    queue = DispatchQueue(label: label)
    self.value = value
  }

  /// Does this on the queue, some time.
  func later(_ work: @escaping @Sendable (Value) -> Void) {
    queue.async { work(self.value) }
  }

  /// Does this on the queue, not before so long.
  func later(milliseconds: Int, _ work: @escaping @Sendable (Value) -> Void) {
    queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { work(self.value) }
  }

  /// Does this on the queue and waits without blocking a thread.
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
