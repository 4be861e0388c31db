import Documents
import Testing

@Suite struct `Reading a document` {
  @Test(
    arguments: [
      ("null", JSON.null), ("true", true), ("-0.5e+10", .number("-0.5e10")), ("\"a\"", "a"),
      ("[]", []), ("{}", [:]), ("[1,[2]]", [1, [2]]), (" {\"a\":{\"b\":\"\"}} ", ["a": ["b": ""]]),
      (#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, "\"\\/\u{8}\u{C}\n\r\té😀"),
      ("\u{FEFF}1", 1), ("1.0", .number("1.0")),
      ("100000000000000000000", .number("100000000000000000000")),
    ] as [(String, JSON)])
  func `takes what JSON allows`(text: String, value: JSON) throws {
    #expect(try Document(reading: text, file: "a.json").root == value)
  }

  @Test(
    arguments: [
      ("// why\n{a: 1,}", ["a": 1] as JSON), ("/* * */ [1,]", [1]),
      ("{'a\\'b': 'c\"d'}", ["a'b": "c\"d"]), ("{$a_1: 0x1F}", ["$a_1": 31]),
      ("[+1, .5, 5., -.5]", [1, .number("0.5"), 5, .number("-0.5")]),
      ("'one \\\n two'", "one  two"), ("'\\x41\\v\\0'", "A\u{B}\0"), ("'\\q'", "q"),
      ("\u{A0}\u{2028}{über: 'x'}", ["über": "x"]), ("-0xa", -10),
    ] as [(String, JSON)])
  func `takes what JSON5 allows, when asked to`(text: String, value: JSON) throws {
    #expect(try Document(reading: text, file: "a.json5", dialect: .json5).root == value)
    #expect(throws: DocumentError.self) { try Document(reading: text, file: "a.json") }
  }

  @Test(arguments: [
    ("", 1, 1, "too early"), ("{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, "\",\" or \"}\""),
    ("[1,\n2,\n]", 2, 2, "last \",\""), ("{\"a\":1,\r\n\"é\":2,\"a\":3}", 2, 7, "in line 1"),
    ("[nul]", 1, 2, "quotes"), ("01", 1, 1, "begin with 0"), ("\"a\nb\"", 1, 1, "in its line"),
    ("\"\u{1}\"", 1, 2, "control"), ("\"\\ud800\"", 1, 2, "half a character"),
    ("\"\\x41\"", 1, 2, "no such escape"), ("1 2", 1, 3, "nothing may follow"),
    ("[1", 1, 3, "too early"), ("\"abc", 1, 1, "never closed"), ("1e", 1, 1, "after the \"e\""),
    ("{1:2}", 1, 2, "a name"), ("{\"a\" 1}", 1, 6, "\":\""), ("1.", 1, 1, "point"),
  ])
  func `says where and why it stopped`(text: String, line: Int, column: Int, words: String) {
    let error = #expect(throws: DocumentError.self) { try Document(reading: text, file: "f") }
    #expect(error?.line == line)
    #expect(error?.column == column)
    #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
  }

  @Test(arguments: ["Infinity", "-Infinity", "NaN", "[+]", "0x", "/* a", "{1a: 2}", "'\\1'", "/a"])
  func `refuses what no JSON can hold`(text: String) {
    #expect(throws: DocumentError.self) { try Document(reading: text, file: "f", dialect: .json5) }
  }

  @Test func `refuses bytes that are not UTF-8, naming the line`() {
    let bytes = Array("{\n\"a\": \"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
    let error = #expect(throws: DocumentError.self) { try Document(reading: bytes, file: "f") }
    #expect(error?.description == "f, line 2, column 7: the text is not UTF-8; save it as UTF-8.")
  }

  @Test(arguments: [200, 201, 100_000])
  func `takes two hundred levels and not one more`(depth: Int) throws {
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let value = try? JSON(reading: Array(text.utf8))
    #expect((value != nil) == (depth <= Document.maximumDepth))
  }

  @Test(arguments: [2, 16, 17, 18, 19, 40])
  func `notices a repeated name in an object of any size`(size: Int) {
    let members = (1..<size).map { "\"k\($0)\":0" } + ["\n\"k\(size - 1)\":0"]
    let text = "{" + members.joined(separator: ",") + "}"
    let error = #expect(throws: DocumentError.self) { try Document(reading: text, file: "f") }
    #expect(error?.line == 2)
    #expect(error?.reason == "the same name was already given in line 1")
  }

  @Test func `never repeats what it read in an error`() {
    let error = #expect(throws: DocumentError.self) {
      try Document(reading: "{\"a@b.c\": 1, \"a@b.c\": s3cret}", file: "f")
    }
    #expect(error?.description.contains("a@b.c") == false)
  }

  @Test func `survives any single byte put anywhere`() {
    let text = Array("{\"a\":[1,2.5e3,\"x\\u00e9\",true],'b':0x1F,// c\n}".utf8)
    for position in text.indices {
      for byte in UInt8.min...UInt8.max {
        var bytes = text
        bytes[position] = byte
        _ = try? Document(reading: bytes, file: "f", dialect: .json5)
      }
    }
  }
}

@Suite struct `The lines of a document` {
  let text = "{\n  a: 1,\n  'b/c': [\n    2,\n    {\n      d: 3 } ] }"

  @Test(arguments: [
    ("", 1), ("/a", 2), ("/b~1c", 3), ("/b~1c/0", 4), ("/b~1c/1", 5), ("/b~1c/1/d", 6),
  ])
  func `are known for each name and element`(pointer: String, line: Int) throws {
    let document = try Document(reading: text, file: "f", dialect: .json5)
    #expect(document.line(of: try JSONPointer(pointer)) == line)
  }

  @Test func `of a missing place is that of its surroundings`() throws {
    let document = try Document(reading: text, file: "f", dialect: .json5)
    #expect(document.line(of: try JSONPointer("/b~1c/1/e")) == nil)
    #expect(document.nearestLine(of: try JSONPointer("/b~1c/1/e/f")) == 5)
  }

  @Test func `are not noted a thousand times with a very long name in them`() throws {
    let name = String(repeating: "a", count: 100_000)
    let list = Array(repeating: "1", count: 1_000).joined(separator: ",\n")
    let document = try Document(reading: "{\n\"\(name)\": [\n\(list)]}", file: "f")
    let first = JSONPointer(steps: [name, "0"])
    let last = JSONPointer(steps: [name, "999"])
    #expect(document.line(of: first) == 3)
    #expect(document.line(of: last) == nil)
    #expect(document.nearestLine(of: last) == 2)
  }
}
