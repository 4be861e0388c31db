import Documents
import Foundation
import HTTPTypes
import TestSupport
import Testing

@Suite struct `The owner of a system without a connector` {
  /// A journey to an API that answers and an archive that somebody erases by hand; everybody is purged.
  private func purged() async throws -> (journey: Journey, id: String) {
    let journey = try Journey("batch")
    try archive(journey.desk)
    #expect(try await journey.purge().code == 1)
    return (journey, try #require(try await journey.desk.requests().first))
  }

  private func archive(_ desk: Desk) throws {
    let folder = desk.folder + "/manifests/manual"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: Sources.root + "/Connectors/manual/connector.json5",
      toPath: folder + "/connector.json5")
    try desk.write(
      #"{ use: "manual", title: "The archive", settings: { owner: "archive team" } }"#,
      to: "connectors/archive.json5")
  }

  @Test func `ALM-10 keeps a request open until they say that they erased`() async throws {
    let (journey, id) = try await purged()
    let open = try await journey.request()
    #expect(open["isFinal"] == false && open["attentionRequired"] == true)
    #expect(open.state(of: "batch") == "completed")
    #expect(open.state(of: "archive") == "needsAttention")
    #expect(open["sentence"]?.string?.contains("archive waits for its owner") == true)
    let ended = try await journey.run(
      "requests", "attest", id, "--connector", "archive", "--statement", "archive team, ticket 7")
    #expect(ended.code == 0 && ended.output.contains("by the owner's word alone"))
    let done = try await journey.request()
    #expect(done["state"] == "completed")
    let line = try #require(done["tasks"]?.array?.first { $0["connector"] == "archive" })
    #expect(line["evidence"] == "attested" && line["tally"]?["erased"] == 3)
  }

  @Test func `ALM-10 gets a list of everybody that nobody else can read`() async throws {
    let (journey, id) = try await purged()
    let path = journey.desk.folder + "/list.csv"
    let words = ["requests", "letter", id, "--connector", "archive", "--output", "list.csv"]
    let ended = try await journey.desk.run(words)
    #expect(ended.code == 0 && !ended.everything.lowercased().contains("canary"))
    let list = try String(contentsOfFile: path, encoding: .utf8)
    #expect(list.split(separator: "\r\n").count == 4)
    #expect(list.hasPrefix("person,kind,value,label\r\n1,email,Canary0@example.org,\r\n"))
    let rights = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(rights as? Int == 0o600)
    #expect(try await journey.desk.run(words).code == 73)
    let trail = try await journey.run("audit", "list", "--json").output
    #expect(trail.components(separatedBy: "task.letter").count == 2)
    #expect(!trail.lowercased().contains("canary"))
  }

  @Test func `stands in the receipt with their word and nothing more`() async throws {
    let (journey, id) = try await purged()
    let words = ["--connector", "archive", "--statement", "archive team, ticket 7"]
    #expect(try await journey.desk.run(["requests", "attest", id] + words).code == 0)
    let receipt = try await journey.run("requests", "receipt", id).json["receipt"]
    #expect(receipt?["exceptions"]?["byHand"] == ["archive"])
    let line = receipt?["connectors"]?.array?.first { $0["name"] == "archive" }
    #expect(line?["attestations"]?[0]?["statement"] == "archive team, ticket 7")
    #expect(line?["evidence"] == "attested")
    let told = try await journey.run("requests", "recipients", id).output
    #expect(told.contains("**The archive** 3 of 3 people: erased the data by hand"))
  }

  @Test func `is not asked where calls are made`() async throws {
    let (journey, id) = try await purged()
    let attest = try await journey.run(
      "requests", "attest", id, "--connector", "batch", "--statement", "done")
    #expect(attest.code == 77 && attest.complaint.contains("(code 1014)"))
    let letter = try await journey.run(
      "requests", "letter", id, "--connector", "batch", "--output", "list.csv")
    #expect(letter.code == 77 && letter.complaint.contains("(code 1014)"))
    #expect(!FileManager.default.fileExists(atPath: journey.desk.folder + "/list.csv"))
    let empty = try await journey.run(
      "requests", "attest", id, "--connector", "archive", "--statement", " ")
    #expect(empty.code == 65 && empty.complaint.contains("statement says nothing"))
  }

  @Test func `takes over from a vendor whose calls had not come through`() async throws {
    let journey = try Journey("batch")
    try archive(journey.desk)
    try FileManager.default.removeItem(atPath: journey.file("archive"))
    let vendor = try journey.vendor("batch")
    vendor.be { $0.method == .post ? HTTPResponse(503) : nil }
    _ = try await journey.purge(nil, "--timeout", "2s")
    let id = try #require(try await journey.desk.requests().first)
    try journey.desk.write(
      #"{ use: "manual", settings: { owner: "their support" } }"#, to: "connectors/batch.json5")
    #expect(try await journey.run("connectors", "reload").code == 0)
    let waiting = try await journey.run("requests", "wait", id, "--timeout", "1m")
    #expect(waiting.code == 1 && waiting.output.contains("waits for its owner"))
    let ended = try await journey.run(
      "requests", "attest", id, "--connector", "batch", "--statement", "their support, by mail")
    #expect(ended.code == 0, "\(ended.everything)")
    #expect(try await journey.request()["state"] == "completed")
  }
}
