/// Everything that must survive: requests, people sealed, tasks, calls, results, audit.
///
/// One process owns a data folder. One queue writes, and whatever waits shares one transaction that
/// is on the disk before anybody is told; a few connections read. Nothing here holds up a thread of
/// the caller. Drop the last reference, or call `close`, to let go of the folder.
public final class Store: Sendable {
  let writer: Writer
  let readers: Readers
  let keys: Keys
  private let folder: DataFolder

  /// Opens a data folder, made with mode 0700 when it is missing.
  ///
  /// Calls that were in hand when the last process ended are given out again. `onIndeterminate` is
  /// called on the writer's queue when a commit may or may not have reached the disk; it must not
  /// return in a running hub, and by default ends the process with code 70. Throws `inUse`,
  /// `newerSchema`, `corrupt`, `wrongKey` or `unavailable`.
  public init(
    folder path: String, key: MasterKey,
    onIndeterminate: (@Sendable (StoreError) -> Void)? = nil
  ) throws(StoreError) {
    folder = try DataFolder(path)
    keys = try Keys(key)
    let connection = try Self.open(folder.database, keys)
    writer = Writer(Desk(connection, keys, onIndeterminate: onIndeterminate ?? exitIndeterminate))
    readers = try Readers(path: folder.database)
  }

  private static func open(_ path: String, _ keys: Keys) throws(StoreError) -> sending Connection {
    let connection = try Connection(path: path)
    try connection.execute(
      """
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
      PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;
      PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864;
      """)
    try connection.execute("BEGIN IMMEDIATE")
    try Schema.bring(connection)
    try proveKey(connection, keys)
    try connection.sweepStaged()
    try connection.run("UPDATE call SET held = 0 WHERE held = 1")
    try connection.execute("COMMIT")
    return connection
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
    try? await writer.between { (desk) throws(StoreError) in
      _ = desk.truncateLog()
      desk.connection.close()
    }
    folder.unlock()
  }
}
