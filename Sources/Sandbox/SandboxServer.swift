import HTTPTypes
import Transport

/// A sandbox vendor that listens on a port of its own on loopback.
public final class SandboxServer: Sendable {
  private let server: HTTPServer

  /// Starts listening at once, on a free port.
  ///
  /// - Throws: `TransportError` when loopback cannot be listened on.
  public init(_ vendor: any SandboxVendor, port: UInt16 = 0) throws {
    server = try HTTPServer(on: .loopback(port: port)) { await vendor.respond(to: $0) }
  }

  /// The port it listens on.
  public var port: Int { server.port }

  /// Answers what is in hand and stops; a second call does nothing.
  public func stop() { server.stop() }
}
