import CMicroHTTPD
import Glibc

// What libmicrohttpd calls, turned into calls of the loop. The loop outlives its daemon; a visit
// is kept by the loop until the library closes it, and an exchange by its visit.
extension ServerLoop {
  /// Starts a `struct MHD_Daemon *` that calls this loop from within `MHD_run` only.
  func startDaemon(on listener: Listener) -> OpaquePointer? {
    let here = unsafe Unmanaged.passUnretained(self).toOpaque()
    var options = unsafe [
      number(.LISTEN_SOCKET, Int(listener.descriptor)),
      number(.STRICT_FOR_CLIENT, 1),
      number(.CONNECTION_LIMIT, limits.connections),
      number(.CONNECTION_TIMEOUT, limits.idleTime.wholeSeconds),
      number(.CONNECTION_MEMORY_LIMIT, limits.headBytes),
      unsafe call(.NOTIFY_CONNECTION, unsafeBitCast(connectionChanged, to: Int.self), here),
      unsafe call(.NOTIFY_COMPLETED, unsafeBitCast(requestEnded, to: Int.self), here),
      unsafe call(.URI_LOG_CALLBACK, unsafeBitCast(requestBegan, to: Int.self), here),
      number(.END, 0),
    ]
    let flags = MHD_USE_EPOLL.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
    return unsafe hub_mhd_start(flags, requestContinues, here, &options)
  }

  private func number(_ option: MHD_OPTION, _ value: Int) -> MHD_OptionItem {
    unsafe MHD_OptionItem(option: option, value: value, ptr_value: nil)
  }

  private func call(
    _ option: MHD_OPTION, _ function: Int, _ context: UnsafeMutableRawPointer
  ) -> MHD_OptionItem {
    unsafe MHD_OptionItem(option: option, value: function, ptr_value: context)
  }
}

/// The object libmicrohttpd was given as a pointer.
private func object<Object: AnyObject>(
  _ context: UnsafeMutableRawPointer?, as type: Object.Type
) -> Object? {
  unsafe context.map { unsafe Unmanaged<Object>.fromOpaque($0).takeUnretainedValue() }
}

private let connectionChanged: MHD_NotifyConnectionCallback = { loop, connection, place, what in
  guard let loop = unsafe object(loop, as: ServerLoop.self), let place = unsafe place else {
    return
  }
  if what == .CONNECTION_NOTIFY_STARTED {
    let visit = Visit(descriptor: unsafe hub_mhd_socket(connection), deadline: loop.deadline)
    loop.begin(visit)
    unsafe place.pointee = Unmanaged.passUnretained(visit).toOpaque()
  } else if let visit = unsafe object(place.pointee, as: Visit.self) {
    loop.end(visit)
  }
}

private let requestBegan:
  @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) ->
    UnsafeMutableRawPointer? = { _, target, connection in
      guard let connection = unsafe connection, let target = unsafe target,
        let visit = unsafe object(hub_mhd_context(connection), as: Visit.self)
      else { return nil }
      let exchange = unsafe Exchange(target: target, connection: connection, visit: visit)
      visit.exchange = exchange
      return unsafe Unmanaged.passUnretained(exchange).toOpaque()
    }

private let requestContinues: MHD_AccessHandlerCallback = {
  loop, _, _, method, version, bytes, count, exchange in
  guard let loop = unsafe object(loop, as: ServerLoop.self), let method = unsafe method,
    let version = unsafe version, let count = unsafe count,
    let exchange = unsafe object(exchange?.pointee, as: Exchange.self)
  else { return .NO }
  if case .announced = exchange.phase {
    guard unsafe exchange.isFollowed(by: version) else { return loop.refuse(exchange, 400) }
    return unsafe loop.receive(
      exchange, method: String(cString: method), version: String(cString: version))
  }
  guard unsafe count.pointee > 0 else { return loop.answer(exchange) }
  let part = unsafe UnsafeRawBufferPointer(start: bytes, count: count.pointee)
  unsafe count.pointee = 0
  return unsafe loop.receive(exchange, part: part)
}

private let requestEnded: MHD_RequestCompletedCallback = { loop, _, exchange, _ in
  guard let loop = unsafe object(loop, as: ServerLoop.self),
    let exchange = unsafe object(exchange?.pointee, as: Exchange.self)
  else { return }
  loop.end(exchange)
}
