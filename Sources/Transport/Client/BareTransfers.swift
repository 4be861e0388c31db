import CCurl
import CLinux
import Glibc
public import HTTPTypes

/// The same request sent again and again by libcurl with nothing around it: what the machine and the
/// library allow, to compare the hub with.
///
/// It looks at the status of each answer and at nothing else. Each URL's host has a `CURLM *` of its
/// own, as each connector has in the hub, and sockets stay in epoll between transfers.
@safe
public final class BareTransfers {
  /// What came of it.
  public struct Outcome: Sendable {
    /// How many transfers ended with a status of 2xx.
    public var good = 0
    /// How many ended otherwise.
    public var bad = 0
    /// Microseconds of each transfer, in the order of their ends.
    public var microseconds: [UInt32] = []
  }

  private let poller: Poller
  private var lines: [BareLine] = []
  private var owners: [Int32: BareLine] = [:]

  /// Prepares so many transfers at once to each URL, with the method, fields and body of a request.
  public init(
    _ request: HTTPRequest, to urls: [String], atOnce: Int
  ) throws(TransportError) {
    guard HTTPClient.isUsable else { throw TransportError("curl_global_init", code: 0) }
    poller = try Poller()
    for url in urls {
      var own = request
      own.url = url
      lines.append(BareLine(own, atOnce: atOnce, for: self))
    }
  }

  /// Sends for so long, then takes what is under way to its end.
  public func run(milliseconds: Int) -> Outcome {
    var outcome = Outcome()
    let end = Moment.now.later(by: milliseconds)
    for line in lines { line.begin() }
    let limit = end.later(by: 10_000)
    while lines.contains(where: { $0.isBusy }), Moment.now < limit {
      let goesOn = Moment.now < end
      for line in lines { line.collect(into: &outcome, goingOn: goesOn) }
      let count = poller.wait(milliseconds: 10)
      for index in 0..<count {
        owners[poller[index].descriptor]?.act(on: poller[index].descriptor, poller[index].events)
      }
      for line in lines { line.actByClock() }
    }
    return outcome
  }

  fileprivate func watch(_ descriptor: Int32, _ events: UInt32, for line: BareLine) {
    let isKnown = owners.updateValue(line, forKey: descriptor) != nil
    poller.watch(descriptor, for: events, isKnown: isKnown)
  }
}

/// The transfers to one URL.
@safe
private final class BareLine {
  private let multi: UnsafeMutableRawPointer
  private var handles: [UnsafeMutableRawPointer]
  private var fields: UnsafeMutablePointer<curl_slist>?
  private let body: [UInt8]
  private unowned let owner: BareTransfers
  private var busy = 0
  private var watched: [Int32: UInt32] = [:]

  init(_ request: HTTPRequest, atOnce: Int, for owner: BareTransfers) {
    guard let multi = unsafe curl_multi_init() else { preconditionFailure("no memory for libcurl") }
    unsafe self.multi = multi
    unsafe handles = []
    self.owner = owner
    body = request.body
    unsafe hub_multi_set(multi, CURLMOPT_MAXCONNECTS, atOnce + 16)
    for field in request.fields {
      unsafe fields = curl_slist_append(fields, "\(field.name): \(field.value)")
    }
    unsafe fields = curl_slist_append(fields, "Expect:")
    for _ in 0..<atOnce { unsafe handles.append(makeHandle(request)) }
    let here = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe hub_multi_on_socket(
      multi,
      { _, descriptor, what, line, _ in
        guard let line = unsafe line else { return 0 }
        unsafe Unmanaged<BareLine>.fromOpaque(line).takeUnretainedValue().wait(descriptor, what)
        return 0
      }, here)
  }

  deinit {
    unsafe handles.forEach { unsafe curl_easy_cleanup($0) }
    unsafe curl_multi_cleanup(multi)
    unsafe curl_slist_free_all(fields)
  }

  var isBusy: Bool { busy > 0 }

  func begin() {
    unsafe handles.forEach { unsafe curl_multi_add_handle(multi, $0) }
    unsafe busy = handles.count
    act()
  }

  func act(on descriptor: Int32, _ events: UInt32) {
    var mask: Int32 = 0
    if events & EPOLLIN.rawValue != 0 { mask |= CURL_CSELECT_IN }
    if events & EPOLLOUT.rawValue != 0 { mask |= CURL_CSELECT_OUT }
    if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { mask |= CURL_CSELECT_ERR }
    var running: Int32 = 0
    unsafe curl_multi_socket_action(multi, descriptor, mask, &running)
  }

  /// Lets libcurl begin what was added and end what took too long.
  func actByClock() {
    var milliseconds = -1
    unsafe curl_multi_timeout(multi, &milliseconds)
    if milliseconds == 0 { act() }
  }

  func collect(into outcome: inout BareTransfers.Outcome, goingOn: Bool) {
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(multi, &left) {
      guard let easy = unsafe message.pointee.easy_handle else { continue }
      let isGood =
        unsafe hub_result(message) == CURLE_OK
        && hub_number(easy, CURLINFO_RESPONSE_CODE) / 100 == 2
      outcome.good += isGood ? 1 : 0
      outcome.bad += isGood ? 0 : 1
      outcome.microseconds.append(
        UInt32(clamping: unsafe hub_time(easy, CURLINFO_TOTAL_TIME_T)))
      unsafe curl_multi_remove_handle(multi, easy)
      busy -= 1
      if goingOn {
        unsafe curl_multi_add_handle(multi, easy)
        busy += 1
      }
    }
    if goingOn { actByClock() }
  }

  private func act() {
    var running: Int32 = 0
    unsafe curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
  }

  private func wait(_ descriptor: Int32, _ what: Int32) {
    guard what != CURL_POLL_REMOVE else { return }
    var events: UInt32 = 0
    if what != CURL_POLL_OUT { events |= EPOLLIN.rawValue }
    if what != CURL_POLL_IN { events |= EPOLLOUT.rawValue }
    guard watched.updateValue(events, forKey: descriptor) != events else { return }
    owner.watch(descriptor, events, for: self)
  }

  private func makeHandle(_ request: HTTPRequest) -> UnsafeMutableRawPointer {
    guard let easy = unsafe curl_easy_init() else { preconditionFailure("no memory for libcurl") }
    _ = unsafe request.url.withCString { unsafe hub_set_pointer(easy, CURLOPT_URL, $0) }
    unsafe hub_set_pointer(easy, CURLOPT_HTTPHEADER, fields)
    unsafe hub_set_pointer(easy, CURLOPT_PROXY, "")
    unsafe hub_set_pointer(easy, CURLOPT_USERAGENT, "PurgeHub")
    unsafe hub_set_number(easy, CURLOPT_NOSIGNAL, 1)
    unsafe hub_set_number(easy, CURLOPT_POST, 1)
    unsafe hub_set_body(easy, body, body.count)
    unsafe hub_on_data(easy, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count }
    return unsafe easy
  }
}
