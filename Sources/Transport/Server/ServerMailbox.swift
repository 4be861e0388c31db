import HTTPTypes
import Synchronization

/// What other threads have for the server's.
final class ServerMailbox: Sendable {
  let bell: Bell
  private let answers = Mutex<[(Exchange, HTTPResponse)]>([])
  private let isAskedToStop = Atomic(false)

  init() throws(TransportError) { bell = try Bell() }

  var isStopping: Bool { isAskedToStop.load(ordering: .acquiring) }

  func askToStop() {
    isAskedToStop.store(true, ordering: .releasing)
    bell.ring()
  }

  /// Brings an answer.
  func put(_ response: HTTPResponse, to exchange: Exchange) {
    answers.withLock { $0.append((exchange, response)) }
    bell.ring()
  }

  /// Takes all that was brought.
  func takeAll() -> [(Exchange, HTTPResponse)] {
    answers.withLock { answers in
      defer { answers = [] }
      return answers
    }
  }
}
