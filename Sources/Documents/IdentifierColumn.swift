/// A list of identifiers as a CSV file: one column, its name in the first line.
///
/// Exactly that shape and no other: UTF-8 with or without a byte order mark, lines that end with LF
/// or CRLF, quotes as RFC 4180 has them. Empty lines are let pass only at the very end.
///
/// It keeps the file's bytes and where each identifier stands in them, since there may be a million.
public struct IdentifierColumn: Sendable {
  /// The first line: what kind the identifiers are of.
  public let header: String
  /// The file's bytes; behind them stand the identifiers that had quotes within.
  public let bytes: [UInt8]
  /// Where each identifier begins in the bytes.
  public let starts: [UInt32]
  /// Where each identifier ends in the bytes.
  public let ends: [UInt32]

  /// Reads bytes.
  public init(reading bytes: [UInt8]) throws(ColumnError) {
    var reader = ColumnReader(bytes)
    try reader.checkEncoding()
    guard let header = try reader.header() else { throw reader.error(.noHeader) }
    self.header = header
    (starts, ends) = try reader.places()
    self.bytes = reader.bytes
  }

  /// The identifiers in their order, repeated ones included.
  public var values: [String] {
    zip(starts, ends).map { String(decoding: bytes[Int($0)..<Int($1)], as: UTF8.self) }
  }
}

extension IdentifierColumn: Hashable {
  /// Two columns are equal when they say the same, however it is written.
  public static func == (a: IdentifierColumn, b: IdentifierColumn) -> Bool {
    a.header == b.header && a.values == b.values
  }

  /// Hashes what it says.
  public func hash(into hasher: inout Hasher) { hasher.combine(values) }
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
  /// What is read, and behind its end what was written without its escapes.
  private(set) var bytes: [UInt8]
  private let end: Int
  private var position: Int
  private var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = bytes.count
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
    guard let place = try field(), !place.isEmpty else { return nil }
    let name = String(decoding: bytes[place], as: UTF8.self)
    let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
    guard !name.utf8.contains(where: separators.contains) else { throw error(.severalColumns) }
    line += 1
    return name
  }

  mutating func places() throws(ColumnError) -> (starts: [UInt32], ends: [UInt32]) {
    let rows = bytes[position...].count { $0 == 0x0A } + 1
    var (starts, ends): ([UInt32], [UInt32]) = ([], [])
    starts.reserveCapacity(rows)
    ends.reserveCapacity(rows)
    while position < end {
      let start = line
      guard let place = try field() else { break }
      guard !place.isEmpty else { throw ColumnError(line: start, problem: .emptyValue) }
      starts.append(UInt32(place.lowerBound))
      ends.append(UInt32(place.upperBound))
      line += 1
    }
    guard !starts.isEmpty else { throw error(.noRows) }
    return (starts, ends)
  }

  /// One line's only field; nothing when no more but empty lines follow.
  private mutating func field() throws(ColumnError) -> Range<Int>? {
    switch position < end ? bytes[position] : 0x0A {
    case UInt8(ascii: "\""): return try quoted()
    case 0x0A, 0x0D:
      guard bytes[position..<end].allSatisfy({ $0 == 0x0A || $0 == 0x0D }) else {
        throw error(line == 1 ? .noHeader : .emptyLine)
      }
      position = end
      return nil
    default: return try plain()
    }
  }

  private mutating func plain() throws(ColumnError) -> Range<Int> {
    let start = position
    while position < end {
      switch bytes[position] {
      case 0x0A, 0x0D:
        let place = start..<position
        try endLine()
        return place
      case UInt8(ascii: ","), 0x09: throw error(.severalColumns)
      case UInt8(ascii: "\""): throw error(.strayQuote)
      case 0..<0x20, 0x7F: throw error(.controlCharacter)
      default: position += 1
      }
    }
    return start..<end
  }

  private mutating func quoted() throws(ColumnError) -> Range<Int> {
    let (opening, start) = (line, position + 1)
    var hasQuotes = false
    position += 1
    while position < end {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard position < end, bytes[position] == byte else {
          let place = start..<(position - 1)
          try endLine()
          return hasQuotes ? withoutEscapes(place) : place
        }
        position += 1
        hasQuotes = true
      } else if byte == 0x0A {
        line += 1
      }
    }
    throw ColumnError(line: opening, problem: .openQuote)
  }

  /// Writes what stands there once more, behind everything else, with each doubled quote single.
  private mutating func withoutEscapes(_ place: Range<Int>) -> Range<Int> {
    let start = bytes.count
    var position = place.lowerBound
    while position < place.upperBound {
      bytes.append(bytes[position])
      position += bytes[position] == UInt8(ascii: "\"") ? 2 : 1
    }
    return start..<bytes.count
  }

  /// Goes past the end of the line, which must be here.
  private mutating func endLine() throws(ColumnError) {
    guard position < end else { return }
    switch bytes[position] {
    case 0x0A: position += 1
    case 0x0D where position + 1 < end && bytes[position + 1] == 0x0A: position += 2
    case 0x0D: throw error(.controlCharacter)
    case UInt8(ascii: ","), 0x09: throw error(.severalColumns)
    default: throw error(.strayQuote)
    }
  }

  func error(_ problem: ColumnError.Problem) -> ColumnError {
    ColumnError(line: line, problem: problem)
  }
}
