import HTTPTypes
import Sandbox
import TestSupport
import Testing
import Transport

@Suite struct `A client` {
  private static let ok = "HTTP/1.1 200 OK\r\nX-One: 1\r\nx-two:  b \r\nContent-Length: 2\r\n\r\nok"

  @Test func `gives status, fields and body of the answer`() async throws {
    let server = try RawServer { $0.answerAll(Self.ok) }
    let response = try await exchange(HTTPRequest(.get, server.url + "/a?b=c")).get()
    #expect(response.status == 200)
    #expect(response.fields == ["X-One": "1", "x-two": "b", "Content-Length": "2"])
    #expect(response.body == Array("ok".utf8))
    #expect(server.requests.first?.head.hasPrefix("GET /a?b=c HTTP/1.1\r\n") == true)
  }

  @Test(arguments: HTTPRequest.Method.allCases.filter { $0 != .head })
  func `sends a body with any method but HEAD`(_ method: HTTPRequest.Method) async throws {
    let server = try RawServer { $0.answerAll(Self.ok) }
    let request = HTTPRequest(
      method, server.url, fields: ["Content-Type": "application/json"], body: Array("{}".utf8))
    _ = try await exchange(request).get()
    let received = try #require(server.requests.first)
    #expect(received.head.hasPrefix("\(method.rawValue) / HTTP/1.1\r\n"))
    #expect(received.body == Array("{}".utf8))
    #expect(received["Content-Type"] == "application/json")
  }

  @Test(arguments: [
    (HTTPRequest.Method.get, nil), (.delete, nil), (.post, "0"), (.put, "0"), (.patch, "0"),
  ])
  func `says the length of an empty body where one is expected`(
    method: HTTPRequest.Method, length: String?
  ) async throws {
    let server = try RawServer { $0.answerAll(Self.ok) }
    _ = try await exchange(HTTPRequest(method, server.url)).get()
    let received = try #require(server.requests.first)
    #expect(received["Content-Length"] == length)
    #expect(received["Content-Type"] == nil)
  }

  @Test func `takes the head alone for an answer to HEAD`() async throws {
    let server = try RawServer {
      $0.answerAll("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    }
    let results = try await exchange([
      HTTPRequest(.head, server.url), HTTPRequest(.head, server.url),
    ])
    #expect(try results.map { try $0.get().status } == [200, 200])
  }

  @Test func `uses one connection for requests that follow each other`() async throws {
    let server = try RawServer { $0.answerAll(Self.ok) }
    let requests = HTTPRequest.Method.allCases.filter { $0 != .head }.map {
      HTTPRequest($0, server.url, body: Array("x".utf8))
    }
    _ = try await exchange(requests).map { try $0.get() }
    #expect(server.accepted == 1)
    #expect(server.requests.map { $0.head.prefix(3) }.count == requests.count)
  }

  @Test func `does not let one request's method or body leak into the next`() async throws {
    let server = try RawServer { $0.answerAll(Self.ok) }
    _ = try await exchange([
      HTTPRequest(.delete, server.url + "/1", body: Array("secret".utf8)),
      HTTPRequest(.get, server.url + "/2"), HTTPRequest(.post, server.url + "/3"),
      HTTPRequest(.delete, server.url + "/4"),
    ])
    let lines = server.requests.compactMap { $0.head.split(separator: "\r\n").first }
    #expect(
      lines == [
        "DELETE /1 HTTP/1.1", "GET /2 HTTP/1.1", "POST /3 HTTP/1.1", "DELETE /4 HTTP/1.1",
      ])
    #expect(server.requests.map(\.body.count) == [6, 0, 0, 0])
    #expect(server.requests.map { $0["Content-Length"] } == ["6", nil, "0", nil])
  }
}
