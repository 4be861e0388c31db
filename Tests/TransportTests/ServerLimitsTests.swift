import Foundation
import HTTPTypes
import Synchronization
import TestSupport
import Testing
import Transport

/// What a server does not take, from bytes on a plain socket.
@Suite struct `A server refuses` {
  /// Sends text to a server with these limits, and reads until it closes.
  private func tell(
    _ text: String, limits: ServerLimits = ServerLimits(bodyBytes: 100)
  ) async throws -> (answer: String, handled: Int) {
    let handled = Mutex(0)
    let server = try HTTPServer(on: .loopback(port: 0), limits: limits) { _ in
      handled.withLock { $0 += 1 }
      return HTTPResponse(200, fields: ["Connection": "close"])
    }
    defer { server.stop() }
    let answer = try await onThread {
      let client = try RawClient(port: server.port)
      client.send(text)
      return client.read()
    }
    return (answer, handled.withLock(\.self))
  }

  @Test(
    "what two readers could read differently",
    arguments: [
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n",
      "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
      "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
      "Content-Length: +5\r\n\r\nhello", "Content-Length: 5, 5\r\n\r\nhello",
      "Content-Length: -1\r\n\r\n", "Content-Length: 0x5\r\n\r\nhello",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
      "X-A: 1\r\n folded: 2\r\n\r\n", "X-A : 1\r\n\r\n", "X-A: 1\r\n folded\r\n\r\n",
      "Transfer-Encod: chunked\r\n ing\r\n\r\n0\r\n\r\n", "Host: other\r\n\r\n",
    ])
  func doubtfulFraming(_ rest: String) async throws {
    let (answer, handled) = try await tell("POST / HTTP/1.1\r\nHost: x\r\n\(rest)")
    #expect(answer.hasPrefix("HTTP/1.1 400 ") && !answer.contains("200"))
    #expect(handled == 0)
  }

  @Test(arguments: ["DELETE", "GET", "OPTIONS"])
  func `a smuggled request, whatever its carrier's method`(method: String) async throws {
    let (answer, handled) = try await tell(
      "\(method) / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
    #expect(handled == 0)
  }

  @Test(arguments: ["/a%00b", "/a\0b", "/%00", "/a?b=%00", "a", "http://x/"])
  func `a path with a NUL, or none`(target: String) async throws {
    let (answer, handled) = try await tell("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 505"))
    #expect(handled == 0)
  }

  @Test func `a request without Host`() async throws {
    let (answer, handled) = try await tell("GET / HTTP/1.1\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 400 "))
    #expect(handled == 0)
  }

  @Test(arguments: ["TRACE", "CONNECT", "PURGE", "get"])
  func `a method it does not serve`(method: String) async throws {
    let (answer, _) = try await tell("\(method) / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 501 "))
  }

  @Test func `a coding of the body it does not know`() async throws {
    let (answer, _) = try await tell(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 501 "))
  }

  @Test(arguments: ["101", "99999999999999999999999"])
  func `an announced body over the limit before it comes`(length: String) async throws {
    let (answer, handled) = try await tell(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 413 "))
    #expect(handled == 0)
  }

  @Test func `a body over the limit that nobody announced`() async throws {
    let chunk = String(repeating: "x", count: 75)
    let (answer, handled) = try await tell(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "4b\r\n\(chunk)\r\n4b\r\n\(chunk)\r\n0\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 413 "))
    #expect(handled == 0)
  }

  @Test func `to wait for the end of a flood`() async throws {
    let chunk = "4b\r\n\(String(repeating: "x", count: 75))\r\n"
    let (answer, handled) = try await tell(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        + String(repeating: chunk, count: 10))
    #expect(answer.isEmpty)
    #expect(handled == 0)
  }

  @Test func `a head that is too large`() async throws {
    let field = "X-Long: \(String(repeating: "x", count: 40_000))\r\n"
    let (answer, _) = try await tell("GET / HTTP/1.1\r\nHost: x\r\n\(field)\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 431 "))
  }

  @Test func `a URL that is too long`() async throws {
    let path = "/\(String(repeating: "x", count: 40_000))"
    let (answer, _) = try await tell("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 414 "))
  }

  @Test(arguments: [
    "", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\nX-",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
  ])
  func `to wait longer than its request time`(beginning: String) async throws {
    let (answer, handled) = try await tell(
      beginning, limits: ServerLimits(requestTime: .milliseconds(200)))
    #expect(answer.isEmpty)
    #expect(handled == 0)
  }

  @Test func `who sends a byte now and then and never a request`() async throws {
    let server = try HTTPServer(
      on: .loopback(port: 0), limits: ServerLimits(requestTime: .milliseconds(200))
    ) { _ in HTTPResponse(200) }
    defer { server.stop() }
    let isCutOff = try await onThread {
      let client = try RawClient(port: server.port)
      client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
      while client.send("x") && !client.hasEnd(within: 20) {}
      return true
    }
    #expect(isCutOff)
  }

  @Test func `more connections than its limit until one ends`() async throws {
    let server = try HTTPServer(
      on: .loopback(port: 0), limits: ServerLimits(connections: 2)
    ) { _ in HTTPResponse(200, body: Array("served".utf8)) }
    defer { server.stop() }
    let (waits, served) = try await onThread {
      let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
      var first: [RawClient] = []
      for _ in 0..<2 {
        let client = try RawClient(port: server.port)
        client.send(request)
        _ = client.read(until: "served")
        first.append(client)
      }
      let third = try RawClient(port: server.port)
      third.send(request)
      let waits = !third.hasEnd(within: 50)
      first.removeAll()
      return (waits, third.read(until: "served"))
    }
    #expect(waits)
    #expect(served.hasPrefix("HTTP/1.1 200 "))
  }
}

@Suite struct `A server's end` {
  @Test func `comes after the answers in hand`() async throws {
    let gate = Gate(for: 2)
    let server = try HTTPServer(on: .loopback(port: 0)) { _ in
      try? await onThread { gate.waitForAll() }
      return HTTPResponse(200, body: Array("answered".utf8))
    }
    async let answer = onThread {
      let client = try RawClient(port: server.port)
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      return client.read()
    }
    try await onThread { gate.waitForAll() }
    try await onThread { server.stop() }
    #expect(try await answer.hasSuffix("answered"))
  }

  @Test func `does not wait for ever for a handler`() async throws {
    let server = try HTTPServer(
      on: .loopback(port: 0), limits: ServerLimits(stopTime: .milliseconds(100))
    ) { _ in
      try? await Task.sleep(for: .seconds(30))
      return HTTPResponse(200)
    }
    let answer = try await onThread {
      let client = try RawClient(port: server.port)
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = client.hasEnd(within: 50)
      server.stop()
      return client.read()
    }
    #expect(answer.hasPrefix("HTTP/1.1 503 "))
  }

  @Test func `can be asked for again and from several threads`() async throws {
    let server = try HTTPServer(on: .loopback(port: 0)) { _ in HTTPResponse(200) }
    async let one: Void = onThread { server.stop() }
    async let two: Void = onThread { server.stop() }
    _ = try await (one, two)
    server.stop()
    #expect(throws: (any Error).self) { try RawClient(port: server.port) }
  }

  @Test func `may be asked for by a handler`() async throws {
    let box = Mutex<HTTPServer?>(nil)
    let server = try HTTPServer(on: .loopback(port: 0)) { _ in
      box.withLock(\.self)?.stop()
      return HTTPResponse(200, body: Array("bye".utf8))
    }
    box.withLock { $0 = server }
    let answer = try await onThread {
      let client = try RawClient(port: server.port)
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      return client.read()
    }
    box.withLock { $0 = nil }
    #expect(answer.hasSuffix("bye"))
  }
}

@Suite struct `A server in the file system` {
  private func path() -> String {
    FileManager.default.temporaryDirectory.appending(path: "hub-\(UUID().uuidString).sock").path()
  }

  @Test func `answers there, to its owner only, and leaves nothing behind`() async throws {
    let path = path()
    let server = try HTTPServer(on: .unix(path: path)) { request in
      HTTPResponse(200, body: Array(request.url.utf8))
    }
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    let answer = try await onThread {
      let client = try RawClient(path: path)
      client.send("GET /here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      return client.read()
    }
    server.stop()
    #expect(mode == 0o600)
    #expect(answer.hasSuffix("/here"))
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `takes the place of a dead one, but of no living one and of no file`() throws {
    let path = path()
    let handler: HTTPServer.Handler = { _ in HTTPResponse(200) }
    let first = try HTTPServer(on: .unix(path: path), handler: handler)
    #expect(throws: TransportError.self) { try HTTPServer(on: .unix(path: path), handler: handler) }
    first.stop()
    try Data("precious".utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: TransportError.self) { try HTTPServer(on: .unix(path: path), handler: handler) }
    #expect(FileManager.default.fileExists(atPath: path))
  }
}
