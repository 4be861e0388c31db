import HTTPTypes
import Sandbox
import TestSupport
import Testing
import Transport

/// What the client makes of vendors that are broken, or pretend to be vendors.
@Suite struct `A hostile vendor` {
  private static let hasty = ConnectionPolicy.loopback.with {
    $0.connectTimeout = .milliseconds(300)
    $0.totalTimeout = .seconds(1)
  }

  @Test(
    "28-36 44 ends in a failure that tells whether it may have acted",
    arguments: [
      ("refuses", .connect), ("vanishes", .connect),
      ("resets", .uncertain), ("resets-in-head", .uncertain), ("resets-in-body", .uncertain),
      ("stalls", .timeout), ("hangs-up", .uncertain), ("acts-then-stalls", .timeout),
      ("acts-then-hangs-up", .uncertain), ("trickles", .timeout), ("trickles-head", .timeout),
      ("endless-fields", .responseTooLarge), ("endless-line", .responseTooLarge),
      ("endless-interims", .responseTooLarge), ("endless-chunks", .responseTooLarge),
      ("announced-flood", .responseTooLarge), ("truncates", .uncertain),
      ("truncates-chunks", .uncertain), ("two-lengths", .uncertain), ("garbage", .uncertain),
      ("no-head", .uncertain), ("stalls-in-handshake", .connect), ("speaks-no-tls", .tls),
    ] as [(String, HTTPFailure.Kind)])
  func endsInFailure(_ word: String, kind: HTTPFailure.Kind) async throws {
    let server = try HostileVendor(word)
    let policy = [.timeout, .connect].contains(kind) ? Self.hasty : .loopback
    let result = try await exchange(HTTPRequest(.delete, server.url + "/u"), policy: policy)
    #expect(result.failureKind == kind)
    #expect(server.bytesTaken < 24 << 20)
  }

  @Test func `29 that resets at once may have seen the request or not`() async throws {
    let server = try HostileVendor("resets-at-connect")
    let result = try await exchange(HTTPRequest(.delete, server.url))
    // Whether the reset comes before the request has left is chance.
    #expect([.connect, .uncertain].contains(result.failureKind))
  }

  @Test func `43 OS-22 gets no cookie back that it has set`() async throws {
    let server = try HostileVendor("sets-cookie")
    let request = HTTPRequest(.get, server.url)
    let results = try await exchange([request, request])
    #expect(try results[0].get().fields["Set-Cookie"] == "id=1; Path=/")
    #expect(server.requests.map { $0["Cookie"] } == [nil, nil])
  }

  @Test func `43 P-02 redirects nobody`() async throws {
    let server = try HostileVendor("redirects")
    let response = try await exchange(HTTPRequest(.delete, server.url)).get()
    #expect(response.status == 302)
    #expect(server.requests.count == 1)
  }

  @Test func `35 has its body left folded, which was not asked for`() async throws {
    let server = try HostileVendor("gzip-bomb")
    let response = try await exchange(HTTPRequest(.get, server.url)).get()
    #expect(response.body.count == 1034)
    #expect(response.body.starts(with: [0x1f, 0x8b]))
    #expect(server.requests.map { $0["Accept-Encoding"] } == [nil])
  }

  @Test(arguments: ["-5", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT", "soon"])
  func `38 has its odd fields passed on as they are`(_ value: String) async throws {
    let server = try RawServer {
      $0.answerAll("HTTP/1.1 429 No\r\nRetry-After: \(value)\r\nContent-Length: 0\r\n\r\n")
    }
    let response = try await exchange(HTTPRequest(.get, server.url)).get()
    #expect(response.fields["Retry-After"] == value)
  }

  @Test func `30 is given up when nothing moves for the stall time`() async throws {
    let server = try HostileVendor("stalls")
    let policy = ConnectionPolicy.loopback.with { $0.stallTimeout = .seconds(1) }
    let result = try await exchange(HTTPRequest(.get, server.url), policy: policy)
    #expect(result.failureKind == .timeout)
  }

  @Test(arguments: ["longer-than-announced", "answers-twice"])
  func `36 has what it says unasked taken for nobody's answer`(word: String) async throws {
    let server = try HostileVendor(word)
    let request = HTTPRequest(.post, server.url + "/people/delete", body: Array("{}".utf8))
    let statuses = try await onThread {
      let client = try HTTPClient()
      client.open("vendor", policy: Self.hasty)
      return try (UInt64(0)..<4).map { number -> Int in
        client.send(request, as: TransferID(number), to: "vendor")
        let status = try client.finish().map { try $0.result.get().status }
        // Long enough for what comes unasked to arrive on the idle connection.
        _ = client.turn(waitingAtMost: 150)
        return status.first ?? 0
      }
    }
    #expect(statuses == [500, 500, 500, 500])
    #expect(server.requests.count == 4)
  }

  @Test func `34 may send exactly as much as the limit`() async throws {
    let server = try RawServer {
      $0.answerAll("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")
    }
    let request = HTTPRequest(.get, server.url)
    let exact = ConnectionPolicy.loopback.with { $0.bodyLimit = 10 }
    let less = ConnectionPolicy.loopback.with { $0.bodyLimit = 9 }
    #expect(try await exchange(request, policy: exact).get().body.count == 10)
    #expect(try await exchange(request, policy: less).failureKind == .responseTooLarge)
  }

  @Test func `has interim answers and trailers left out`() async throws {
    let server = try RawServer {
      $0.answerAll(
        "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
          + "HTTP/1.1 200 OK\r\nX-Real: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "2\r\nok\r\n0\r\nX-Trailer: 3\r\n\r\n")
    }
    let response = try await exchange(HTTPRequest(.get, server.url)).get()
    #expect(response.status == 200)
    #expect(response.fields.map(\.name) == ["X-Real", "Transfer-Encoding"])
    #expect(response.body == Array("ok".utf8))
  }

  @Test func `that hangs up between requests costs a connection, not a failure`() async throws {
    let server = try RawServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    }
    let request = HTTPRequest(.post, server.url, body: Array("x".utf8))
    let results = try await exchange([request, request, request])
    #expect(try results.map { try $0.get().status } == [200, 200, 200])
    #expect(server.accepted == 3)
  }

  @Test func `never gets its name, address or path into a failure`() async throws {
    let server = try HostileVendor("hangs-up")
    let requests = [
      HTTPRequest(.get, server.url + "/ada"), HTTPRequest(.get, "http://127.0.0.1:1/ada"),
      HTTPRequest(.get, "https://127.0.0.1:\(server.port)/ada"), HTTPRequest(.get, "ftp://ada/"),
    ]
    for result in try await exchange(requests) {
      guard case .failure(let failure) = result else {
        Issue.record("no failure")
        continue
      }
      #expect(!failure.detail.contains("127") && !failure.detail.contains("ada"))
    }
  }
}
