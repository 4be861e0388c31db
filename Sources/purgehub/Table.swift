/// Rows under headings, each column as wide as its widest cell; the last column is never cut.
struct Table {
  var headings: [String]
  var rows: [[String]] = []

  func lines() -> [String] {
    let widths = headings.indices.map { column in
      ([headings] + rows).map { $0[column].count }.max() ?? 0
    }
    return ([headings] + rows).map { row in
      row.indices.map { column in
        column == row.count - 1
          ? row[column]
          : row[column] + String(repeating: " ", count: widths[column] - row[column].count + 2)
      }.joined()
    }
  }
}
