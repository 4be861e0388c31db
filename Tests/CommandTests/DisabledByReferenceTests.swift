import Documents
import Foundation
import HTTPTypes
import Sandbox
import Synchronization
import TestSupport
import Testing

@Suite struct `A connector that names a purged person` {
  @Test(arguments: [
    ("owner: \"ops@example.org\"", "owner: \"canary1@EXAMPLE.org\"", "settings.owner"),
    (
      "owner: \"ops@example.org\"",
      "owner: \"ops@example.org\", notify: [\"a@example.org\", \"CANARY2@example.org\"]",
      "settings.notify[1]"
    ),
  ])
  func `ALM-11 K-17 P-03 is disabled by the very purge, and owes`(
    old: String, new: String, path: String
  ) async throws {
    let journey = try Journey("batch", "lookup")
    try journey.edit("lookup", old, to: new)
    let ending = try await journey.purge()
    #expect(ending.code == 1)
    let request = try await journey.request()
    #expect(request.state(of: "batch") == "completed")
    #expect(request.state(of: "lookup") == "blocked")
    #expect(try await journey.connector("lookup")["places"]?[0]?["path"]?.string == path)
    #expect(try journey.vendor("lookup").calls.isEmpty)
    #expect(!ending.everything.lowercased().contains("canary"))
  }

  @Test func `ALM-12 stays disabled by a toggle, a saved file and a restart`() async throws {
    let journey = try await disabled()
    let enabled = try await journey.run("connectors", "enable", "lookup")
    #expect(enabled.code == 78 && enabled.complaint.contains("3004"))
    try journey.edit("lookup", "{\n", to: "{ // saved again, with a comment\n\n")
    _ = try await journey.run("connectors", "reload")
    #expect(try await journey.request().state(of: "lookup") == "blocked")
    #expect(try journey.vendor("lookup").calls.isEmpty)
  }

  @Test func `ALM-12 stays disabled by an edit to another purged person`() async throws {
    let journey = try await disabled()
    try journey.edit("lookup", "canary0@example.org", to: "canary2@example.org")
    let reload = try await journey.run("connectors", "reload")
    #expect(reload.output.contains("name a purged person"))
    #expect(try await journey.request().state(of: "lookup") == "blocked")
  }

  @Test func `ALM-12 K-16 comes back by a clean edit and drains`() async throws {
    let journey = try await disabled()
    try journey.edit("lookup", "canary0@example.org", to: "ops@example.org")
    let reload = try await journey.run("connectors", "reload")
    #expect(reload.code == 0, "\(reload.everything)")
    #expect(try await journey.request()["state"]?.string == "completed")
    #expect(try journey.vendor("lookup").ledger.remaining == 0)
  }

  @Test func `ALM-12 needs the vendor's word for a clean edit`() async throws {
    let journey = try await disabled()
    try journey.vendor("lookup").be { $0.isCheck ? HTTPResponse(401) : nil }
    try journey.edit("lookup", "canary0@example.org", to: "ops@example.org")
    let reload = try await journey.run("connectors", "reload")
    #expect(reload.code == 78 && reload.output.contains("401"))
    #expect(try await journey.request().state(of: "lookup") == "blocked")
  }

  @Test func `K-17 is refused when its file is saved after the purge`() async throws {
    let journey = try Journey("batch", "lookup")
    #expect(try await journey.purge().code == 0)
    try journey.edit("lookup", "ops@example.org", to: "canary1@example.org")
    _ = try await journey.run("connectors", "reload", "--no-wait")
    let lookup = try await journey.connector("lookup")
    #expect(lookup["code"]?.integer == 3001)
    #expect(lookup["places"]?[0]?["line"]?.integer == 5)
  }

  /// A finished purge of everybody whose look-up connector named one of them.
  private func disabled() async throws -> Journey {
    let journey = try Journey("batch", "lookup")
    try journey.edit("lookup", "ops@example.org", to: "canary0@example.org")
    _ = try await journey.purge()
    return journey
  }
}

@Suite struct `A connector's file` {
  @Test func `P-04 that is broken leaves the last good revision in use`() async throws {
    let journey = try Journey("batch")
    #expect(try await journey.purge([journey.people[0]]).code == 0)
    try journey.edit("batch", "enabled: true,", to: "enabled: true, enabled: true,")
    let reload = try await journey.run("connectors", "reload")
    #expect(reload.code == 78)
    #expect(reload.output.contains("batch.json5, line 2"))
    #expect(try await journey.purge([journey.people[1]]).code == 0)
  }

  @Test func `that is removed leaves what it owes, and drains when it is back`() async throws {
    let journey = try Journey("batch", "lookup")
    try journey.vendor("lookup").be { $0.isCheck ? nil : HTTPResponse(503) }
    _ = try await journey.purge(nil, "--timeout", "1s")
    let text = try String(contentsOfFile: journey.file("lookup"), encoding: .utf8)
    try FileManager.default.removeItem(atPath: journey.file("lookup"))
    _ = try await journey.run("connectors", "reload")
    #expect(try await journey.request().state(of: "lookup") == "blocked")
    #expect(try await journey.run("connectors", "list").output.contains("lookup"))
    try journey.vendor("lookup").be(nil)
    try journey.desk.write(text, to: "connectors/lookup.json5")
    #expect(try await journey.run("connectors", "reload").code == 0)
    #expect(try await journey.request()["state"]?.string == "completed")
  }

  @Test(arguments: [
    ("token: { file:", "token: \"plain\", x: { file:", "clear text"),
    ("owner:", "ownr:", "ownr"),
    ("sandbox-batch", "sandbox-bach", "sandbox-batch"),
    ("/token\"", "/nothing\"", "cannot be read"),
    ("http://127", "ftp://127", "url"),
  ])
  func `that has a mistake is told file, line and remedy, and nothing changes`(
    old: String, new: String, words: String
  ) async throws {
    let journey = try Journey("batch")
    try journey.edit("batch", old, to: new)
    let check = try await journey.run("connectors", "check")
    #expect(check.code == 78)
    #expect(
      check.output.contains("batch.json5, line") && check.output.contains(words), "\(check.output)")
    #expect(!check.everything.contains("plain\""))
    #expect(try journey.vendor("batch").requests.isEmpty)
  }

  @Test func `BZ-07 whose credential is rejected blocks it and fails nobody`() async throws {
    let journey = try Journey("batch", "lookup")
    try journey.vendor("lookup").be { $0.isCheck ? nil : HTTPResponse(401) }
    #expect(try await journey.purge().code == 1)
    let request = try await journey.request()
    #expect(request.state(of: "batch") == "completed" && request.state(of: "lookup") == "blocked")
    #expect(try await journey.connector("lookup")["code"]?.integer == 3003)
    try journey.vendor("lookup").be(nil)
    try journey.vendor("lookup").credential.withLock { $0 = "renewed" }
    try journey.desk.write("renewed\n", to: "token-2")
    try journey.edit("lookup", "/token\"", to: "/token-2\"")
    #expect(try await journey.run("connectors", "reload").code == 0)
    #expect(try await journey.request()["state"]?.string == "completed")
  }
}
