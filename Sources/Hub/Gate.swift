import Synchronization

/// Lets one operation in at a time, in the order they came.
///
/// A confirmation reads the connectors' settings and then writes; a reload in between could let in
/// a file that names the very person. Both pass this gate.
final class Gate: Sendable {
  private struct Queue {
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let queue = Mutex(Queue())

  /// Runs an operation when nobody else is inside.
  func pass<Result, Failure: Error>(
    _ operation: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    await enter()
    defer { leave() }
    return try await operation()
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let mayEnter = queue.withLock { queue in
        if queue.isTaken {
          queue.waiting.append(continuation)
          return false
        }
        queue.isTaken = true
        return true
      }
      if mayEnter { continuation.resume() }
    }
  }

  private func leave() {
    let next = queue.withLock { queue -> CheckedContinuation<Void, Never>? in
      if queue.waiting.isEmpty {
        queue.isTaken = false
        return nil
      }
      return queue.waiting.removeFirst()
    }
    next?.resume()
  }
}
