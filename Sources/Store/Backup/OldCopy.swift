import FoundationEssentials
import Glibc
public import PurgeCore

/// The version of a data folder's tables and of this hub's.
public struct DatabaseVersion: Sendable, Hashable {
  /// The folder's; nil when it has no database yet.
  public var found: Int?
  /// This hub's.
  public var known: Int
}

extension Store {
  /// The version of a data folder's tables; changes nothing, also while a hub serves.
  ///
  /// Throws `newerSchema` when a newer hub wrote them.
  public static func version(of folder: String) throws(StoreError) -> DatabaseVersion {
    let path = folder + "/hub.sqlite"
    guard FileManager.default.fileExists(atPath: path) else {
      return DatabaseVersion(known: Schema.steps.count)
    }
    let connection = try Connection(path: path, isReadOnly: true)
    defer { connection.close() }
    let found = try Schema.version(of: connection)
    try Schema.refuseNewer(found)
    return DatabaseVersion(found: found, known: Schema.steps.count)
  }

  /// Where a copy of an older database is kept when it is upgraded.
  public static func oldCopy(of version: Int, in folder: String) -> String {
    "\(folder)/hub.sqlite.v\(version).backup"
  }

  /// How long a copy is kept: it holds the keys of people who are shredded in the database.
  private static let timeOfOldCopies = Span.days(7)

  /// Takes away copies of older databases that are a week old; returns when the next will be, nil when
  /// there is none.
  @discardableResult
  public static func forgetOldCopies(in folder: String, at now: Instant) -> Instant? {
    var next: Instant?
    for version in 1..<max(2, Schema.steps.count) {
      let path = oldCopy(of: version, in: folder)
      var facts = stat()
      guard unsafe stat(path, &facts) == 0 else { continue }
      let due = Instant(milliseconds: Int64(facts.st_mtim.tv_sec) * 1_000) + timeOfOldCopies
      if due <= now { unsafe unlink(path) } else { next = min(next ?? due, due) }
    }
    return next
  }

  /// Keeps a copy of a database that is about to be upgraded; its log must be empty.
  ///
  /// It is complete when it has its name. One that an earlier try left is replaced: the database may
  /// have gone on since.
  static func keepOldCopy(
    _ connection: Connection, _ folder: DataFolder
  ) throws(StoreError) {
    guard let version = try Schema.version(of: connection), version > 0,
      version < Schema.steps.count
    else { return }
    let place = oldCopy(of: version, in: folder.path)
    let partial = place + ".partial"
    try copy(folder.database, to: partial)
    guard unsafe rename(partial, place) == 0 else { throw .system("rename", of: place) }
    try folder.sync()
  }

  private static func copy(_ source: String, to target: String) throws(StoreError) {
    let original = try FileHandle(source, O_RDONLY)
    let file = try FileHandle(target, O_RDWR | O_CREAT | O_TRUNC)
    try original.readPieces(file.append)
    try file.sync()
  }
}
