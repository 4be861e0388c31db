import Foundation
import HTTPTypes
import TestSupport
import Testing
import Transport

@Suite struct `A server` {
  @Test func `gives the handler method, URL, fields and body as they came`() async throws {
    let server = try HTTPServer(on: .loopback(port: 0)) { request in
      let word = "\(request.method.rawValue) \(request.url) \(request.fields["X-Word"] ?? "-")"
      return HTTPResponse(201, fields: ["X-Echo": word], body: request.body)
    }
    defer { server.stop() }
    let request = HTTPRequest(
      .put, "http://127.0.0.1:\(server.port)/a%20b?c=%41", fields: ["X-Word": "hi"],
      body: Array("body".utf8))
    let response = try await exchange(request).get()
    #expect(response.status == 201)
    #expect(response.fields["X-Echo"] == "PUT /a%20b?c=%41 hi")
    #expect(response.body == Array("body".utf8))
  }

  @Test func `answers when a handler that suspended is done`() async throws {
    let server = try HTTPServer(on: .loopback(port: 0)) { _ in
      await Task.yield()
      return HTTPResponse(200, body: Array("later".utf8))
    }
    defer { server.stop() }
    let url = "http://127.0.0.1:\(server.port)/"
    // The handler goes on when one of two threads is free, behind hundreds of tests.
    let patient = ConnectionPolicy.loopback.with {
      ($0.totalTimeout, $0.stallTimeout) = (.seconds(300), .seconds(300))
    }
    let results = try await exchange(
      Array(repeating: HTTPRequest(.get, url), count: 100), policy: patient)
    #expect(try results.allSatisfy { try $0.get().body == Array("later".utf8) })
  }

  @Test func `serves requests that were sent at once in their order`() async throws {
    let server = try HTTPServer(on: .loopback(port: 0)) { request in
      HTTPResponse(200, body: Array(request.url.utf8))
    }
    defer { server.stop() }
    let text = try await onThread {
      let client = try RawClient(port: server.port)
      let head = " HTTP/1.1\r\nHost: x\r\n"
      client.send("GET /1\(head)\r\nGET /2\(head)\r\nGET /3\(head)Connection: close\r\n\r\n")
      return client.read()
    }
    let bodies = text.matches(of: /\r\n\r\n\/(\d)/).map { String($0.1) }
    #expect(bodies == ["1", "2", "3"])
  }
}
