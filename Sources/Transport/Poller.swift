import CLinux
import Glibc

/// An epoll instance and room for what it reports.
@safe
struct Poller: ~Copyable {
  /// A descriptor that can be read or written, or has failed.
  struct Ready {
    var descriptor: Int32
    var events: UInt32
  }

  private static let room = 512
  private let epoll: Int32
  private let events: UnsafeMutablePointer<epoll_event>

  init() throws(TransportError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw TransportError("epoll_create1") }
    unsafe events = .allocate(capacity: Poller.room)
  }

  deinit {
    close(epoll)
    unsafe events.deallocate()
  }

  /// Sets what to report of a descriptor, whether or not it is known already.
  func watch(_ descriptor: Int32, for events: UInt32, isKnown: Bool = false) {
    let first = isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
    let second = isKnown ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
    if hub_epoll_set(epoll, first, descriptor, events) != 0 {
      _ = hub_epoll_set(epoll, second, descriptor, events)
    }
  }

  /// Reports nothing more of a descriptor.
  func forget(_ descriptor: Int32) {
    _ = hub_epoll_set(epoll, EPOLL_CTL_DEL, descriptor, 0)
  }

  /// Waits, `-1` for ever, and tells how many are ready.
  func wait(milliseconds: Int32) -> Int {
    max(0, Int(unsafe epoll_wait(epoll, events, Int32(Poller.room), milliseconds)))
  }

  /// One of those the last wait found ready.
  subscript(index: Int) -> Ready {
    unsafe Ready(descriptor: events[index].data.fd, events: events[index].events)
  }
}
