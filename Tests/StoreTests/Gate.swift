import Dispatch
import Synchronization

@testable import Store

/// Holds the writer's queue in the middle of a job until a test lets it go.
final class Gate: Sendable {
  private let here = DispatchSemaphore(value: 0)
  private let go = DispatchSemaphore(value: 0)

  func wait() {
    here.signal()
    go.wait()
  }

  func open() { go.signal() }

  /// Returns when the writer stands at the gate.
  func reached() async {
    await withCheckedContinuation { waiting in
      DispatchQueue.global().async {
        self.here.wait()
        waiting.resume()
      }
    }
  }
}

extension Writer {
  /// Returns when so many jobs wait in the mailbox.
  func hasQueued(_ count: Int) async {
    while queuedJobs < count { await Task.yield() }
  }
}
