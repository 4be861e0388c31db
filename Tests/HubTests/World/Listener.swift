import Documents
import Foundation
import HTTPTypes
import Synchronization
import Transport

/// A program that receives callbacks and answers as it is told.
final class Listener: Sendable {
  private struct Desk {
    var received: [HTTPRequest] = []
    var watchers: [CheckedContinuation<Void, Never>] = []
  }

  private let desk = Mutex(Desk())
  private let server = Mutex<HTTPServer?>(nil)

  /// Listens on loopback; the answer may depend on how many requests came before.
  init(_ answer: @escaping @Sendable (Int) async -> HTTPResponse = { _ in HTTPResponse(204) })
    throws
  {
    let server = try HTTPServer(on: .loopback(port: 0)) { [weak self] request in
      await answer(self?.note(request) ?? 0)
    }
    self.server.withLock { $0 = server }
  }

  /// Listens on loopback and says nothing until it is stopped.
  static func silent() throws -> Listener {
    let (end, ended) = AsyncStream.makeStream(of: Void.self)
    let listener = try Listener { _ in
      for await _ in end {}
      return HTTPResponse(500)
    }
    listener.onStop.withLock { $0 = { ended.finish() } }
    return listener
  }

  private let onStop = Mutex<@Sendable () -> Void>({})

  deinit { stop() }

  func stop() {
    onStop.withLock { $0() }
    server.withLock { $0?.stop() }
  }

  var url: String { "http://127.0.0.1:\(server.withLock { $0?.port ?? 0 })/hook" }

  /// What came, oldest first.
  var received: [HTTPRequest] { desk.withLock { $0.received } }

  /// The bodies that came, of a kind.
  func bodies(_ kind: String) -> [JSON] {
    received.compactMap { try? JSON(reading: $0.body) }.filter { $0["type"]?.string == kind }
  }

  private func note(_ request: HTTPRequest) -> Int {
    let (count, watchers) = desk.withLock { desk in
      desk.received.append(request)
      defer { desk.watchers = [] }
      return (desk.received.count - 1, desk.watchers)
    }
    for watcher in watchers { watcher.resume() }
    return count
  }

  /// Waits until so much came.
  func has(_ count: Int) async {
    while received.count < count {
      await withCheckedContinuation { continuation in
        let isThere = desk.withLock { desk in
          guard desk.received.count < count else { return true }
          desk.watchers.append(continuation)
          return false
        }
        if isThere { continuation.resume() }
      }
    }
  }
}
