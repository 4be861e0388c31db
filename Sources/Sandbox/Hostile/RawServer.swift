import Foundation
import Glibc
import Synchronization

/// A server on plain sockets that says exactly what it is told to say, well-formed or not.
///
/// Each connection has a thread of its own; all end with the server.
public final class RawServer: Sendable {
  /// The port on 127.0.0.1.
  public let port: UInt16
  private let state: RawServerState
  private let listener: Int32

  /// Serves every connection in the same way, on a port of loopback or a free one; the connection
  /// is closed when that returns.
  public init(
    port: UInt16 = 0, _ serve: @escaping @Sendable (RawConnection) -> Void
  ) throws {
    (listener, self.port) = try Loopback.listen(on: port, queue: 512)
    let state = RawServerState()
    self.state = state
    let listener = listener
    Thread.detachNewThread {
      while let connection = RawConnection(accepting: listener, for: state) {
        Thread.detachNewThread {
          serve(connection)
          connection.close()
        }
      }
      Glibc.close(listener)
    }
  }

  deinit { stop() }

  /// Accepts nobody any more and cuts every connection; a second call does nothing.
  public func stop() {
    guard state.hangUp() else { return }
    // Ends the accepting thread, which closes it.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// Where it is, without a slash at the end.
  public var url: String { "http://127.0.0.1:\(port)" }

  /// How many connections were accepted so far.
  public var accepted: Int { state.accepted.load(ordering: .sequentiallyConsistent) }

  /// How many bytes were taken off our hands so far, those still under way included.
  public var bytesTaken: Int { state.bytesTaken.load(ordering: .sequentiallyConsistent) }

  /// The requests read so far.
  public var requests: [RawRequest] { state.requests.withLock(\.self) }
}

/// A request as it came over the wire.
public struct RawRequest: Sendable {
  /// The request line and the fields.
  public var head: String
  /// As many bytes as `Content-Length` said.
  public var body: [UInt8]

  /// The value of a field, in its first line of that name.
  public subscript(name: String) -> String? {
    for line in head.split(separator: "\r\n").dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { continue }
      return parts[1].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}

/// What the server's threads share.
final class RawServerState: Sendable {
  let accepted = Atomic(0)
  let bytesTaken = Atomic(0)
  let requests = Mutex<[RawRequest]>([])
  private let descriptors = Mutex<(open: Set<Int32>, isOver: Bool)>(([], false))

  func add(_ descriptor: Int32) {
    accepted.add(1, ordering: .sequentiallyConsistent)
    descriptors.withLock {
      $0.open.insert(descriptor)
      if $0.isOver { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  /// Closes under the lock, so that nobody shuts a number down that is somebody else's by now.
  func close(_ descriptor: Int32) {
    descriptors.withLock {
      if $0.open.remove(descriptor) != nil { Glibc.close(descriptor) }
    }
  }

  /// Cuts every connection; false when that was done before.
  func hangUp() -> Bool {
    descriptors.withLock {
      guard !$0.isOver else { return false }
      $0.isOver = true
      for descriptor in $0.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
      return true
    }
  }
}

/// One accepted connection; reading and writing block its thread only.
public final class RawConnection: Sendable {
  private let descriptor: Int32
  private let state: RawServerState

  init?(accepting listener: Int32, for state: RawServerState) {
    descriptor = accept(listener, nil, nil)
    self.state = state
    guard descriptor >= 0 else { return nil }
    state.add(descriptor)
  }

  /// Reads one request; nil when the client has closed.
  public func readRequest() -> RawRequest? {
    var bytes: [UInt8] = []
    while !bytes.ends(with: "\r\n\r\n".utf8) {
      guard let next = read(atMost: 1), !next.isEmpty else { return nil }
      bytes += next
    }
    var request = RawRequest(head: String(decoding: bytes, as: UTF8.self), body: [])
    let length = request["Content-Length"].flatMap(Int.init) ?? 0
    while request.body.count < length {
      guard let next = read(atMost: length - request.body.count) else { return nil }
      request.body += next
    }
    let read = request
    state.requests.withLock { $0.append(read) }
    return request
  }

  /// Writes text; false when the client is gone.
  @discardableResult
  public func write(_ text: String) -> Bool { write(Array(text.utf8)) }

  /// Writes bytes; false when the client is gone.
  @discardableResult
  public func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      state.bytesTaken.add(count, ordering: .relaxed)
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Reads what comes first, as it is; empty when the client has closed.
  public func readSome() -> [UInt8] { read(atMost: 64 << 10) ?? [] }

  /// Waits until the client closes, throwing away what it still says.
  public func waitForTheEnd() {
    while let bytes = read(atMost: 4096), !bytes.isEmpty {}
  }

  /// Waits until the client closes, at most so long; false when it still is there.
  public func isClosedByClient(within milliseconds: Int32) -> Bool {
    var one = pollfd(descriptor: descriptor)
    return unsafe poll(&one, 1, milliseconds) > 0
  }

  /// Closes with a reset (RST) instead of a farewell (FIN).
  public func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    let size = socklen_t(MemoryLayout<linger>.size)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, size)
    close()
  }

  /// Closes.
  public func close() { state.close(descriptor) }

  private func read(atMost count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: min(count, 64 << 10))
    let got = unsafe recv(descriptor, &bytes, bytes.count, 0)
    guard got > 0 else { return nil }
    return Array(bytes[..<got])
  }
}

extension pollfd {
  fileprivate init(descriptor: Int32) {
    self.init(fd: descriptor, events: Int16(POLLIN), revents: 0)
  }
}

extension [UInt8] {
  fileprivate func ends(with suffix: String.UTF8View) -> Bool {
    self.suffix(suffix.count).elementsEqual(suffix)
  }
}
