/// Everything that must survive: requests, people sealed, tasks, calls, results, audit.
///
/// One process owns a data folder. One queue writes, and whatever waits shares one transaction that
/// is on the disk before anybody is told; a few connections read. Nothing here holds up a thread of
/// the caller. Drop the last reference, or call `close`, to let go of the folder.
public final class Store: Sendable {
  let writer: Writer
  let readers: Readers
  let keys: Keys
  let folder: DataFolder

  /// Opens a data folder, made with mode 0700 when it is missing.
  ///
  /// Calls that were in hand when the last process ended are given out again. When the disk fails
  /// under a write, the process ends with code 70: only a new one can tell what reached the disk.
  /// Throws `inUse`, `newerSchema`, `corrupt`, `wrongKey`, `full`, `diskFailed` or `unavailable`.
  public convenience init(folder path: String, key: MasterKey) throws(StoreError) {
    try self.init(folder: path, key: key, disk: nil, onFailure: exitAfterFailure)
  }

  /// Opens a data folder whose database is on a disk of SQLite's (a `sqlite3_vfs`), as tests that
  /// break disks do; nil is the system's.
  ///
  /// `onFailure` is called on the writer's queue, and does not return in a running hub.
  init(
    folder path: String, key: MasterKey, disk: String?,
    onFailure: @escaping @Sendable (StoreError) -> Void
  ) throws(StoreError) {
    folder = try DataFolder(path)
    keys = try Keys(key)
    let connection = try Self.open(folder, on: disk, keys)
    // SQLite ignores it when the names of its new files cannot be synced.
    try folder.sync()
    try folder.noteMade()
    writer = Writer(Desk(connection, keys, onFailure: onFailure))
    readers = try Readers(path: folder.database, on: disk)
  }

  private static func open(
    _ folder: DataFolder, on disk: String?, _ keys: Keys
  ) throws(StoreError) -> sending Connection {
    let connection = try Connection(path: folder.database, on: disk)
    try refuseEmptied(connection, folder)
    // Before anything is written, were it only the log's end.
    try Schema.refuseNewer(try Schema.version(of: connection))
    try connection.execute(
      """
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
      PRAGMA foreign_keys = OFF; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;
      PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864;
      """)
    try settleLog(connection)
    try keepOldCopy(connection, folder)
    try connection.execute("BEGIN IMMEDIATE")
    try Schema.bring(connection)
    try proveKey(connection, keys)
    try connection.sweepStaged()
    try connection.run("UPDATE call SET held = 0 WHERE held = 1")
    try connection.execute("COMMIT")
    return connection
  }

  /// Refuses a database that was cut to nothing: SQLite would begin a new one without a word.
  private static func refuseEmptied(
    _ connection: Connection, _ folder: DataFolder
  ) throws(StoreError) {
    let pages = try connection.first("PRAGMA page_count") { (row) throws(StoreError) in
      row.integer(0)
    }
    guard pages == 0, folder.wasMade else { return }
    throw StoreError(.corrupt, call: "open", detail: "it is empty, though it was made before")
  }

  /// Brings what the last process left in the log to the disk before anybody is told of it: that
  /// process may have died before it synced it, or have been told that a sync failed, and then only
  /// the system's memory has it.
  private static func settleLog(_ connection: Connection) throws(StoreError) {
    let isBusy = try connection.first("PRAGMA wal_checkpoint(TRUNCATE)") {
      (row) throws(StoreError) in row.flag(0)
    }
    guard isBusy == false else {
      throw StoreError(
        .busy, call: "wal_checkpoint", detail: "another program reads or writes the database")
    }
  }

  /// Refuses another master key than the one the folder was made with: it could open nobody.
  private static func proveKey(_ connection: Connection, _ keys: Keys) throws(StoreError) {
    let known = try connection.first("SELECT bytes FROM meta WHERE name = 'key_proof'") {
      (row) throws(StoreError) in row.bytes(0)
    }
    guard let known else {
      try connection.run("INSERT INTO meta(name, bytes) VALUES ('key_proof', \(keys.proof))")
      return
    }
    guard known == keys.proof else {
      throw StoreError(
        .wrongKey, call: "open", detail: "this data folder was made with another master key")
    }
  }

  /// Finishes what is queued, writes the log back and closes; later calls throw `closed`.
  public func close() async {
    await readers.close()
    try? await writer.between { (desk) throws(StoreError) in desk.close() }
    folder.unlock()
  }
}
