import Documents
import Foundation
import Glibc
import Sandbox
import TestSupport
import Testing

/// FAULTS row 31: what becomes of a vendor's host name.
@Suite(.withoutHub, .enabled(if: NameServer.isPossible, "only root can put a name server in place"))
struct `A host name` {
  @Test(arguments: [NameServer.Manner.code(3), .code(2)])
  func `31 that does not resolve is tried again, and keeps no other vendor waiting`(
    manner: NameServer.Manner
  ) async throws {
    let (journey, server) = (try journey(), try NameServer(manner))
    let (ended, _) = try await purge(journey, server, "--timeout", "10s")
    #expect(ended.code == 75, "\(ended.everything)")
    try await expect(journey, "5001")
  }

  @Test func `31 S21 that nobody resolves keeps neither a vendor nor the end waiting`()
    async throws
  {
    let (journey, server) = (try journey(), try NameServer(.silent))
    let (ended, took) = try await purge(journey, server, "--timeout", "10s")
    #expect(ended.code == 75, "\(ended.everything)")
    // The resolver alone would keep it for half a minute at each try.
    #expect(took < .seconds(29))
    try await expect(journey, "5001")
  }

  @Test(arguments: [[127, 0, 0, 1], [169, 254, 169, 254], [10, 0, 0, 1]] as [[UInt8]])
  func `31 that leads into this machine or its network is not spoken to`(
    address: [UInt8]
  ) async throws {
    let (journey, server) = (try journey(), try NameServer(.address(address)))
    try journey.edit("lookup", "selfHosted: true", to: "selfHosted: false")
    try journey.edit("lookup", "http://", to: "https://")
    let (ended, _) = try await purge(journey, server, "--timeout", "10s")
    #expect(ended.code == 75, "\(ended.everything)")
    try await expect(journey, "5006")
    #expect(try journey.vendor("lookup").calls.isEmpty)
  }

  @Test func `31 of a connector that was never enabled is not waited for`() async throws {
    let (journey, server) = (try Journey("batch", "lookup"), try NameServer(.silent))
    try journey.edit("lookup", "127.0.0.1", to: "vendor.test")
    let (ended, took) = try await purge(journey, server)
    #expect(ended.code == 1, "\(ended.everything)")
    #expect(took < .seconds(29))
    #expect(try await journey.request().state(of: "lookup") == "blocked")
    #expect(try journey.vendor("batch").ledger.remaining == 0)
  }

  /// A vendor with an address, and one with a name that only the name server knows; the latter's
  /// first request is one that erases.
  private func journey() throws -> Journey {
    let journey = try Journey("batch", "lookup")
    try journey.edit("lookup", "127.0.0.1", to: "vendor.test")
    let manifest = "manifests/sandbox-lookup/connector.json5"
    let text = try String(contentsOfFile: journey.desk.folder + "/" + manifest, encoding: .utf8)
    let lines = text.split(separator: "\n").filter { line in
      !["check:", "selfHosted:"].contains { line.contains($0) }
    }
    try journey.desk.write(lines.joined(separator: "\n"), to: manifest)
    return journey
  }

  private func purge(
    _ journey: Journey, _ server: NameServer, _ flags: String...
  ) async throws -> (Ended, Duration) {
    let names = journey.people.flatMap { ["--email", $0] }
    let wrapper = try server.wrapper(in: journey.desk)
    let plan = try journey.desk.start(["plan", "--json"] + names, wrappedIn: wrapper)
    let planned = try await onThread { try plan.end() }
    let hash = try #require(try planned.json["plan"]?.string, "\(planned.everything)")
    let words = ["purge", "--yes", hash] + names + flags
    let purge = try journey.desk.start(words, wrappedIn: wrapper)
    return try await onThread {
      let start = ContinuousClock.now
      return (try purge.end(), start.duration(to: .now))
    }
  }

  /// The other vendor did its part, and the named one waits for its next try.
  private func expect(_ journey: Journey, _ code: String) async throws {
    #expect(try journey.vendor("batch").ledger.remaining == 0)
    let copy = try DatabaseCopy(of: journey.desk.folder + "/data")
    let codes = try await copy.rows(
      "SELECT DISTINCT code FROM attempt WHERE connector = 'lookup'")
    #expect(codes == [code])
    #expect(try await copy.faults() == [])
  }
}
