import Documents
import Testing

@Suite struct `A column of identifiers` {
  @Test(arguments: [
    "player_id\na\nb\n", "player_id\na\nb", "player_id\r\na\r\nb\r\n", "\u{FEFF}player_id\na\nb\n",
    "\"player_id\"\n\"a\"\r\n\"b\"", "player_id\na\nb\n\n\r\n",
  ])
  func `OS-19 is read with any line end, mark and quotes`(text: String) throws {
    let column = try IdentifierColumn(reading: Array(text.utf8))
    #expect(column.header == "player_id")
    #expect(column.values == ["a", "b"])
  }

  @Test func `OS-19 keeps what stands in quotes, and the order`() throws {
    let column = try IdentifierColumn(reading: Array("id\n\"b,\"\"x\"\"\"\na;b é\nb\n".utf8))
    #expect(column.values == ["b,\"x\"", "a;b é", "b"])
  }

  @Test(
    arguments: [
      ("", 1, .noHeader), ("\nid\n", 1, .noHeader), ("\"\"\na\n", 1, .noHeader),
      ("id,name\na,b\n", 1, .severalColumns), ("id;name\na\n", 1, .severalColumns),
      ("id\na\nb,c\n", 3, .severalColumns), ("id\na\tb\n", 2, .severalColumns),
      ("id\n\"a\",b\n", 2, .severalColumns), ("id\n", 2, .noRows), ("id\n\n\n", 2, .noRows),
      ("id", 2, .noRows), ("id\na\n\nb\n", 3, .emptyLine), ("id\n\"\"\n", 2, .emptyValue),
      ("id\na\"b\n", 2, .strayQuote), ("id\n\"a\"b\n", 2, .strayQuote),
      ("id\na\n\"b\nc\n", 3, .openQuote), ("id\na\rb\n", 2, .controlCharacter),
      ("id\na\0\n", 2, .controlCharacter), ("id\n\"a\nb\"\nc,d\n", 4, .severalColumns),
    ] as [(String, Int, ColumnError.Problem)])
  func `OS-19 of another shape is refused with its line, never its value`(
    text: String, line: Int, problem: ColumnError.Problem
  ) {
    let error = #expect(throws: ColumnError.self) {
      try IdentifierColumn(reading: Array(text.utf8))
    }
    #expect(error?.line == line)
    #expect(error?.problem == problem)
    #expect(error?.description.contains("name") != true || problem == .noHeader)
  }

  @Test func `YA-18 is refused when it is not UTF-8`() {
    let bytes = Array("id\na\n".utf8) + [0xE2, 0x28]
    let error = #expect(throws: ColumnError.self) { try IdentifierColumn(reading: bytes) }
    #expect(error?.description == "Line 3 is not UTF-8; save the file as \"CSV UTF-8\".")
  }

  @Test func `of a hundred thousand rows is read whole`() throws {
    let text = "id\n" + (0..<100_000).map { "u-\($0)\n" }.joined()
    let column = try IdentifierColumn(reading: Array(text.utf8))
    #expect(column.values.count == 100_000)
    #expect(column.values.last == "u-99999")
  }
}
