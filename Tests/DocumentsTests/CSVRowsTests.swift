import Documents
import Testing

@Suite struct `The rows of a CSV` {
  /// Reads a text in pieces of so many bytes.
  private func rows(_ bytes: [UInt8], by size: Int = 1) throws -> [CSVRows.Row] {
    var reader = CSVRows()
    var rows: [CSVRows.Row] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      rows += try reader.read(bytes[start..<min(start + size, bytes.count)])
    }
    if let last = try reader.end() { rows.append(last) }
    return rows
  }

  @Test(
    arguments: [
      "a,b\n1,2\n", "a,b\r\n1,2", "\u{FEFF}a,b\n1,2\n", "\u{FEFF}\"a\",\"b\"\n\"1\",2\r\n",
      "a;b\n1;2",
      "a\tb\n1\t2\n", "a,b\n\n1,2\n\r\n",
    ], [1, 2, 3, 1_000])
  func `are read with any line end, mark, separator and piece`(text: String, size: Int) throws {
    let rows = try rows(Array(text.utf8), by: size)
    #expect(rows.map(\.cells) == [["a", "b"], ["1", "2"]])
  }

  @Test func `keep what stands in quotes, and count lines within them`() throws {
    let rows = try rows(Array("a,\"b,\"\"x\"\"\nc\"\nd,\u{FEFF}\n,e\n".utf8))
    #expect(rows.map(\.cells) == [["a", "b,\"x\"\nc"], ["d", "\u{FEFF}"], ["", "e"]])
    #expect(rows.map(\.line) == [1, 3, 4])
  }

  @Test func `have one separator, and others are text`() throws {
    #expect(
      try rows(Array("a;b,c\nd;e\tf\n".utf8)).map(\.cells) == [["a", "b,c"], ["d", "e\tf"]])
  }

  @Test func `begin with a letter that begins like the mark`() throws {
    #expect(try rows(Array("\u{FF21},b\n".utf8)).map(\.cells) == [["\u{FF21}", "b"]])
  }

  @Test(
    arguments: [
      ("a,b\nc\n", 2, .unevenColumns), ("a\nb,c\n", 2, .unevenColumns),
      ("a\nb\"c\n", 2, .strayQuote), ("a\n\"b\"c\n", 2, .strayQuote),
      ("a\n\"b\nc\n", 2, .openQuote), ("a\rb\n", 1, .controlCharacter),
      ("a\r", 1, .controlCharacter),
      ("a\nb\0\n", 2, .controlCharacter),
    ] as [(String, Int, CSVError.Problem)])
  func `of another shape are refused with their line`(
    text: String, line: Int, problem: CSVError.Problem
  ) {
    let error = #expect(throws: CSVError.self) { try rows(Array(text.utf8)) }
    #expect(error?.line == line)
    #expect(error?.problem == problem)
  }

  @Test func `before one that is refused are given first`() throws {
    var reader = CSVRows()
    #expect(try reader.read(Array("a,b\n1,2\n3\n4,5\n".utf8)).count == 2)
    #expect(throws: CSVError.self) { try reader.end() }
    let error = #expect(throws: CSVError.self) { try reader.read([0x61]) }
    #expect(error?.line == 3)
  }

  @Test func `are refused when they are not UTF-8`() {
    let error = #expect(throws: CSVError.self) { try rows([0x61, 0x0A, 0xE2, 0x28, 0x0A]) }
    #expect(error?.problem == .notUTF8 && error?.line == 2)
  }

  @Test func `are not kept in memory for a quote that never closes`() {
    let error = #expect(throws: CSVError.self) {
      try rows([0x22] + Array(repeating: 0x61, count: 2 << 20), by: 1 << 16)
    }
    #expect(error?.problem == .tooLong)
  }
}
