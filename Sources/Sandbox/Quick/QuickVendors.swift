import CLinux
import Glibc

/// Vendors that say yes to everything with as little work as a vendor can have, so that what is
/// measured beside them is the hub.
///
/// One thread serves all of them. They understand what libcurl writes and no more, look at no
/// credential, and count the people of a body `{"emails":["...", ...]}`.
@safe
public final class QuickVendors {
  /// The port of each vendor on 127.0.0.1.
  public let ports: [UInt16]

  private static let room = 256
  private let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
  private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: QuickVendors.room)
  private let listeners: [Int32]
  private var visitors: [QuickVisitor?] = []
  private var ledger = QuickLedger()

  /// Listens on so many free ports; nobody is answered before `serve`.
  public init(count: Int) throws {
    var (listeners, ports): ([Int32], [UInt16]) = ([], [])
    for _ in 0..<count {
      let (descriptor, port) = try Loopback.listen(on: 0, queue: 1024)
      listeners.append(descriptor)
      ports.append(port)
    }
    (self.listeners, self.ports) = (listeners, ports)
    for listener in listeners { watch(listener) }
  }

  deinit {
    for listener in listeners { close(listener) }
    for visitor in visitors { visitor?.end() }
    close(epoll)
    unsafe events.deallocate()
  }

  /// Answers everybody until a descriptor can be read or its other end is closed.
  public func serve(until end: Int32) {
    watch(end)
    while true {
      let count = unsafe epoll_wait(epoll, events, Int32(QuickVendors.room), -1)
      for index in 0..<max(0, Int(count)) {
        let descriptor = unsafe events[index].data.fd
        if descriptor == end { return }
        listeners.contains(descriptor) ? admit(descriptor) : attend(descriptor)
      }
    }
  }

  private func watch(_ descriptor: Int32) {
    _ = hub_epoll_set(epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN.rawValue)
  }

  private func admit(_ listener: Int32) {
    let descriptor = accept(listener, nil, nil)
    guard descriptor >= 0 else { return }
    let missing = Int(descriptor) + 1 - visitors.count
    if missing > 0 { visitors.append(contentsOf: repeatElement(nil, count: missing)) }
    visitors[Int(descriptor)] = QuickVisitor(descriptor)
    watch(descriptor)
  }

  private func attend(_ descriptor: Int32) {
    guard let visitor = visitors[Int(descriptor)], !visitor.attend(&ledger) else { return }
    visitor.end()
    visitors[Int(descriptor)] = nil
  }
}

/// What quick vendors were asked together.
struct QuickLedger {
  private(set) var calls = 0
  private(set) var erasures = 0
  private var answers: [Int: [UInt8]] = [:]

  /// Counts a call for so many people, and answers it.
  mutating func erase(_ people: Int) -> [UInt8] {
    calls += 1
    erasures += people
    if let known = answers[people] { return known }
    let answer = Self.answer(#"{"deleted":\#(people),"job":"j1"}"#)
    answers[people] = answer
    return answer
  }

  /// The books themselves.
  var page: [UInt8] { Self.answer(#"{"calls":\#(calls),"erasures":\#(erasures)}"#) }

  private static func answer(_ body: String) -> [UInt8] {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    return Array((head + "Content-Length: \(body.utf8.count)\r\n\r\n" + body).utf8)
  }
}
