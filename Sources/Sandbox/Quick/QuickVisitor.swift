import Glibc

/// A connection to a quick vendor, and what has come over it.
@safe
final class QuickVisitor {
  /// Larger than any request of ours; who sends more is cut off.
  private static let room = 256 << 10
  private let descriptor: Int32
  private let bytes = UnsafeMutableRawBufferPointer.allocate(
    byteCount: QuickVisitor.room, alignment: 16)
  private var filled = 0

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { unsafe bytes.deallocate() }

  /// Closes the connection.
  func end() { close(descriptor) }

  /// Reads what came and answers what is complete; false when the connection is over.
  func attend(_ ledger: inout QuickLedger) -> Bool {
    let free = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
    let count = unsafe recv(descriptor, free.baseAddress, free.count, Int32(MSG_DONTWAIT))
    guard count > 0 else { return count < 0 && errno == EAGAIN }
    filled += count
    while let request = unsafe QuickRequest(UnsafeRawBufferPointer(rebasing: bytes[..<filled])) {
      guard answer(request.answer(&ledger)) else { return false }
      let rest = filled - request.length
      unsafe bytes.copyBytes(
        from: UnsafeRawBufferPointer(rebasing: bytes[request.length...].prefix(rest)))
      filled = rest
    }
    return filled < QuickVisitor.room
  }

  private func answer(_ answer: [UInt8]) -> Bool {
    unsafe send(descriptor, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count
  }
}

/// A complete request at the beginning of some bytes.
private struct QuickRequest {
  /// How many bytes it has.
  let length: Int
  private let isErasure: Bool
  private let isForBooks: Bool
  private let people: Int

  /// Nil while it is not complete.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let head = unsafe QuickRequest.headLength(bytes) else { return nil }
    let body = unsafe QuickRequest.bodyLength(UnsafeRawBufferPointer(rebasing: bytes[..<head]))
    length = head + body
    guard bytes.count >= length else { return nil }
    isErasure = unsafe bytes.starts(with: "POST".utf8)
    isForBooks = unsafe bytes.starts(with: "GET /books".utf8)
    people = unsafe QuickRequest.people(UnsafeRawBufferPointer(rebasing: bytes[head..<length]))
  }

  func answer(_ ledger: inout QuickLedger) -> [UInt8] {
    if isErasure { return ledger.erase(people) }
    return isForBooks ? ledger.page : QuickLedger.nothing
  }

  private static func headLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var position = 3
    while position < bytes.count {
      // The last byte of the empty line; everything else is passed over quickly.
      if unsafe bytes[position] == 10, unsafe bytes[position - 2] == 10 { return position + 1 }
      position += 1
    }
    return nil
  }

  private static func bodyLength(_ head: UnsafeRawBufferPointer) -> Int {
    let name = Array("\nContent-Length: ".utf8)
    for start in 0..<max(0, head.count - name.count)
    where unsafe head[start] == 10 && head[start...].starts(with: name) {
      let digits = unsafe head[(start + name.count)...].prefix { $0 >= 48 && $0 < 58 }
      return unsafe digits.reduce(0) { $0 * 10 + Int($1 & 15) }
    }
    return 0
  }

  /// The texts of `{"emails":["a","b"]}` but for the name of the list.
  private static func people(_ body: UnsafeRawBufferPointer) -> Int {
    let quotes = unsafe body.reduce(0) { $0 + ($1 == 34 ? 1 : 0) }
    return max(0, quotes / 2 - 1)
  }
}

extension QuickLedger {
  /// The answer to a question that is none of the books'.
  fileprivate static let nothing = Array(
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}".utf8)
}
