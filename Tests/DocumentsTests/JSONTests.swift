import Documents
import Testing

@Suite struct `A JSON value` {
  let value: JSON = ["b": [1, 2.5, .null, true], "a": "q\"\\\n\u{1}\u{1F}é😀/", "c": [:], "d": []]

  @Test func `is written compactly, in order, with only the escapes it needs`() {
    let text = #"{"b":[1,2.5,null,true],"a":"q\"\\\n\u0001\u001fé😀/","c":{},"d":[]}"#
    #expect(String(decoding: value.encoded(), as: UTF8.self) == text)
  }

  @Test func `is written for people with one member a line`() {
    let text = "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}"
    let value: JSON = ["a": [1, [:]], "b": []]
    #expect(String(decoding: value.encodedPretty(), as: UTF8.self) == text)
  }

  @Test func `is read back as it was`() throws {
    #expect(try JSON(reading: value.encoded()) == value)
    #expect(try JSON(reading: value.encodedPretty()) == value)
  }

  @Test(arguments: [("5", 5), ("-7", -7), ("1e3", 1000), ("2.0", 2), ("2.5", nil), ("1e30", nil)])
  func `is an integer when it is whole and fits`(text: String, integer: Int?) {
    #expect(JSON.number(text).integer == integer)
  }

  @Test func `gives its parts by name and position`() {
    #expect(value["b"]?[1]?.double == 2.5)
    #expect(value["b"]?[4] == nil)
    #expect(value["b"]?[3]?.bool == true)
    #expect(value["x"] == nil)
    #expect(value["a"]?["b"] == nil)
  }

  @Test(
    arguments: [
      (["a": 1, "b": 2] as JSON, ["b": 2, "a": .number("1.0")] as JSON, true),
      ([1, 2], [2, 1], false), (["a": 1], ["a": 1, "b": 1], false), (1, "1", false),
      (.null, .null, true),
    ] as [(JSON, JSON, Bool)])
  func `means the same with its members in another order`(one: JSON, two: JSON, same: Bool) {
    #expect(one.isEquivalent(to: two) == same)
  }
}

@Suite struct `A pointer` {
  // The examples of RFC 6901, section 5.
  let document: JSON = [
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6,
    " ": 7, "m~n": 8,
  ]

  @Test(
    arguments: [
      ("/foo/0", "bar" as JSON), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4),
      ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7), ("/m~0n", 8),
    ] as [(String, JSON)])
  func `finds what RFC 6901 says it finds`(text: String, value: JSON) throws {
    let pointer = try JSONPointer(text)
    #expect(document.at(pointer) == value)
    #expect(pointer.description == text)
  }

  @Test func `that is empty is the whole`() throws {
    #expect(document.at(try JSONPointer("")) == document)
  }

  @Test(arguments: ["/foo/2", "/foo/-", "/foo/00", "/foo/+1", "/x", "/foo/0/a", "//"])
  func `finds nothing where nothing is`(text: String) throws {
    #expect(document.at(try JSONPointer(text)) == nil)
  }

  @Test(arguments: ["a", "$.a", "/a~", "/a~2"])
  func `is refused when it is not one`(text: String) {
    #expect(throws: PathError.self) { try JSONPointer(text) }
  }

  @Test func `can be written as people write it`() throws {
    #expect(try JSONPointer("/erase/0/json/a b").dotted == "erase[0].json.a b")
  }
}

@Suite struct `A path` {
  let document: JSON = ["data": [["id": 1], ["id": 2], 3], "a b": ["x": 1, "y": 2]]

  @Test(
    arguments: [
      ("$.data[*]", [["id": 1], ["id": 2], 3]), ("$.data[*].id", [1, 2]),
      ("$.data[0]", [["id": 1]]), ("$.data[-1]", [3]), ("$['a b'].*", [1, 2]),
      ("$[\"a b\"]['x']", [1]), ("$.none[*]", []), ("$.data[7]", []),
      ("$['data'][*]['id']", [1, 2]),
    ] as [(String, [JSON])])
  func `names rows in their order`(text: String, rows: [JSON]) throws {
    #expect(try JSONPath(text).rows(in: document) == rows)
  }

  @Test(
    arguments: [
      ("$.data[*]", ["data": []], []), ("$.data[*]", ["data": [1]], [1]),
      ("$.data[*].id", ["data": [["id": 1], [:]]], [1]), ("$[*]", [], []),
      ("$.a[*].b[*]", ["a": [["b": [1]], ["b": [2, 3]]]], [1, 2, 3]), ("$.user", [:], []),
      ("$.data[*]", [:], nil), ("$.data[*]", ["data": .null], nil),
      ("$.data[*]", ["data": ["a": 1]], nil), ("$.a.b[*]", ["a": 1], nil),
      ("$.a[*].b[*]", ["a": [[:]]], nil), ("$[*]", "x", nil),
    ] as [(String, JSON, [JSON]?)])
  func `tells a missing list from an empty one`(text: String, value: JSON, rows: [JSON]?) throws {
    #expect(try JSONPath(text).list(in: value) == rows)
  }

  @Test func `of a dollar alone names the whole`() throws {
    #expect(try JSONPath("$").rows(in: document) == [document])
  }

  @Test(arguments: [
    "", "data", "$data", "$..a", "$.a[", "$.a[?(@.b)]", "$.a[1:2]", "$.", "$['a", "$[01]",
  ])
  func `is refused beyond names, positions and stars`(text: String) {
    #expect(throws: PathError.self) { try JSONPath(text) }
  }
}
