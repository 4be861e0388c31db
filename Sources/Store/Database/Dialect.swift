/// The few words that differ between databases.
enum Dialect {
  /// A schema text with marks where words of dialect go.
  struct Text: Sendable {
    private let text: StaticString
    init(_ text: StaticString) { self.text = text }

    /// For SQLite: a table is kept in the order of its primary key.
    var sqlite: String { text.description.replacing("/*keyed*/", with: "WITHOUT ROWID") }
  }
}
