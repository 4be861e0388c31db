import Documents

/// A list of identifiers.
enum CSVTarget {
  static func run(_ bytes: [UInt8]) throws(Broken) {
    let column: IdentifierColumn
    do throws(ColumnError) {
      column = try IdentifierColumn(reading: bytes)
    } catch {
      try expect(error.line >= 1, "an error has a line")
      try expect(!error.description.contains(Marker.text), "an error names nobody")
      return
    }
    try expect(!column.values.isEmpty && !column.header.isEmpty, "a column has a name and rows")
    try expect(!column.values.contains(""), "no identifier is empty")
    let again = try? IdentifierColumn(reading: column.written)
    try expect(again == column, "a column that is written again is read alike")
  }
}

extension IdentifierColumn {
  /// The same column with every field in quotes.
  fileprivate var written: [UInt8] {
    ([header] + values).flatMap { value in
      Array("\"".utf8) + value.utf8.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
        + Array("\"\n".utf8)
    }
  }
}
