import Documents
import Foundation
import TestSupport
import Testing

@Suite struct `A screening` {
  /// A journey whose people 0 and 2 are purged.
  private func purged() async throws -> Journey {
    let journey = try Journey("batch")
    let ended = try await journey.purge([journey.people[0], journey.people[2]])
    #expect(ended.code == 0, "\(ended.everything)")
    return journey
  }

  private func screen(_ text: String, _ flags: String..., at journey: Journey) async throws -> Ended
  {
    try journey.desk.write(text, to: "people.csv")
    return try await journey.desk.run(["users", "screen", "people.csv"] + flags)
  }

  @Test func `ALM-06 names the lines of purged people, and nobody`() async throws {
    let journey = try await purged()
    let id = try #require(try await journey.desk.requests().first)
    let ended = try await screen(
      "id,mail,note\n1,canary1@example.org,x\n2, CANARY2@example.org ,\"a\nb\"\n3,,canary0@example.org\n",
      at: journey)
    #expect(ended.code == 1)
    let lines = ended.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("line 3: suppressed (7001), purged by \(id) of 20"))
    #expect(lines[1].hasPrefix("line 5: suppressed (7001), purged by \(id) of 20"))
    #expect(lines[2] == "4 rows, 2 suppressed")
    #expect(!ended.everything.lowercased().contains("canary"))
  }

  @Test func `ALM-06 looks at one column when it is told to`() async throws {
    let journey = try await purged()
    let text = "mail,other\na@example.org,canary0@example.org\ncanary2@example.org,\n"
    let ended = try await screen(text, "--column", "mail", at: journey)
    #expect(ended.code == 1)
    #expect(ended.output.hasPrefix("line 3: "))
    #expect(ended.output.hasSuffix("3 rows, 1 suppressed\n"))
    let wrong = try await screen(text, "--column", "canary", at: journey)
    #expect(wrong.code == 65)
    #expect(!wrong.everything.contains("canary"))
  }

  @Test func `finds a file that begins with a person instead of headings`() async throws {
    let journey = try await purged()
    let ended = try await screen("Canary0@example.org\nb@example.org\n", at: journey)
    #expect(ended.code == 1 && ended.output.hasPrefix("line 1: "))
  }

  @Test func `of people whom nobody purged ends well`() async throws {
    let journey = try await purged()
    let ended = try await screen("mail\nCanary1@example.org\n", at: journey)
    #expect(ended.code == 0)
    #expect(ended.output == "2 rows, 0 suppressed\n")
  }

  @Test(arguments: ["mail\nfine@example.org\n", "mail\nCanary0@example.org\nCanary2@example.org\n"])
  func `prints one JSON document`(text: String) async throws {
    let journey = try await purged()
    let json = try await screen(text, "--json", at: journey).json
    let found = try #require(json["suppressed"]?.array)
    #expect(json["rowsSuppressed"]?.integer == found.count)
    #expect(found.isEmpty == text.contains("fine"))
    for (position, row) in found.enumerated() {
      #expect(row["line"]?.integer == position + 2 && row["code"] == 7001)
      #expect(row["requests"]?[0]?["id"]?.string?.hasPrefix("PRG-") == true)
    }
  }

  @Test func `of a broken file ends with 65, its line, and no name`() async throws {
    let journey = try await purged()
    let ended = try await screen("mail\nCanary0@example.org\nCanary1,b\n", at: journey)
    #expect(ended.code == 65)
    #expect(ended.complaint.contains("Line 3"))
    #expect(ended.output.hasPrefix("line 2: suppressed"))
    let json = try await screen("mail\nCanary0@example.org\nb,c\n", "--json", at: journey)
    #expect(try json.json["isComplete"] == false)
    #expect(try json.json["suppressed"]?[0]?["line"] == 2)
    #expect(!ended.everything.lowercased().contains("canary"))
    #expect(try await journey.run("users", "screen", "none.csv").code == 66)
  }

  @Test func `of a file that breaks off does not pass for a whole one`() async throws {
    let journey = try await purged()
    // A folder can be opened, and not read.
    let ended = try await journey.run("users", "screen", journey.desk.folder)
    #expect(ended.code == 66)
    #expect(ended.complaint.contains("only in part"))
  }

  @Test func `reads standard input`() async throws {
    let journey = try await purged()
    let ended = try await journey.desk.run(
      "users", "screen", "-", input: "mail\nCanary2@example.org\n")
    #expect(ended.code == 1 && ended.output.hasPrefix("line 2: "))
  }

  @Test func `looks through twenty thousand rows in batches`() async throws {
    let journey = try await purged()
    var text = "id;mail\r\n"
    for number in 0..<20_000 { text += "\(number);guest-\(number)@example.org\r\n" }
    let ended = try await screen(text + "1;canary2@example.org", at: journey)
    #expect(ended.code == 1)
    #expect(ended.output.hasPrefix("line 20002: "))
    #expect(ended.output.hasSuffix("20002 rows, 1 suppressed\n"))
  }
}

@Suite struct `The list of recipients` {
  @Test func `tells the person who was told and what each did, in plain words`() async throws {
    let journey = try Journey("batch", "lookup")
    #expect(try await journey.purge([journey.people[0]]).code == 0)
    let id = try #require(try await journey.desk.requests().first)
    let ended = try await journey.run("requests", "recipients", id)
    #expect(ended.code == 0)
    #expect(
      ended.output.hasPrefix("# Who was told to erase the data\n\nRequest \(id), accepted on"))
    let lines = ended.output.split(separator: "\n").filter { $0.hasPrefix("- **") }
    #expect(lines.count == 2)
    for line in lines { #expect(line.contains("** erased the data (last asked on 20")) }
    for word in ["batch", "lookup", "completed", "canary", "6000"] {
      #expect(!ended.output.lowercased().contains(word + " "), "\(word)")
    }
  }

  @Test func `does not say of anybody that they were told when they were not`() async throws {
    let journey = try Journey("batch", "lookup")
    try journey.edit("lookup", "ops@example.org", to: "canary1@example.org")
    #expect(try await journey.purge().code == 1)
    let id = try #require(try await journey.desk.requests().first)
    let page = try await journey.run("requests", "recipients", id, "--json").json
    #expect(page["isFinal"] == false)
    let outcomes = page["recipients"]?.array?.compactMap { $0["outcome"]?.string }
    #expect(outcomes == ["erased", "open"])
    #expect(page["recipients"]?[1]?["lastAskedAt"]?.isNull == true)
    _ = try await journey.run(
      "requests", "waive", id, "--connector", "lookup", "--reason", "contract ended")
    let text = try await journey.run("requests", "recipients", id).output
    #expect(text.contains("3 of 3 people: is exempt by a documented decision"))
    #expect(!text.contains("contract ended"))
  }
}
