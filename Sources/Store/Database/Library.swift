import CSQLite

/// The database library this hub runs with.
public enum StoreLibrary {
  /// SQLite's version, such as `3.40.1`.
  public static var version: String { unsafe String(cString: sqlite3_libversion()) }
}
