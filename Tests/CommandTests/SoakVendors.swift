import Documents
import Foundation
import HTTPTypes
import Synchronization
import TestSupport

@testable import Sandbox

/// Five vendors, each trying in its own way, and their books.
final class SoakVendors: Sendable {
  static let names = ["busy", "jobs", "late", "resets", "slow"]
  private let moody: [String: MoodyVendor]
  private let resetting: ResettingVendor
  private let servers: [SandboxServer]

  /// Starts the vendors and lays out connectors to them.
  init(on desk: Desk) throws {
    let kinds = [("busy", "batch"), ("jobs", "jobs"), ("late", "batch"), ("slow", "lookup")]
    var (moody, servers): ([String: MoodyVendor], [SandboxServer]) = ([:], [])
    for (name, kind) in kinds {
      let vendor = MoodyVendor(kind, people: [])
      let server = try SandboxServer(vendor)
      try desk.connect(kind, at: server.port, as: name)
      moody[name] = vendor
      servers.append(server)
    }
    resetting = try ResettingVendor()
    try desk.connect("batch", at: resetting.port, as: "resets")
    (self.moody, self.servers) = (moody, servers)
    moody["slow"]?.be { request in
      if !request.isCheck { try? await Task.sleep(for: .milliseconds(600)) }
      return nil
    }
    let late = moody["late"]
    late?.be { [weak late] request in
      guard let late, !request.isCheck else { return nil }
      let answer = await late.usually(request)
      try? await Task.sleep(for: .milliseconds(400))
      return answer
    }
    let busy = moody["busy"]
    busy?.be { [weak busy] request in
      guard let busy, !request.isCheck, busy.calls.count % 3 == 0 else { return nil }
      return HTTPResponse(429, fields: ["Retry-After": "1"])
    }
  }

  /// Makes people known everywhere.
  func admit(_ people: [String]) {
    for vendor in moody.values { people.forEach(vendor.ledger.admit) }
  }

  /// From now on nobody is busy and nothing is reset.
  func calmDown() {
    moody["busy"]?.be(nil)
    resetting.calmDown()
  }

  /// How many calls a vendor has had.
  func calls(at name: String) -> Int { moody[name]?.calls.count ?? 0 }

  /// How often each person was erased at a vendor, and how many of these it said nothing about.
  func erasures(at name: String) -> (all: [String: Int], untold: [String: Int]) {
    guard let vendor = moody[name] else { return resetting.erasures }
    return (vendor.ledger.erasures, [:])
  }
}

/// A batch vendor that resets a connection now and then, having done what it was asked or not.
private final class ResettingVendor: Sendable {
  private let pages: Pages
  private let server: RawServer

  init() throws {
    let pages = Pages()
    self.pages = pages
    server = try RawServer { connection in
      while let request = connection.readRequest() { pages.answer(request, on: connection) }
    }
  }

  var port: Int { Int(server.port) }
  var erasures: (all: [String: Int], untold: [String: Int]) {
    pages.books.withLock { ($0.all, $0.untold) }
  }

  func calmDown() { pages.books.withLock { $0.isCalm = true } }
}

private final class Pages: Sendable {
  struct Books {
    var all: [String: Int] = [:]
    var untold: [String: Int] = [:]
    var calls = 0
    var isCalm = false
  }

  let books = Mutex(Books())

  func answer(_ request: RawRequest, on connection: RawConnection) {
    let emails = (try? JSON(reading: request.body))?["emails"]?.array?.compactMap(\.string)
    guard let emails else { return say(["account": "resets"], on: connection) }
    let resets = books.withLock { books in
      books.calls += 1
      let (actsFirst, resets) = (books.calls % 10 == 3, !books.isCalm && books.calls % 5 == 3)
      guard actsFirst || !resets else { return true }
      for email in emails {
        books.all[email, default: 0] += 1
        if resets { books.untold[email, default: 0] += 1 }
      }
      return resets
    }
    guard !resets else { return connection.reset() }
    let results = emails.map { email -> JSON in ["email": .string(email), "result": "deleted"] }
    say(["results": .array(results)], on: connection)
  }

  private func say(_ json: JSON, on connection: RawConnection) {
    let body = json.encoded()
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    connection.write(Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body)
  }
}
