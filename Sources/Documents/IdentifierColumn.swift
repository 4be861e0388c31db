/// A list of identifiers as a CSV file: one column, its name in the first line.
///
/// Exactly that shape and no other: UTF-8 with or without a byte order mark, lines that end with LF
/// or CRLF, quotes as RFC 4180 has them. Empty lines are let pass only at the very end.
public struct IdentifierColumn: Sendable, Hashable {
  /// The first line: what kind the identifiers are of.
  public let header: String
  /// The identifiers in their order, repeated ones included.
  public let values: [String]

  /// Reads bytes.
  public init(reading bytes: [UInt8]) throws(ColumnError) {
    var reader = ColumnReader(bytes)
    try reader.checkEncoding()
    guard let header = try reader.header() else { throw reader.error(.noHeader) }
    self.header = header
    values = try reader.values()
  }
}

/// Why a file is not a column of identifiers; it never carries what stands in the file.
public struct ColumnError: Error, Sendable, Hashable {
  /// What can be wrong.
  public enum Problem: Sendable, Hashable, CaseIterable {
    case notUTF8
    case noHeader
    case severalColumns
    case noRows
    case emptyLine
    case emptyValue
    case strayQuote
    case openQuote
    case controlCharacter
  }

  /// The line in question, from 1.
  public let line: Int
  /// What is wrong there.
  public let problem: Problem
}

extension ColumnError: CustomStringConvertible {
  /// The sentence for people: where, what, and what to do.
  public var description: String {
    switch problem {
    case .notUTF8: "Line \(line) is not UTF-8; save the file as \"CSV UTF-8\"."
    case .noHeader:
      "Line \(line) is empty; the first line names the kind of identifier, such as external_id."
    case .severalColumns:
      "Line \(line) has several columns; the file must have exactly one. "
        + "Put an identifier that contains a comma in quotes."
    case .noRows: "The file has no rows; put one identifier in each line after the first."
    case .emptyLine: "Line \(line) is empty; take it out."
    case .emptyValue: "Line \(line) holds an empty identifier; take it out."
    case .strayQuote:
      "Line \(line) has a quote where none may stand; "
        + "put the whole identifier in quotes and double those within."
    case .openQuote: "The quote that opens in line \(line) is never closed; close it."
    case .controlCharacter:
      "Line \(line) holds a control character; end lines with LF or CRLF and take others out."
    }
  }
}

private struct ColumnReader {
  private let bytes: [UInt8]
  private var position: Int
  private var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  func checkEncoding() throws(ColumnError) {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch let problem {
      let lines = bytes[..<problem.byteOffsets.lowerBound].count { $0 == 0x0A }
      throw ColumnError(line: lines + 1, problem: .notUTF8)
    }
  }

  mutating func header() throws(ColumnError) -> String? {
    guard let name = try field(), !name.isEmpty else { return nil }
    let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
    guard !name.utf8.contains(where: separators.contains) else { throw error(.severalColumns) }
    line += 1
    return name
  }

  mutating func values() throws(ColumnError) -> [String] {
    var values: [String] = []
    values.reserveCapacity((bytes.count - position) / 24)
    while position < bytes.count {
      let start = line
      guard let value = try field() else { break }
      guard !value.isEmpty else { throw ColumnError(line: start, problem: .emptyValue) }
      values.append(value)
      line += 1
    }
    guard !values.isEmpty else { throw error(.noRows) }
    return values
  }

  /// One line's only field; nothing when no more but empty lines follow.
  private mutating func field() throws(ColumnError) -> String? {
    switch position < bytes.count ? bytes[position] : 0x0A {
    case UInt8(ascii: "\""): return try quoted()
    case 0x0A, 0x0D:
      guard bytes[position...].allSatisfy({ $0 == 0x0A || $0 == 0x0D }) else {
        throw error(line == 1 ? .noHeader : .emptyLine)
      }
      position = bytes.count
      return nil
    default: return try plain()
    }
  }

  private mutating func plain() throws(ColumnError) -> String {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case 0x0A, 0x0D:
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        try endLine()
        return text
      case UInt8(ascii: ","), 0x09: throw error(.severalColumns)
      case UInt8(ascii: "\""): throw error(.strayQuote)
      case 0..<0x20, 0x7F: throw error(.controlCharacter)
      default: position += 1
      }
    }
    return String(decoding: bytes[start...], as: UTF8.self)
  }

  private mutating func quoted() throws(ColumnError) -> String {
    let opening = line
    var text: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard position < bytes.count, bytes[position] == byte else {
          try endLine()
          return String(decoding: text, as: UTF8.self)
        }
        position += 1
      } else if byte == 0x0A {
        line += 1
      }
      text.append(byte)
    }
    throw ColumnError(line: opening, problem: .openQuote)
  }

  /// Goes past the end of the line, which must be here.
  private mutating func endLine() throws(ColumnError) {
    guard position < bytes.count else { return }
    switch bytes[position] {
    case 0x0A: position += 1
    case 0x0D where position + 1 < bytes.count && bytes[position + 1] == 0x0A: position += 2
    case 0x0D: throw error(.controlCharacter)
    case UInt8(ascii: ","), 0x09: throw error(.severalColumns)
    default: throw error(.strayQuote)
    }
  }

  func error(_ problem: ColumnError.Problem) -> ColumnError {
    ColumnError(line: line, problem: problem)
  }
}
