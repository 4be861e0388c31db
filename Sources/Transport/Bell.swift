import CLinux
import Glibc
import Synchronization

/// Ends a wait early, from any thread.
///
/// Put what you bring where the waiting thread will look, then ring. Many rings before it looks
/// count as one, and ringing somebody who is awake costs no system call.
public final class Bell: Sendable {
  private static let awake: UInt8 = 0
  private static let asleep: UInt8 = 1
  private static let rung: UInt8 = 2

  /// An eventfd, readable after a ring that found the owner asleep.
  let descriptor: Int32
  private let state = Atomic<UInt8>(Bell.awake)

  /// Makes a bell; fails only when the process has no descriptors left.
  public init() throws(TransportError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { throw TransportError("eventfd") }
  }

  deinit { close(descriptor) }

  /// Makes the owner's present or next wait return at once.
  public func ring() {
    if state.exchange(Bell.rung, ordering: .acquiringAndReleasing) == Bell.asleep {
      eventfd_write(descriptor, 1)
    }
  }

  /// Says that the owner is about to wait; false when it was rung since it last woke.
  ///
  /// The owner looks at its mail between `wake` and this call, so a ring in between must not be slept through.
  func fallAsleep() -> Bool {
    state.compareExchange(
      expected: Bell.awake, desired: Bell.asleep, ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// Says that the owner is up, and will look at its mail next.
  func wake() {
    state.store(Bell.awake, ordering: .sequentiallyConsistent)
  }

  /// Takes away what made the descriptor readable.
  func silence() {
    var count: eventfd_t = 0
    unsafe eventfd_read(descriptor, &count)
  }
}
