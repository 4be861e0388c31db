import Documents
import Testing

@Suite struct `The canonical spelling` {
  private func spelled(_ text: String) throws -> String? {
    try JSON(reading: Array(text.utf8)).canonical().map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    (#" { "b" : 1 , "a" : [ true , null , "x" ] } "#, #"{"a":[true,null,"x"],"b":1}"#),
    (#"{"b":{"d":1,"c":2},"a":{}}"#, #"{"a":{},"b":{"c":2,"d":1}}"#),
    (#"["\u0041\u00e9\/","\u001F\u000a\"\\"]"#, "[\"A\u{e9}/\",\"\\u001f\\n\\\"\\\\\"]"),
    ("[1e3, -0, 10.0, -7]", "[1000,0,10,-7]"),
    // By UTF-16 code units a sign beyond the basic plane stands before U+FB33 (RFC 8785, 3.2.3).
    ("{\"\u{fb33}\":1,\"\u{1f600}\":2}", "{\"\u{1f600}\":2,\"\u{fb33}\":1}"),
  ])
  func `is one for all texts that mean the same`(text: String, canonical: String) throws {
    #expect(try spelled(text) == canonical)
  }

  @Test(arguments: ["1.5", "[9007199254740992]", #"{"a":{"b":0.1}}"#, "1e400"])
  func `has no numbers that programs spell differently`(text: String) throws {
    #expect(try spelled(text) == nil)
  }

  @Test func `has no name twice`() {
    let value = JSON.object([.init("a", 1), .init("b", 2), .init("a", 3)])
    #expect(value.canonical() == nil)
  }
}
