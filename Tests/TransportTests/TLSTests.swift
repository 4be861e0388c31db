import Foundation
import HTTPTypes
import Sandbox
import Synchronization
import TestSupport
import Testing
import Transport

@Suite struct `A vendor's certificate` {
  private let authority: TestAuthority

  init() throws { authority = try TestAuthority() }

  private func get(
    _ port: Int, host: String = "127.0.0.1", trusting file: String?
  ) async throws -> Result<HTTPResponse, HTTPFailure> {
    let policy = ConnectionPolicy.loopback.with { $0.trustedCertificates = file }
    return try await exchange(HTTPRequest(.get, "https://\(host):\(port)/"), policy: policy)
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func `is good when a trusted authority vouches for the host`(host: String) async throws {
    let server = try TLSServer(authority.credential(for: "DNS:localhost,IP:127.0.0.1"))
    let result = try await get(server.port, host: host, trusting: authority.certificate)
    #expect(try result.get().status == 200)
  }

  @Test func `44 is not good for another host`() async throws {
    let server = try TLSServer(authority.credential(for: "DNS:vendor.example"))
    let result = try await get(server.port, trusting: authority.certificate)
    #expect(result.failureKind == .tls)
  }

  @Test func `44 is not good when it vouches for itself`() async throws {
    let server = try TLSServer(authority.selfSigned())
    let result = try await get(server.port, trusting: authority.certificate)
    #expect(result.failureKind == .tls)
  }

  @Test func `44 is not good when the system does not know the authority`() async throws {
    let server = try TLSServer(authority.credential(for: "IP:127.0.0.1"))
    #expect(try await get(server.port, trusting: nil).failureKind == .tls)
  }

  @Test func `44 is not good when it is over`() async throws {
    let server = try TLSServer(authority.expiredCredential())
    let result = try await get(server.port, trusting: authority.certificate)
    #expect(result.failureKind == .tls)
  }

  @Test func `44 is not looked for in a file that is not there`() async throws {
    let server = try TLSServer(authority.credential(for: "IP:127.0.0.1"))
    #expect(try await get(server.port, trusting: "/nowhere.pem").failureKind == .tls)
  }

  @Test func `44 is not even looked at below TLS 1_2`() async throws {
    let server = try TLSServer(
      authority.credential(for: "IP:127.0.0.1"), ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
    let result = try await get(server.port, trusting: authority.certificate)
    #expect(result.failureKind == .tls)
  }
}

@Suite struct `The protocol` {
  private let authority: TestAuthority
  private let credential: TestAuthority.Credential

  init() throws {
    authority = try TestAuthority()
    credential = try authority.credential(for: "IP:127.0.0.1")
  }

  @Test(arguments: [(false, "\u{8}http/1.1"), (true, "\u{2}h2\u{8}http/1.1")])
  func `asked for is HTTP 1_1 alone unless the policy says 2`(
    http2: Bool, offered: String
  ) async throws {
    let greeting = Mutex<[UInt8]>([])
    let server = try RawServer { connection in
      let bytes = connection.readSome()
      greeting.withLock { $0 = bytes }
    }
    let policy = ConnectionPolicy.loopback.with { $0.http2 = http2 }
    _ = try await exchange(HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"), policy: policy)
    // The extension: number 16, its length, the list's length, the list.
    let list = Array(offered.utf8)
    let count = UInt8(list.count)
    let extended: [UInt8] = [0, 16, 0, count + 2, 0, count] + list
    #expect(greeting.withLock { $0.contains(extended) })
  }
}
