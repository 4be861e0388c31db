import HTTPTypes
import Sandbox
import TestSupport
import Testing

@testable import Transport

/// What the client refuses to send, and to whom.
@Suite struct `A request is not sent` {
  private static let strict = ConnectionPolicy.loopback.with { $0.selfHosted = false }

  private func server() throws -> RawServer {
    try RawServer { $0.answerAll("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") }
  }

  @Test(arguments: ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"])
  func `to a private address, unless it is self-hosted`(host: String) async throws {
    let server = try server()
    let request = HTTPRequest(.get, "https://\(host):\(server.port)/")
    #expect(try await exchange(request, policy: Self.strict).failureKind == .addressRefused)
    #expect(server.accepted == 0)
  }

  @Test(arguments: ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "100.100.100.200"])
  func `to a machine's secrets, even if it is self-hosted`(host: String) async throws {
    let request = HTTPRequest(.get, "http://\(host)/latest/meta-data")
    #expect(try await exchange(request).failureKind == .addressRefused)
  }

  @Test func `without TLS, unless it is self-hosted`() async throws {
    let server = try server()
    let request = HTTPRequest(.get, server.url)
    #expect(try await exchange(request, policy: Self.strict).failureKind == .unusable)
    #expect(server.accepted == 0)
  }

  @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "", "http://"])
  func `by another protocol or none`(url: String) async throws {
    #expect(try await exchange(HTTPRequest(.get, url)).failureKind == .unusable)
  }

  @Test(arguments: ["/a b", "/a\r\nX-Evil: 1", "/a\0b", "/a\tb", "/\u{7f}"])
  func `with a URL that ends early`(path: String) async throws {
    let server = try server()
    #expect(try await exchange(HTTPRequest(.get, server.url + path)).failureKind == .unusable)
    #expect(server.accepted == 0)
  }

  @Test func `with a name and password in its URL`() async throws {
    let server = try server()
    let url = "http://me:secret@127.0.0.1:\(server.port)/"
    #expect(try await exchange(HTTPRequest(.get, url)).failureKind == .unusable)
    #expect(server.accepted == 0)
  }

  @Test(arguments: ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"])
  func `with a field whose value ends the line`(value: String) async throws {
    let server = try server()
    let request = HTTPRequest(.get, server.url, fields: ["X-Name": value])
    #expect(try await exchange(request).failureKind == .unusable)
    #expect(server.accepted == 0)
  }

  @Test(arguments: [
    "", "X Name", "X:Name", "X\r\nEvil", "Näme", "Host", "content-length", "Transfer-Encoding",
    "Connection", "Expect",
  ])
  func `with a field that has no name, or one of ours`(name: String) async throws {
    let server = try server()
    var fields = HTTPFields()
    fields.append(name, "1")
    let request = HTTPRequest(.get, server.url, fields: fields)
    #expect(try await exchange(request).failureKind == .unusable)
    #expect(server.accepted == 0)
  }

  @Test func `after a refused one, with anything of it`() async throws {
    let server = try server()
    let results = try await exchange([
      HTTPRequest(.post, server.url, fields: ["X-A": "1\n"], body: Array("secret".utf8)),
      HTTPRequest(.get, server.url),
    ])
    #expect(results.map(\.failureKind) == [.unusable, nil])
    #expect(server.requests.map(\.body) == [[]])
    #expect(server.requests.map { $0["X-A"] } == [nil])
  }

  @Test func `with fields other than those it has and libcurl's few`() async throws {
    let server = try server()
    let request = HTTPRequest(
      .post, server.url, fields: ["X-Empty": "", "Authorization": "Bearer t"],
      body: [UInt8](repeating: 120, count: 2 << 20))
    _ = try await exchange(request).get()
    let head = try #require(server.requests.first).head
    let names = head.split(separator: "\r\n").dropFirst().compactMap {
      $0.split(separator: ":").first
    }
    #expect(
      names == ["Host", "User-Agent", "Accept", "X-Empty", "Authorization", "Content-Length"])
  }
}

@Suite struct `An address` {
  @Test(arguments: [
    "10.0.0.1", "127.0.0.1", "127.255.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "100.127.255.255", "198.18.0.1", "203.0.113.9", "::1", "fc00::1", "fd12::1",
    "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:808:808::1", "2001:db8::1",
    "2001::1", "fec0::1", "100::1", "::8.8.8.8",
  ])
  func `of our own networks is for the self-hosted`(text: String) throws {
    #expect(try #require(NetworkAddress(text: text)).reach == .inside)
  }

  @Test(arguments: [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "192.0.0.192", "168.63.129.16",
    "100.100.100.200", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "fe80::1",
    "febf::1", "ff02::1", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1", "::ffff:0:169.254.169.254",
  ])
  func `of secrets, of many or of nobody is for nobody`(text: String) throws {
    #expect(try #require(NetworkAddress(text: text)).reach == .forbidden)
  }

  @Test(arguments: [
    "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
    "169.253.0.1", "192.0.1.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
    "2001:4860:4860::8888", "2003::1",
  ])
  func `of the internet is for everybody`(text: String) throws {
    #expect(try #require(NetworkAddress(text: text)).reach == .everywhere)
  }
}
