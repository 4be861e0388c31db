import CCurl
import CLinux
import Glibc
public import HTTPTypes

/// The caller's name for a transfer.
public struct TransferID: Hashable, Sendable {
  /// The number; the client never looks at its meaning.
  public var raw: UInt64

  /// Makes a name of a number.
  public init(_ raw: UInt64) { self.raw = raw }
}

/// What came of a transfer.
public struct Finished: Sendable {
  /// The name it was sent under.
  public var id: TransferID
  /// The answer, whatever its status, or why there is none.
  public var result: Result<HTTPResponse, HTTPFailure>
  /// Milliseconds from the send to the end.
  public var elapsed: Int
}

/// Sends requests over libcurl on the caller's thread, many at once.
///
/// Nothing here blocks but `turn`, and everything is called on one thread; other threads ring the
/// `bell`. Each connector has connections of its own, so that a stalled vendor delays no other.
///
/// It follows no redirect, keeps no cookie, decodes no body, reads no proxy from the environment,
/// and looks at each address after the name was resolved and before it connects.
public final class HTTPClient {
  /// Ends a turn early, from any thread.
  public let bell: Bell
  /// The watched descriptors that the last turn found readable.
  public private(set) var readable: [Int32] = []

  private let sockets: SocketTable
  private var pools: [ConnectionPool] = []
  private var open: [String: ConnectionPool] = [:]
  private var finished: [Finished] = []

  /// Makes a client that wakes by a bell; the process ignores SIGPIPE from then on, because
  /// OpenSSL writes to connections the vendor has closed.
  public init(bell: Bell) throws(TransportError) {
    guard HTTPClient.isUsable else { throw TransportError("curl_global_init", code: 0) }
    self.bell = bell
    sockets = try SocketTable()
    sockets.watch(bell.descriptor)
  }

  /// Makes a client with a bell of its own.
  public convenience init() throws(TransportError) { try self.init(bell: Bell()) }

  deinit {
    for pool in pools { _ = pool.close() }
  }

  /// Whether libcurl could be made ready in this process.
  static var isUsable: Bool { library == CURLE_OK }

  private static let library: CURLcode = {
    _ = signal(SIGPIPE, SIG_IGN)
    return curl_global_init(Int(CURL_GLOBAL_ALL))
  }()
}

extension HTTPClient {
  /// Makes a connector's transfers possible, or changes their policy.
  ///
  /// With another policy new transfers use new connections; those under way end under the old one.
  public func open(_ connector: String, policy: ConnectionPolicy) {
    guard open[connector]?.policy != policy else { return }
    let pool = ConnectionPool(connector, policy: policy, sockets: sockets)
    open[connector] = pool
    pools.append(pool)
    closeReplaced()
  }

  /// Closes a connector's connections; what was under way is reported as failed by the next turn.
  public func close(_ connector: String) {
    open[connector] = nil
    for pool in pools where pool.name == connector { finished += pool.close() }
    pools.removeAll { $0.name == connector }
  }

  /// Starts a transfer; its result comes from a later turn, also when it cannot be sent at all.
  public func send(_ request: HTTPRequest, as id: TransferID, to connector: String) {
    do throws(HTTPFailure) {
      guard let pool = open[connector] else {
        throw HTTPFailure(.unusable, detail: "the connector is not open")
      }
      try pool.start(request, as: id)
    } catch {
      finished.append(Finished(id: id, result: .failure(error), elapsed: 0))
    }
  }

  /// Ends a transfer; it reports nothing more, though the vendor may have acted.
  public func cancel(_ id: TransferID) {
    if pools.contains(where: { $0.cancel(id) }) { return }
    finished.removeAll { $0.id == id }
  }

  /// How many transfers have been sent and not been reported.
  public var inFlight: Int { pools.reduce(finished.count) { $0 + $1.inFlight } }

  /// Ends turns early when a descriptor can be read, which `readable` then lists.
  ///
  /// The caller reads it until it is empty, or every turn ends at once.
  public func watch(descriptor: Int32) { sockets.watch(descriptor) }

  /// Works until something happened or the time is over, and gives the transfers that are over.
  ///
  /// `nil` waits until something happens. The list may be empty before the time is over: after a
  /// ring, a watched descriptor, or progress that ended no transfer.
  public func turn(waitingAtMost milliseconds: Int?) -> [Finished] {
    readable.removeAll(keepingCapacity: true)
    work(at: .now)
    let patience = finished.isEmpty ? patience(milliseconds) : 0
    let count = sockets.wait(milliseconds: bell.fallAsleep() ? patience : 0)
    bell.wake()
    for index in 0..<count { serve(sockets[index]) }
    work(at: .now)
    defer { finished = [] }
    return finished
  }
}

extension HTTPClient {
  /// Runs what is due and collects what is over: a transfer can end inside either.
  private func work(at now: Moment) {
    for pool in pools {
      pool.act(at: now)
      if pool.isStirred { pool.collect(into: &finished) }
    }
    if pools.count > open.count { closeReplaced() }
  }

  private func serve(_ ready: Poller.Ready) {
    if ready.descriptor == bell.descriptor {
      bell.silence()
    } else if let pool = sockets.pool(of: ready.descriptor) {
      guard sockets.isWanted(ready.descriptor) else { return }
      pool.act(on: ready.descriptor, events: ready.events)
    } else {
      readable.append(ready.descriptor)
    }
  }

  private func patience(_ milliseconds: Int?) -> Int32 {
    let now = Moment.now
    let times = pools.compactMap { $0.deadline.map(now.milliseconds(until:)) }
    let least = times.min().map { min($0, milliseconds ?? $0) } ?? milliseconds
    return least.map { Int32(clamping: $0) } ?? -1
  }

  /// Closes the pools that another policy has replaced, once they are idle.
  private func closeReplaced() {
    pools.removeAll { pool in
      guard open[pool.name] !== pool, pool.inFlight == 0 else { return false }
      finished += pool.close()
      return true
    }
  }
}
