import Glibc
import HTTPTypes
import Sandbox
import TestSupport
import Testing
import Transport

/// What never left, and may be sent again without a thought.
@Suite struct `An unreachable vendor` {
  private static let hasty = ConnectionPolicy.loopback.with {
    $0.connectTimeout = .milliseconds(300)
  }

  @Test func `that refuses the connection is a failure to connect`() async throws {
    let url = try RawServer { _ in }.url
    let result = try await exchange(HTTPRequest(.delete, url))
    #expect(result.failureKind == .connect)
  }

  @Test func `that lets packets vanish is a failure to connect`() async throws {
    let hole = try BlackHole()
    let url = "http://127.0.0.1:\(hole.port)/"
    let result = try await exchange(HTTPRequest(.delete, url), policy: Self.hasty)
    #expect(result.failureKind == .connect)
  }

  @Test func `that stalls in the handshake is a failure to connect`() async throws {
    let server = try RawServer { $0.waitForTheEnd() }
    let url = "https://127.0.0.1:\(server.port)/"
    let result = try await exchange(HTTPRequest(.delete, url), policy: Self.hasty)
    #expect(result.failureKind == .connect)
  }

  @Test func `that speaks no TLS is a failure of TLS`() async throws {
    let server = try RawServer { $0.write("HTTP/1.1 400 Bad Request\r\n\r\n") }
    let url = "https://127.0.0.1:\(server.port)/"
    #expect(try await exchange(HTTPRequest(.delete, url)).failureKind == .tls)
  }

  @Test func `that has no name is a failure of DNS`() async throws {
    // A label of more than 63 letters: the resolver refuses it without asking anybody.
    let name = String(repeating: "a", count: 64)
    let result = try await exchange(HTTPRequest(.delete, "http://\(name)/"))
    #expect(result.failureKind == .dns)
  }
}
