/// A JSON or JSON5 text that was read, with the line of each of its values.
///
/// Reading refuses what other readers let pass: a name given twice in one object, text that is not
/// UTF-8, and values nested more than ``maximumDepth`` deep. How long the text may be is the
/// caller's matter.
public struct Document: Sendable {
  /// How strictly the text is written.
  public enum Dialect: Sendable, Hashable {
    /// RFC 8259.
    case json
    /// JSON5: comments, names without quotes, trailing commas, hexadecimal numbers.
    case json5
  }

  /// How deep values may be nested.
  public static let maximumDepth = 200

  /// The value.
  public let root: JSON
  /// The file as the caller named it.
  public let file: String
  private let lines: [String: Int]

  /// Reads bytes of UTF-8.
  public init(
    reading bytes: [UInt8], file: String, dialect: Dialect = .json
  ) throws(DocumentError) {
    var reader = DocumentReader(bytes, file: file, dialect: dialect, notingLines: true)
    root = try reader.read()
    lines = reader.lines
    self.file = file
  }

  /// Reads text.
  public init(
    reading text: String, file: String, dialect: Dialect = .json
  ) throws(DocumentError) {
    try self.init(reading: Array(text.utf8), file: file, dialect: dialect)
  }

  /// The line a member's name or an element stands in; nothing when there is no such place, or
  /// where names are so long that not all of their places could be noted.
  public func line(of pointer: JSONPointer) -> Int? { lines[pointer.description] }

  /// The line of a place, or of what would contain it.
  public func nearestLine(of pointer: JSONPointer) -> Int {
    var place: JSONPointer? = pointer
    while let candidate = place {
      if let line = line(of: candidate) { return line }
      place = candidate.parent
    }
    return 1
  }
}

extension JSON {
  /// Reads bytes of UTF-8 without noting lines: for what a program sent, not a person.
  public init(
    reading bytes: [UInt8], file: String = "text", dialect: Document.Dialect = .json
  ) throws(DocumentError) {
    var reader = DocumentReader(bytes, file: file, dialect: dialect, notingLines: false)
    self = try reader.read()
  }
}
