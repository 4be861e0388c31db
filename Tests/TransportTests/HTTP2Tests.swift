import Foundation
import HTTPTypes
import TestSupport
import Testing
import Transport

/// HTTP/2, where a connector asks for it: against nghttp2's own server, and against one that sends
/// the frames it is told to.
@Suite struct `A vendor that speaks HTTP 2` {
  private let authority: TestAuthority
  private let credential: TestAuthority.Credential

  init() throws {
    authority = try TestAuthority()
    credential = try authority.credential(for: "IP:127.0.0.1")
  }

  private var policy: ConnectionPolicy {
    .loopback.with {
      $0.trustedCertificates = authority.certificate
      $0.http2 = true
      $0.totalTimeout = .seconds(10)
    }
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: HTTP2Server.program)),
    arguments: [([], 20), (["-m", "1"], 1)])
  func `45 is asked many things over one connection, one by one where it takes no more`(
    options: [String], atOnce: Int
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("over two".utf8).write(to: folder.appending(path: "page"))
    let server = try HTTP2Server(credential, folder: folder.path(), options)
    let policy = policy
    let finished = try await onThread {
      let client = try HTTPClient()
      client.open("vendor", policy: policy)
      var finished: [Finished] = []
      for number in 0..<20 {
        let request = HTTPRequest(.get, "https://127.0.0.1:\(server.port)/page")
        client.send(request, as: TransferID(UInt64(number)), to: "vendor")
        if client.inFlight == atOnce { finished += client.finish() }
      }
      return finished
    }
    let bodies = try finished.map { try $0.result.get().body }
    #expect(bodies == Array(repeating: Array("over two".utf8), count: 20))
  }

  @Test(
    arguments: [
      ("goes away with an error", [.settings(), .goAway(last: 0, error: 2)], .uncertain),
      ("goes away and may still answer", [.settings(), .goAway(last: 1, error: 0)], .timeout),
      ("resets the stream", [.settings(), .reset(stream: 1, error: 2)], .uncertain),
      (
        "resets the stream without an error", [.settings(), .reset(stream: 1, error: 0)],
        .uncertain
      ),
      ("lets no body through", [.settings([4: 0])], .timeout),
      ("sends a frame beyond every size", [.settings(), .oversized], .uncertain),
      ("floods with pings and says nothing", [.settings()] + pings, .timeout),
    ] as [(String, [Frame], HTTPFailure.Kind)])
  func `45 fails no more than the one request`(
    name: String, frames: [Frame], kind: HTTPFailure.Kind
  ) async throws {
    let server = try ScriptedTLSServer(credential, offering: "h2")
    server.answer("PRI * HTTP/2.0", with: frames.flatMap(\.bytes))
    let request = HTTPRequest(
      .post, "https://127.0.0.1:\(server.port)/", body: Array("{\"emails\":[]}".utf8))
    let hasty = policy.with { $0.totalTimeout = .seconds(2) }
    let result = try await exchange(request, policy: hasty)
    #expect(result.failureKind == kind, "\(name)")
  }

  private static let pings = Array(repeating: Frame.ping, count: 500)
}

/// The end of a connection under TLS.
@Suite struct `A connection under TLS` {
  @Test(arguments: ["Content-Length: 9\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n9\r\nhalf"])
  func `44 that ends without a farewell gives no answer, for somebody may have cut it`(
    text: String
  ) async throws {
    let authority = try TestAuthority()
    let server = try ScriptedTLSServer(
      authority.credential(for: "IP:127.0.0.1"), offering: "http/1.1")
    server.answer("GET / HTTP/1.1", with: Array("HTTP/1.1 200 OK\r\n\(text)".utf8), thenDies: true)
    let policy = ConnectionPolicy.loopback.with { $0.trustedCertificates = authority.certificate }
    let request = HTTPRequest(.get, "https://127.0.0.1:\(server.port)/")
    #expect(try await exchange(request, policy: policy).failureKind == .uncertain)
  }
}

/// A frame of HTTP/2 (RFC 9113, 4.1).
struct Frame: Sendable {
  var bytes: [UInt8]

  private init(type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8]) {
    bytes = Array(UInt32(payload.count).bytes.dropFirst())
    bytes += [type, flags]
    bytes += stream.bytes + payload
  }

  static func settings(_ values: [UInt16: UInt32] = [:]) -> Frame {
    let pairs = values.sorted { $0.key < $1.key }
    return Frame(
      type: 4, pairs.flatMap { [UInt8($0.key >> 8), UInt8($0.key & 255)] + $0.value.bytes })
  }

  static func reset(stream: UInt32, error: UInt32) -> Frame {
    Frame(type: 3, stream: stream, error.bytes)
  }

  static func goAway(last: UInt32, error: UInt32) -> Frame {
    Frame(type: 7, last.bytes + error.bytes)
  }

  static let ping = Frame(type: 6, [1, 2, 3, 4, 5, 6, 7, 8])
  static let oversized = Frame(type: 0, stream: 1, [UInt8](repeating: 0, count: 1 << 15))
}

extension UInt32 {
  fileprivate var bytes: [UInt8] {
    [UInt8(self >> 24), UInt8(self >> 16 & 255), UInt8(self >> 8 & 255), UInt8(self & 255)]
  }
}
