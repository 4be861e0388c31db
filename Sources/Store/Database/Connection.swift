import CSQLite

/// `SQLITE_IOERR_SHMSIZE`, a macro that Swift does not import.
private let noSharedMemory = SQLITE_IOERR | 19 << 8

/// One connection to SQLite (`sqlite3 *`) with its prepared statements.
///
/// It is opened without SQLite's own mutex: only one queue at a time may use it.
@safe
final class Connection {
  private var handle: OpaquePointer?
  private var statements: [UInt: Statement] = [:]
  /// Whether the last failure was for want of shared memory, which SQLite asks for when the log is
  /// already written: a commit that failed so may stand.
  private(set) var failedPastLog = false

  /// Opens an existing file; the connection is closed when the object goes.
  ///
  /// `disk` is the name of a `sqlite3_vfs` in place of the system's files.
  init(path: String, on disk: String? = nil, isReadOnly: Bool = false) throws(StoreError) {
    _ = Self.isConfigured
    let access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
    let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let code = unsafe sqlite3_open_v2(path, &handle, flags, disk)
    guard code == SQLITE_OK else { throw failure("sqlite3_open_v2", code) }
    wait(milliseconds: 5_000)
  }

  /// Opens an existing file to look at it: nothing is written to it or to its log.
  ///
  /// `isAlone` says that nobody has the file open and no log lies beside it: then not even the files
  /// that readers share are made, which would belong to whoever looks.
  init(reading path: String, isAlone: Bool) throws(StoreError) {
    _ = Self.isConfigured
    let escaped = path.replacing("%", with: "%25").replacing("?", with: "%3f")
      .replacing("#", with: "%23")
    let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let name = "file:\(escaped)" + (isAlone ? "?immutable=1" : "")
    let code = unsafe sqlite3_open_v2(name, &handle, flags, nil)
    guard code == SQLITE_OK else { throw failure("sqlite3_open_v2", code) }
    wait(milliseconds: 2_000)
  }

  deinit { close() }

  /// Done once, before SQLite is first used: nobody asks how much memory it has, and counting it
  /// takes a lock for every allocation.
  private static let isConfigured = purgehub_stop_counting_memory() == SQLITE_OK

  /// How long a statement waits for locks of others.
  func wait(milliseconds: Int32) {
    guard let handle = unsafe handle else { return }
    unsafe sqlite3_busy_timeout(handle, milliseconds)
  }

  /// Finalises the statements and closes; later calls throw `closed`.
  func close() {
    statements = [:]
    unsafe sqlite3_close_v2(handle)
    unsafe handle = nil
  }

  /// Runs a statement; returns how many rows it changed.
  @discardableResult
  func run(_ sql: SQL) throws(StoreError) -> Int {
    let statement = try prepared(sql)
    defer { statement.reset() }
    while try step(statement) {}
    return Int(unsafe sqlite3_changes64(handle))
  }

  /// Runs a statement and reads every row of its answer.
  func rows<Value>(
    _ sql: SQL, _ read: (borrowing Row) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    let statement = try prepared(sql)
    defer { statement.reset() }
    var values: [Value] = []
    while try step(statement) { values.append(try read(Row(statement))) }
    return values
  }

  /// Runs a statement and reads the first row of its answer; nil when there is none.
  ///
  /// It is stepped to its end, so that a statement with `RETURNING` has done all its work.
  func first<Value>(
    _ sql: SQL, _ read: (borrowing Row) throws(StoreError) -> Value
  ) throws(StoreError) -> Value? {
    let statement = try prepared(sql)
    defer { statement.reset() }
    var value: Value?
    while try step(statement) {
      if value == nil { value = try read(Row(statement)) }
    }
    return value
  }

  /// Runs several statements that bind nothing, such as a schema.
  func execute(_ script: StaticString) throws(StoreError) {
    try execute(text: script.description)
  }

  /// Runs a schema text after its words of dialect were put in.
  func execute(schema: Dialect.Text) throws(StoreError) { try execute(text: schema.sqlite) }

  private func execute(text: String) throws(StoreError) {
    let code = unsafe sqlite3_exec(try open(), text, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure("sqlite3_exec", code) }
  }

  /// Whether no transaction is open, as after SQLite rolled one back by itself.
  var isInAutocommit: Bool { unsafe handle == nil || sqlite3_get_autocommit(handle) != 0 }
}

extension Connection {
  /// How SQLite would look things up for each statement prepared so far, for the test that no
  /// statement reads a whole table.
  func plans() throws(StoreError) -> [(statement: String, steps: [String])] {
    var plans: [(statement: String, steps: [String])] = []
    for text in statements.values.map(\.text).sorted() where !text.hasPrefix("PRAGMA") {
      let statement = try prepare("EXPLAIN QUERY PLAN " + text, [])
      var steps: [String] = []
      while try step(statement) { steps.append(Row(statement).text(3)) }
      plans.append((text, steps))
    }
    return plans
  }
}

extension Connection {
  private func open() throws(StoreError) -> OpaquePointer {
    guard let handle = unsafe handle else {
      throw StoreError(.closed, call: "store", detail: "the store was closed")
    }
    return unsafe handle
  }

  private func prepared(_ sql: SQL) throws(StoreError) -> Statement {
    let statement: Statement
    if let known = statements[sql.place] {
      precondition(sql.isSame(as: known.parts), "two statements share a place")
      statement = known
    } else {
      statement = try prepare(sql.text, sql.parts)
      statements[sql.place] = statement
    }
    statement.bind(sql.values)
    return statement
  }

  private func prepare(
    _ text: String, _ parts: [StaticString]
  ) throws(StoreError) -> Statement {
    var pointer: OpaquePointer?
    let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
    let code = unsafe sqlite3_prepare_v3(try open(), text, -1, flags, &pointer, nil)
    guard code == SQLITE_OK, let pointer = unsafe pointer else {
      throw failure("sqlite3_prepare_v3", code)
    }
    return unsafe Statement(takingOwnership: pointer, text, parts)
  }

  /// Whether a step brought a row.
  private func step(_ statement: Statement) throws(StoreError) -> Bool {
    let code = statement.step()
    if code == SQLITE_ROW { return true }
    guard code == SQLITE_DONE else { throw failure("sqlite3_step", code) }
    return false
  }

  private func failure(_ call: String, _ code: Int32) -> StoreError {
    failedPastLog = code == noSharedMemory
    let detail =
      unsafe handle == nil ? "out of memory" : unsafe String(cString: sqlite3_errmsg(handle))
    return StoreError(Self.kind(code), call: call, detail: "\(detail) (\(code))")
  }

  private static func kind(_ code: Int32) -> StoreError.Kind {
    if code == noSharedMemory { return .full }
    return switch code & 0xFF {
    case SQLITE_FULL: .full
    case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
    case SQLITE_BUSY, SQLITE_LOCKED: .busy
    case SQLITE_IOERR: .diskFailed
    case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_NOMEM,
      SQLITE_PERM, SQLITE_PROTOCOL:
      .unavailable
    default: .statement
    }
  }
}
