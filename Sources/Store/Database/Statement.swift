import CSQLite
import PurgeCore

/// A prepared statement (`sqlite3_stmt *`), finalised when the object goes.
@safe
final class Statement {
  private let handle: OpaquePointer
  let text: String
  let parts: [StaticString]

  /// Takes a statement whose parameters are numbered from `$1` in order of appearance.
  ///
  /// SQLite numbers `$n` by first appearance and not by its digits; other orders would bind wrongly
  /// without a word.
  init(takingOwnership handle: OpaquePointer, _ text: String, _ parts: [StaticString]) {
    self.text = text
    self.parts = parts
    unsafe self.handle = handle
    for index in 1..<(unsafe sqlite3_bind_parameter_count(handle) + 1) {
      let name = unsafe sqlite3_bind_parameter_name(handle, index)
      let text = unsafe name.map { unsafe String(cString: $0) }
      precondition(text == "$\(index)", "parameter \(index) of a statement is out of order")
    }
  }

  deinit { unsafe sqlite3_finalize(handle) }

  func step() -> Int32 { unsafe sqlite3_step(handle) }

  /// Makes the statement ready for its next use and lets go of what it holds of the file.
  func reset() {
    unsafe sqlite3_reset(handle)
    unsafe sqlite3_clear_bindings(handle)
  }

  func bind(_ values: [SQLValue]) {
    for (offset, value) in values.enumerated() {
      let code = bind(value, at: Int32(offset + 1))
      precondition(code == SQLITE_OK, "a value could not be bound: \(code)")
    }
  }

  private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
    switch value {
    case .null: unsafe sqlite3_bind_null(handle, index)
    case .integer(let number): unsafe sqlite3_bind_int64(handle, index, number)
    case .text(var text):
      text.withUTF8 { utf8 in
        unsafe utf8.withMemoryRebound(to: CChar.self) {
          unsafe purgehub_bind_text(handle, index, $0.baseAddress, Int32($0.count))
        }
      }
    case .bytes(let bytes):
      unsafe bytes.withUnsafeBytes {
        unsafe purgehub_bind_blob(handle, index, $0.baseAddress, Int32($0.count))
      }
    }
  }
}

extension Statement {
  fileprivate func isNull(_ column: Int32) -> Bool {
    unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
  }
  fileprivate func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }
  fileprivate func text(_ column: Int32) -> String {
    unsafe String(decoding: bytes(of: sqlite3_column_text(handle, column), column), as: UTF8.self)
  }
  fileprivate func bytes(_ column: Int32) -> [UInt8] {
    unsafe Array(bytes(of: sqlite3_column_blob(handle, column), column))
  }
  private func bytes(of pointer: UnsafeRawPointer?, _ column: Int32) -> UnsafeRawBufferPointer {
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    return unsafe UnsafeRawBufferPointer(start: pointer, count: pointer == nil ? 0 : count)
  }
}

/// A row of an answer; it cannot outlive the closure it is shown to.
struct Row: ~Copyable {
  private let statement: Statement

  init(_ statement: Statement) { self.statement = statement }

  func integer(_ column: Int32) -> Int { Int(statement.integer(column)) }
  func flag(_ column: Int32) -> Bool { statement.integer(column) != 0 }
  func text(_ column: Int32) -> String { statement.text(column) }
  func bytes(_ column: Int32) -> [UInt8] { statement.bytes(column) }
  func instant(_ column: Int32) -> Instant { Instant(milliseconds: statement.integer(column)) }
  func connector(_ column: Int32) -> ConnectorName { ConnectorName(statement.text(column)) }
  func request(_ column: Int32) -> PurgeRequestID {
    PurgeRequestID(bits: UInt64(bitPattern: statement.integer(column)))
  }

  func isNull(_ column: Int32) -> Bool { statement.isNull(column) }
  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
  func optionalInteger(_ column: Int32) -> Int? { isNull(column) ? nil : integer(column) }
  func optionalInstant(_ column: Int32) -> Instant? { isNull(column) ? nil : instant(column) }
}
