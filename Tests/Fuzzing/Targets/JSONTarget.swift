import Documents

/// A JSON or JSON5 text: what is read, written and read again is the same.
enum JSONTarget {
  static func run(_ bytes: [UInt8]) throws(Broken) {
    let strict = try value(bytes, .json)
    let loose = try value(bytes, .json5)
    if let strict {
      try expect(loose?.encoded() == strict.encoded(), "every JSON text is a JSON5 text")
    }
    guard let value = strict ?? loose else { return }
    let text = value.encoded()
    for written in [text, value.encodedPretty()] {
      let again = try self.value(written, .json)
      try expect(again?.encoded() == text, "what is written can be read again")
    }
    try expect(value.isEquivalent(to: value), "a value means what it means")
  }

  private static func value(
    _ bytes: [UInt8], _ dialect: Document.Dialect
  ) throws(Broken) -> JSON? {
    let quick = try? JSON(reading: bytes, dialect: dialect)
    let document: Document
    do throws(DocumentError) {
      document = try Document(reading: bytes, file: "text", dialect: dialect)
    } catch {
      try expect(quick == nil, "lines change no verdict")
      try expect(error.line >= 1 && error.column >= 1, "an error has a place")
      return nil
    }
    try expect(quick?.encoded() == document.root.encoded(), "lines change no value")
    return document.root
  }
}
