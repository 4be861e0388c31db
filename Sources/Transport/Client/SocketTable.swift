import CCurl
import CLinux
import Glibc

/// Which pool each socket belongs to, and what epoll is asked of it.
///
/// A connection's socket stays in epoll between transfers: adding and removing it each time costs
/// a quarter of a request.
@safe
final class SocketTable {
  private struct Entry {
    var pool: ConnectionPool?
    /// What epoll reports of it, 0 when it does not know it.
    var events: UInt32 = 0
    /// Opened by a transfer; the resolver's own are closed behind our back.
    var isConnection = false
    /// Whether libcurl waits for it now.
    var isWanted = false
  }

  private let poller: Poller
  private var entries: [Entry] = []

  /// Makes a table over an epoll of its own.
  init() throws(TransportError) { poller = try Poller() }

  /// The table libcurl was pointed at.
  static func at(_ context: UnsafeMutableRawPointer?) -> SocketTable? {
    unsafe context.map { unsafe Unmanaged<SocketTable>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Reports a descriptor that belongs to no pool when it can be read.
  func watch(_ descriptor: Int32) { poller.watch(descriptor, for: EPOLLIN.rawValue) }

  /// Waits, and tells how many descriptors are ready.
  func wait(milliseconds: Int32) -> Int { poller.wait(milliseconds: milliseconds) }

  /// One of those the last wait found ready.
  subscript(index: Int) -> Poller.Ready { poller[index] }

  /// The pool that waits for a descriptor.
  func pool(of descriptor: Int32) -> ConnectionPool? {
    entries.indices.contains(Int(descriptor)) ? entries[Int(descriptor)].pool : nil
  }

  /// A connection's socket was opened.
  func opened(_ descriptor: Int32) {
    makeRoom(for: descriptor)
    entries[Int(descriptor)] = Entry(isConnection: true)
  }

  /// Closes a connection's socket.
  func close(_ descriptor: Int32) {
    makeRoom(for: descriptor)
    entries[Int(descriptor)] = Entry()
    Glibc.close(descriptor)  // which takes it out of epoll
  }

  /// A pool waits for a descriptor.
  func want(_ descriptor: Int32, events: UInt32, for pool: ConnectionPool) {
    makeRoom(for: descriptor)
    let index = Int(descriptor)
    entries[index].isWanted = true
    if entries[index].pool !== pool { entries[index].pool = pool }
    guard entries[index].events != events else { return }
    poller.watch(descriptor, for: events, isKnown: entries[index].events != 0)
    entries[index].events = events
  }

  /// A pool waits no longer for a descriptor, though it may again.
  func release(_ descriptor: Int32) {
    let index = Int(descriptor)
    guard entries.indices.contains(index) else { return }
    entries[index].isWanted = false
    if !entries[index].isConnection { forget(descriptor) }
  }

  /// Whether libcurl waits for a descriptor; one that it does not wait for is taken out of epoll,
  /// or a vendor that hangs up between transfers would keep us awake.
  ///
  /// What a vendor says while nothing is asked would be taken for the next request's answer, so
  /// such a connection is hung up; HTTP/2 may speak at any time, and names whom it answers.
  func isWanted(_ descriptor: Int32) -> Bool {
    let index = Int(descriptor)
    guard entries.indices.contains(index), !entries[index].isWanted else { return true }
    let speaksFreely = entries[index].pool?.policy.http2 ?? false
    forget(descriptor)
    if entries[index].isConnection && !speaksFreely { hangUp(descriptor) }
    return false
  }

  /// Ends a connection so that libcurl, which looks for the end before it uses one again, sees it.
  private func hangUp(_ descriptor: Int32) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var rounds = 16
    while rounds > 0, unsafe recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT)) > 0 {
      rounds -= 1
    }
    hub_hang_up(descriptor)
  }

  private func forget(_ descriptor: Int32) {
    poller.forget(descriptor)
    let isConnection = entries[Int(descriptor)].isConnection
    entries[Int(descriptor)] = Entry(isConnection: isConnection)
  }

  private func makeRoom(for descriptor: Int32) {
    let missing = Int(descriptor) + 1 - entries.count
    if missing > 0 { entries.append(contentsOf: repeatElement(Entry(), count: missing)) }
  }
}
