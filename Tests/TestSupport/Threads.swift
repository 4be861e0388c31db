import Foundation

/// Runs blocking work on a thread of its own, so that no task's thread is held up.
public func onThread<Value: Sendable>(
  _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
  }
}

/// A gate that opens when so many wait before it.
public final class Gate: @unchecked Sendable {  // the condition guards the number
  private let condition = NSCondition()
  private var missing: Int

  /// Makes a gate for a number of threads.
  public init(for number: Int) { missing = number }

  /// Waits until all are here.
  public func waitForAll() {
    condition.lock()
    missing -= 1
    condition.broadcast()
    while missing > 0 { condition.wait() }
    condition.unlock()
  }
}
