/// Reads the rows of a CSV file as its bytes come, in bounded memory.
///
/// UTF-8 with or without a byte order mark, lines that end with LF or CRLF, quotes as RFC 4180 has
/// them; the first comma, semicolon or tab outside quotes is what separates columns. Every row has
/// as many columns as the first; empty lines are let pass. The first row is one like the others.
public struct CSVRows: Sendable {
  /// A row and where it begins.
  public struct Row: Sendable, Hashable {
    /// The line of the file, from 1.
    public var line: Int
    /// What stands in it, without quotes.
    public var cells: [String]
  }

  private enum Place {
    case start, plain, quoted, afterQuote
  }

  /// The byte order mark that may stand before everything else.
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// More than this is no row but a quote that is never closed.
  private static let mostBytes = 1 << 20

  private var place = Place.start
  private var cell: [UInt8] = []
  private var cells: [String] = []
  private var rowBytes = 0
  private var line = 1
  private var rowLine = 1
  private var endsWithReturn = false
  private var separator: UInt8?
  private var columns: Int?
  private var failure: CSVError?

  /// Begins a file.
  public init() {}

  /// Takes the next bytes and gives the rows that end in them.
  ///
  /// What is wrong after some of these rows is thrown by the next call, so that no row is lost.
  public mutating func read(_ bytes: some Sequence<UInt8>) throws(CSVError) -> [Row] {
    if let failure { throw failure }
    var rows: [Row] = []
    do throws(CSVError) {
      for byte in bytes {
        if let row = try take(byte) { rows.append(row) }
      }
    } catch {
      guard !rows.isEmpty else { throw error }
      failure = error
    }
    return rows
  }

  /// Takes the end of the file and gives the last row, if its line has no end.
  public mutating func end() throws(CSVError) -> Row? {
    if let failure { throw failure }
    guard !endsWithReturn else { throw error(.controlCharacter) }
    guard place != .quoted else { throw CSVError(line: rowLine, problem: .openQuote) }
    return try endRow()
  }

  private mutating func take(_ byte: UInt8) throws(CSVError) -> Row? {
    rowBytes += 1
    guard rowBytes <= Self.mostBytes else { throw CSVError(line: rowLine, problem: .tooLong) }
    guard byte != 0 else { throw error(.controlCharacter) }
    if place == .quoted {
      takeQuoted(byte)
      return nil
    }
    guard !endsWithReturn || byte == 0x0A else { throw error(.controlCharacter) }
    switch byte {
    case 0x0A:
      endsWithReturn = false
      let row = try endRow()
      line += 1
      rowLine = line
      return row
    case 0x0D: endsWithReturn = true
    case UInt8(ascii: "\""): try takeQuote()
    case UInt8(ascii: ","), UInt8(ascii: ";"), 0x09: try takeSeparator(byte)
    default: try takePlain(byte)
    }
    return nil
  }

  private mutating func takeQuoted(_ byte: UInt8) {
    if byte == UInt8(ascii: "\"") {
      place = .afterQuote
    } else {
      if byte == 0x0A { line += 1 }
      cell.append(byte)
    }
  }

  private mutating func takeQuote() throws(CSVError) {
    switch place {
    case .start: place = .quoted
    case .afterQuote:
      cell.append(UInt8(ascii: "\""))
      place = .quoted
    case .plain where isFirstCell && cell == Self.mark:
      cell = []
      place = .quoted
    default: throw error(.strayQuote)
    }
  }

  private mutating func takeSeparator(_ byte: UInt8) throws(CSVError) {
    if separator == nil { separator = byte }
    guard byte == separator else { return try takePlain(byte) }
    try endCell()
  }

  private mutating func takePlain(_ byte: UInt8) throws(CSVError) {
    guard place != .afterQuote else { throw error(.strayQuote) }
    place = .plain
    cell.append(byte)
  }

  private var isFirstCell: Bool { columns == nil && cells.isEmpty }

  private mutating func endCell() throws(CSVError) {
    if isFirstCell, cell.starts(with: Self.mark) { cell.removeFirst(Self.mark.count) }
    guard let text = String(validating: cell, as: UTF8.self) else { throw error(.notUTF8) }
    cells.append(text)
    cell.removeAll(keepingCapacity: true)
    place = .start
  }

  /// The row that ends here; nil for an empty line.
  private mutating func endRow() throws(CSVError) -> Row? {
    let isEmpty = cells.isEmpty && place == .start
    rowBytes = 0
    guard !isEmpty else { return nil }
    try endCell()
    guard columns ?? cells.count == cells.count else {
      throw CSVError(line: rowLine, problem: .unevenColumns)
    }
    columns = cells.count
    defer { cells.removeAll(keepingCapacity: true) }
    return Row(line: rowLine, cells: cells)
  }

  private func error(_ problem: CSVError.Problem) -> CSVError {
    CSVError(line: line, problem: problem)
  }
}

/// Why a CSV file cannot be read; it never carries what stands in the file.
public struct CSVError: Error, Sendable, Hashable {
  /// What can be wrong.
  public enum Problem: Sendable, Hashable, CaseIterable {
    case notUTF8
    case unevenColumns
    case strayQuote
    case openQuote
    case controlCharacter
    case tooLong
  }

  /// The line in question, from 1.
  public let line: Int
  /// What is wrong there.
  public let problem: Problem
}

extension CSVError: CustomStringConvertible {
  /// The sentence for people: where, what, and what to do.
  public var description: String {
    switch problem {
    case .notUTF8: "Line \(line) is not UTF-8; save the file as \"CSV UTF-8\"."
    case .unevenColumns:
      "Line \(line) has another number of columns than the first; "
        + "put what contains a comma, semicolon or tab in quotes."
    case .strayQuote:
      "Line \(line) has a quote where none may stand; put the whole cell in quotes and double "
        + "those within."
    case .openQuote: "The quote that opens in line \(line) or after it is never closed; close it."
    case .controlCharacter:
      "Line \(line) holds a control character; save the file as \"CSV UTF-8\" with LF or CRLF."
    case .tooLong: "The row that begins in line \(line) has more than 1 MiB; close its quote."
    }
  }
}
