import CLinux
import CMicroHTTPD
import Glibc
import HTTPTypes

/// The server's thread: a `struct MHD_Daemon *` that we drive.
///
/// The library's own epoll thread stalls when ready events come in multiples of 128, and its own
/// poll does not notice a resume from another thread; driven from here, neither can happen.
@safe
final class ServerLoop {
  let limits: ServerLimits
  var visits: [Visit] = []

  private let listener: Listener
  private let mailbox: ServerMailbox
  private let handler: HTTPServer.Handler
  private let poller: Poller
  private var daemon: OpaquePointer?
  private var thread = pthread_t()
  private var inHand = 0
  private var nextSweep = Moment.now
  /// Whether a connection was closed: the library accepts again only when it is next called.
  private var hasRoom = false
  /// When it stops waiting for handlers; none while it is not asked to stop.
  private var end: Moment?

  init(
    _ listener: Listener, limits: ServerLimits, mailbox: ServerMailbox,
    handler: @escaping HTTPServer.Handler
  ) throws(TransportError) {
    self.listener = listener
    self.limits = limits
    self.mailbox = mailbox
    self.handler = handler
    poller = try Poller()
    unsafe daemon = startDaemon(on: listener)
    guard unsafe daemon != nil else { throw TransportError("MHD_start_daemon", code: 0) }
    poller.watch(unsafe hub_mhd_epoll(daemon), for: EPOLLIN.rawValue)
    poller.watch(mailbox.bell.descriptor, for: EPOLLIN.rawValue)
  }

  /// Serves until it is asked to stop and nothing is in hand.
  func run() {
    thread = pthread_self()
    while !mailbox.isStopping { turn() }
    let end = Moment.now.later(by: limits.stopTime.milliseconds)
    self.end = end
    closeListener()
    while inHand > 0 && Moment.now < end { turn() }
    answerTheRest()
    unsafe MHD_stop_daemon(daemon)
    unsafe daemon = nil
  }

  private func turn() {
    deliver()
    hasRoom = false
    unsafe MHD_run(daemon)
    sweep()
    let patience = patience
    let count = poller.wait(milliseconds: mailbox.bell.fallAsleep() ? patience : 0)
    mailbox.bell.wake()
    for index in 0..<count where poller[index].descriptor == mailbox.bell.descriptor {
      mailbox.bell.silence()
    }
  }

  private var patience: Int32 {
    if hasRoom { return 0 }
    var milliseconds: UInt64 = 0
    let hasTimeout = unsafe MHD_get_timeout(daemon, &milliseconds) == .YES
    let library = hasTimeout ? Int(clamping: milliseconds) : nil
    let now = Moment.now
    let sweep = visits.isEmpty ? nil : now.milliseconds(until: nextSweep)
    let least = [library, sweep, end.map(now.milliseconds(until:))].compactMap(\.self).min()
    return least.map { Int32(clamping: $0) } ?? -1
  }

  private func closeListener() {
    close(unsafe MHD_quiesce_daemon(daemon))
    listener.removeFile()
  }

  /// Gives up on handlers that are still at work: a suspended connection cannot be closed.
  private func answerTheRest() {
    for visit in visits {
      guard let exchange = visit.exchange, exchange.isInHand else { continue }
      answer(exchange, HTTPResponse(503))
    }
    unsafe MHD_run(daemon)
  }

  /// Cuts off those whose time is over: to be idle alone is never over for one who sends a byte
  /// now and then.
  private func sweep() {
    let now = Moment.now
    guard nextSweep <= now else { return }
    nextSweep = now.later(by: min(1000, limits.requestTime.milliseconds))
    for visit in visits {
      guard let deadline = visit.deadline, deadline <= now else { continue }
      hub_hang_up(visit.descriptor)
    }
  }
}

// What the library reports, in the order it does.
extension ServerLoop {
  /// The moment by which the next whole request, or the answer, must be through.
  var deadline: Moment { Moment.now.later(by: limits.requestTime.milliseconds) }

  func begin(_ visit: Visit) {
    visit.position = visits.count
    visits.append(visit)
  }

  /// The head is read: refuses it or lets the body come.
  func receive(_ exchange: Exchange, method: String, version: String) -> MHD_Result {
    let head = unsafe RequestHead(of: exchange.connection)
    let refusal = head.refusal(
      method: method, version: version, target: exchange.request.url, bodyLimit: limits.bodyBytes)
    if let refusal { return refuse(exchange, refusal) }
    exchange.phase = .arriving
    exchange.request.method = HTTPRequest.Method(rawValue: method) ?? .get
    exchange.request.fields = head.fields
    return .YES
  }

  /// A part of the body is there; one that ends nowhere near the limit is not waited for.
  func receive(_ exchange: Exchange, part: UnsafeRawBufferPointer) -> MHD_Result {
    unsafe exchange.take(part, limit: limits.bodyBytes)
    return exchange.arrived <= 2 * limits.bodyBytes ? .YES : .NO
  }

  /// The request is complete, or its answer is there after all.
  func answer(_ exchange: Exchange) -> MHD_Result {
    if case .answered(let response) = exchange.phase { return send(response, for: exchange) }
    if exchange.arrived > limits.bodyBytes { return refuse(exchange, 413) }
    if mailbox.isStopping { return refuse(exchange, 503) }
    return handle(exchange)
  }

  /// The answer was sent, or the connection broke.
  func end(_ exchange: Exchange) {
    let visit = exchange.visit
    if exchange.wasHandled { inHand -= 1 }
    visit.exchange = nil
    visit.deadline = deadline
  }

  func end(_ visit: Visit) {
    hasRoom = true
    let last = visits.removeLast()
    guard last !== visit else { return }
    visits[visit.position] = last
    last.position = visit.position
  }
}

extension ServerLoop {
  private func deliver() {
    for (exchange, response) in mailbox.takeAll() where exchange.isInHand {
      answer(exchange, response)
    }
  }

  private func answer(_ exchange: Exchange, _ response: HTTPResponse) {
    exchange.phase = .answered(response)
    unsafe MHD_resume_connection(exchange.connection)
  }

  /// Has the handler answer; at once, if it does not suspend.
  private func handle(_ exchange: Exchange) -> MHD_Result {
    exchange.phase = .inHand
    exchange.wasHandled = true
    exchange.visit.deadline = nil
    inHand += 1
    let (request, handler, mailbox, thread) = (exchange.request, handler, mailbox, thread)
    Task.immediate {
      let response = await handler(request)
      if pthread_equal(pthread_self(), thread) != 0 {
        exchange.phase = .answered(response)
      } else {
        mailbox.put(response, to: exchange)
      }
    }
    if case .answered(let response) = exchange.phase { return send(response, for: exchange) }
    unsafe MHD_suspend_connection(exchange.connection)
    return .YES
  }

  /// Answers without the handler, and takes nothing more on this connection: where the next
  /// request begins is in doubt.
  func refuse(_ exchange: Exchange, _ status: Int) -> MHD_Result {
    send(HTTPResponse(status, fields: ["Connection": "close"]), for: exchange)
  }

  private func send(_ response: HTTPResponse, for exchange: Exchange) -> MHD_Result {
    exchange.phase = .sent
    exchange.visit.deadline = deadline
    guard let reply = unsafe hub_mhd_response(response.body, response.body.count) else {
      return .NO
    }
    defer { unsafe MHD_destroy_response(reply) }
    for field in response.fields where !field.name.isWrittenByLibrary {
      // The library refuses what would end the line; an answer with half its fields is no answer.
      guard unsafe MHD_add_response_header(reply, field.name, field.value) == .YES else {
        return send(HTTPResponse(500), for: exchange)
      }
    }
    if mailbox.isStopping {
      _ = unsafe MHD_add_response_header(reply, "Connection", "close")
    }
    return unsafe MHD_queue_response(exchange.connection, UInt32(response.status), reply)
  }
}

extension String {
  fileprivate var isWrittenByLibrary: Bool {
    equalsIgnoringCase("content-length") || equalsIgnoringCase("transfer-encoding")
  }
}
