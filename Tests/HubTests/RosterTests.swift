import Documents
import PurgeCore
import Testing

@testable import Hub

@Suite struct `A roster` {
  private static func column(_ text: String) throws -> Roster.Column {
    let read = try IdentifierColumn(reading: Array(text.utf8))
    return Roster.Column(.email, in: read.bytes, from: read.starts, to: read.ends)
  }

  @Test func `of a column holds the same people as a list`() throws {
    let column = try Self.column("email\na@example.org\n\"b,\"\"x\"\"\"\nc@example.org\n")
    let listed = ["a@example.org", "b,\"x\"", "c@example.org"].map {
      Subject([Identity(.email, $0)])
    }
    #expect(Roster(column) == Roster(listed))
    #expect(Roster(column).map(\.identities) == listed.map(\.identities))
    #expect(Roster(column).hashValue == Roster(listed).hashValue)
  }

  @Test func `of another order is another`() throws {
    #expect(try Roster(Self.column("id\na\nb\n")) != Roster(Self.column("id\nb\na\n")))
  }

  @Test func `ALM-23 counts people given twice once, in the order they came`() throws {
    let column = try Self.column("email\nb\na\n\"b\"\nc\na\nb\n")
    let selection = try Selection(column, purpose: .dataHygiene)
    #expect(selection.people.flatMap(\.identities).map(\.value) == ["b", "a", "c"])
  }

  @Test func `selects the same as a list of the same people`() throws {
    var column = try Self.column("email\n" + (0..<3_000).map { "u\($0 % 2_500)\n" }.joined())
    column.prioritization = [.identified, .mostRecentlyUpdated]
    let identities = (0..<2_500).map {
      Identity(.email, "u\($0)", prioritization: [.identified, .mostRecentlyUpdated])
    }
    let selection = try Selection(column, purpose: .dataHygiene)
    let listed = try Selection(kind: .email, identities: identities, purpose: .dataHygiene)
    #expect(selection.people == listed.people)
    #expect(selection.digest == listed.digest)
  }

  @Test func `counts people as the file's lines do, those given twice included`() throws {
    let column = try Self.column("email\na\na\nb\na\nc\n")
    let selection = try Selection(column, purpose: .dataHygiene)
    #expect((0..<3).map(selection.number) == [2, 4, 6])
  }

  @Test func `keeps people whose names only look alike`() throws {
    let selection = try Selection(
      Self.column("email\njos\u{e9}\njose\u{301}\njos\u{e9}\n"), purpose: .dataHygiene)
    #expect(selection.people.count == 2)
  }
}
