import Glibc
public import HTTPTypes
import Synchronization

/// Serves requests with a handler, on a thread of its own.
///
/// A handler that answers without suspension runs on that thread, and must not block it; one that
/// suspends goes on elsewhere. The request's fields are all that were sent, `Host` included, and
/// its URL is the path and query as they were sent, not decoded.
///
/// Refused before the handler sees them: more than one opinion about a body's length, a NUL in
/// the path or a field, a method unknown to `HTTPRequest.Method`, and what exceeds the limits.
public final class HTTPServer: Sendable {
  /// Where a server listens.
  public enum Address: Sendable, Hashable {
    /// A port of this machine only; 0 for one that is free.
    case loopback(port: UInt16)
    /// A port of a numeric IPv4 address, `0.0.0.0` for all.
    case host(String, port: UInt16)
    /// A socket in the file system that only its owner can open.
    case unix(path: String)
  }

  /// What answers a request.
  public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

  /// The port it listens on, 0 for a socket of the file system.
  public let port: Int

  private let mailbox: ServerMailbox
  private let thread: Mutex<pthread_t?>

  /// Listens, and starts the thread.
  public init(
    on address: Address, limits: ServerLimits = ServerLimits(), handler: @escaping Handler
  ) throws(TransportError) {
    let listener = try Listener(on: address)
    let mailbox = try ServerMailbox()
    let loop = try ServerLoop(listener, limits: limits, mailbox: mailbox, handler: handler)
    port = listener.port
    self.mailbox = mailbox
    thread = Mutex(try HTTPServer.start(loop))
  }

  deinit { stop() }

  /// Takes no more requests, answers those in hand, and returns when the thread has ended.
  ///
  /// Called from a handler that runs on that very thread it returns at once. May be called again.
  public func stop() {
    mailbox.askToStop()
    thread.withLock { thread in
      guard let running = thread else { return }
      thread = nil
      if pthread_equal(running, pthread_self()) != 0 {
        pthread_detach(running)
      } else {
        pthread_join(running, nil)
      }
    }
  }

  private static func start(_ loop: ServerLoop) throws(TransportError) -> pthread_t {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(loop).toOpaque()
    let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
      guard let context = unsafe context else { return nil }
      unsafe Unmanaged<ServerLoop>.fromOpaque(context).takeRetainedValue().run()
      return nil
    }
    let code = unsafe pthread_create(&thread, nil, body, context)
    guard code == 0 else { throw TransportError("pthread_create", code: code) }
    return thread
  }
}
