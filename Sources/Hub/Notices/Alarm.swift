import PurgeCore
import Synchronization

/// Wakes the one task that sleeps by it; a ring before it sleeps is not lost.
final class Alarm: Sendable {
  private struct State {
    var isRung = false
    var sleeper: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let onRest: @Sendable () -> Void

  /// Makes an alarm that tells whenever its task has nothing to do.
  init(onRest: @escaping @Sendable () -> Void = {}) { self.onRest = onRest }

  /// Ends the present or the next sleep.
  func ring() {
    let sleeper = state.withLock { state in
      state.isRung = state.sleeper == nil
      defer { state.sleeper = nil }
      return state.sleeper
    }
    sleeper?.resume()
  }

  /// Whether its task sleeps.
  var isResting: Bool { state.withLock { $0.sleeper != nil } }

  /// Sleeps until it is rung, the time is over or the task is cancelled; nil sleeps for ever.
  func sleep(atMost span: Span?) async {
    let clock = span.map { span in
      Task {
        try? await Task.sleep(for: .milliseconds(max(1, span.milliseconds)))
        if !Task.isCancelled { self.ring() }
      }
    }
    defer { clock?.cancel() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isLate = state.withLock { state in
          guard !state.isRung, !Task.isCancelled else {
            state.isRung = false
            return true
          }
          state.sleeper = continuation
          return false
        }
        isLate ? continuation.resume() : onRest()
      }
    } onCancel: {
      ring()
    }
  }
}
