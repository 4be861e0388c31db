import CCurl
import CLinux
import HTTPTypes

/// One connector's connections and transfers: a `CURLM *` of its own, so that nobody else's
/// transfers are walked or delayed by it.
@safe
final class ConnectionPool {
  let name: String
  let policy: ConnectionPolicy
  /// When libcurl wants to be called though no socket is ready.
  private(set) var deadline: Moment?
  /// Whether libcurl was called since the last collection.
  private(set) var isStirred = false

  private let multi: UnsafeMutableRawPointer
  private let sockets: SocketTable
  private var busy: [CurlTransfer] = []
  private var spare: [CurlTransfer] = []

  init(_ name: String, policy: ConnectionPolicy, sockets: SocketTable) {
    guard let multi = unsafe curl_multi_init() else {
      preconditionFailure("no memory for a connector's connections")
    }
    unsafe self.multi = multi
    self.name = name
    self.policy = policy
    self.sockets = sockets
    setLimits()
    pointHere()
  }

  /// How many transfers are under way.
  var inFlight: Int { busy.count }

  /// Starts a transfer; libcurl does the first work at the next turn.
  func start(_ request: HTTPRequest, as id: TransferID) throws(HTTPFailure) {
    let transfer = spare.popLast() ?? CurlTransfer(policy: policy, sockets: sockets)
    do {
      try transfer.prepare(request, as: id)
    } catch {
      spare.append(transfer)
      throw error
    }
    transfer.position = busy.count
    busy.append(transfer)
    unsafe curl_multi_add_handle(multi, transfer.easy)
  }

  /// Ends a transfer without a result; false when there is none of that name.
  func cancel(_ id: TransferID) -> Bool {
    guard let transfer = busy.first(where: { $0.id == id }) else { return false }
    retire(transfer)
    return true
  }

  /// Lets libcurl work on a socket.
  func act(on descriptor: Int32, events: UInt32) {
    var mask: Int32 = 0
    if events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0 { mask |= CURL_CSELECT_IN }
    if events & EPOLLOUT.rawValue != 0 { mask |= CURL_CSELECT_OUT }
    if events & EPOLLERR.rawValue != 0 { mask |= CURL_CSELECT_ERR }
    call(descriptor, mask)
  }

  /// Lets libcurl do what is due by the clock.
  func act(at now: Moment) {
    guard let due = deadline, due <= now else { return }
    deadline = nil
    call(CURL_SOCKET_TIMEOUT, 0)
    // libcurl tells a deadline only when it changes; one that is still the same must be asked for.
    if deadline == nil && !busy.isEmpty { askForDeadline() }
  }

  /// Takes the transfers that are over.
  func collect(into finished: inout [Finished]) {
    isStirred = false
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(multi, &left) {
      let easy = unsafe message.pointee.easy_handle
      let code = unsafe hub_result(message)
      guard let transfer = unsafe CurlTransfer.at(hub_private(easy)) else { continue }
      let result = transfer.conclude(code)
      finished.append(Finished(id: transfer.id, result: result, elapsed: transfer.elapsed))
      retire(transfer)
    }
  }

  /// Ends everything and frees the handles; the pool must not be used afterwards.
  ///
  /// This is not the deinitialiser's work: libcurl calls back while it closes.
  func close() -> [Finished] {
    let abandoned = busy.map {
      Finished(id: $0.id, result: .failure($0.abandon()), elapsed: $0.elapsed)
    }
    while let transfer = busy.last { retire(transfer) }
    spare = []
    unsafe curl_multi_cleanup(multi)
    return abandoned
  }
}

extension ConnectionPool {
  private func setLimits() {
    unsafe hub_multi_set(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, policy.maxConnections)
    // libcurl closes idle connections above this, and they are dear: keep all there can be.
    unsafe hub_multi_set(multi, CURLMOPT_MAXCONNECTS, policy.maxConnections + 16)
    let pipelining = policy.http2 ? CURLPIPE_MULTIPLEX : CURLPIPE_NOTHING
    unsafe hub_multi_set(multi, CURLMOPT_PIPELINING, Int(pipelining))
  }

  private func pointHere() {
    let here = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe hub_multi_on_socket(
      multi,
      { _, descriptor, what, context, _ in
        unsafe ConnectionPool.at(context)?.wait(for: descriptor, what)
        return 0
      }, here)
    unsafe hub_multi_on_timer(
      multi,
      { _, milliseconds, context in
        unsafe ConnectionPool.at(context)?.setDeadline(milliseconds)
        return 0
      }, here)
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> ConnectionPool? {
    unsafe context.map { unsafe Unmanaged<ConnectionPool>.fromOpaque($0).takeUnretainedValue() }
  }

  private func wait(for descriptor: Int32, _ what: Int32) {
    let reading = EPOLLIN.rawValue
    let writing = EPOLLOUT.rawValue
    switch what {
    case CURL_POLL_IN: sockets.want(descriptor, events: reading, for: self)
    case CURL_POLL_OUT: sockets.want(descriptor, events: writing, for: self)
    case CURL_POLL_INOUT: sockets.want(descriptor, events: reading | writing, for: self)
    default: sockets.release(descriptor)
    }
  }

  private func setDeadline(_ milliseconds: Int) {
    deadline = milliseconds < 0 ? nil : Moment.now.later(by: milliseconds)
  }

  private func askForDeadline() {
    var milliseconds = 0
    unsafe curl_multi_timeout(multi, &milliseconds)
    setDeadline(milliseconds)
  }

  private func call(_ descriptor: Int32, _ mask: Int32) {
    var running: Int32 = 0
    unsafe curl_multi_socket_action(multi, descriptor, mask, &running)
    isStirred = true
  }

  private func retire(_ transfer: CurlTransfer) {
    unsafe curl_multi_remove_handle(multi, transfer.easy)
    let last = busy.removeLast()
    if last !== transfer {
      busy[transfer.position] = last
      last.position = transfer.position
    }
    spare.append(transfer)
  }
}
