import HTTPTypes

/// One open connection, from accept to close.
final class Visit {
  /// Where the loop keeps it.
  var position = 0
  /// When it is cut off; none while the handler works.
  var deadline: Moment?
  /// The request that is on it.
  var exchange: Exchange?
  let descriptor: Int32

  init(descriptor: Int32, deadline: Moment) {
    self.descriptor = descriptor
    self.deadline = deadline
  }
}

/// One request and its answer.
///
/// Unchecked, because the server's thread alone touches it: a task only carries it to the mailbox.
@safe
final class Exchange: @unchecked Sendable {
  /// How far it has come.
  enum Phase {
    case announced
    case arriving
    case inHand
    case answered(HTTPResponse)
    case sent
  }

  var phase = Phase.announced
  var request: HTTPRequest
  /// Whether a handler was given it.
  var wasHandled = false
  /// Bytes of the body that came, those thrown away included.
  private(set) var arrived = 0
  /// The address behind the target's last byte, for telling whether a NUL has cut it.
  private let targetEnd: Int
  /// A `struct MHD_Connection *`, which the library frees after the visit.
  let connection: OpaquePointer
  unowned let visit: Visit

  /// Makes an exchange of a request line that was read.
  init(target: UnsafePointer<CChar>, connection: OpaquePointer, visit: Visit) {
    request = unsafe HTTPRequest(.get, String(cString: target))
    targetEnd = Int(bitPattern: target) + request.url.utf8.count
    unsafe self.connection = connection
    self.visit = visit
  }

  /// Whether the protocol's version stands right behind the target.
  func isFollowed(by version: UnsafePointer<CChar>) -> Bool {
    Int(bitPattern: version) == targetEnd + 1
  }

  /// Whether a handler works on it.
  var isInHand: Bool {
    if case .inHand = phase { true } else { false }
  }

  /// Takes a part of the body; beyond the limit it is only counted.
  func take(_ bytes: UnsafeRawBufferPointer, limit: Int) {
    arrived += bytes.count
    if arrived <= limit {
      unsafe request.body.append(contentsOf: bytes)
    } else {
      request.body = []
    }
  }
}
