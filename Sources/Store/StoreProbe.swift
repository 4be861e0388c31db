public import PurgeCore

/// A look into a data folder's database that changes nothing, whether or not a hub has it open.
///
/// It is for one thread at a time, and for looking only: what a hub that serves does meanwhile is
/// seen or not. Let go of it soon; while it reads, the hub cannot cut its log.
public final class StoreProbe {
  private let connection: Connection

  /// Opens the folder's database; throws when there is none, or it cannot be read.
  ///
  /// `isAlone` says that no hub has the folder open and no log lies beside the database.
  public init(folder: String, isAlone: Bool) throws(StoreError) {
    connection = try Connection(reading: folder + "/hub.sqlite", isAlone: isAlone)
    try connection.execute("PRAGMA query_only = ON")
  }

  /// What is damaged, a line each; none when all is well.
  ///
  /// The quick check reads every page, the full one compares every index with its table, too.
  public func damage(isFull: Bool) throws(StoreError) -> [String] {
    let lines =
      isFull
      ? try connection.rows(
        "PRAGMA integrity_check(20)", { (row) throws(StoreError) in row.text(0) })
      : try connection.rows("PRAGMA quick_check(20)", { (row) throws(StoreError) in row.text(0) })
    return lines == ["ok"] ? [] : lines
  }

  /// The version of the database's tables; nil when it has none yet.
  public func version() throws(StoreError) -> Int? { try Schema.version(of: connection) }

  /// The version this hub makes of a database.
  public static var knownVersion: Int { Schema.steps.count }

  /// Whether the database was made with a master key.
  public func fits(_ key: MasterKey) throws(StoreError) -> Bool {
    let proof = try connection.first("SELECT bytes FROM meta WHERE name = 'key_proof'") {
      (row) throws(StoreError) in row.bytes(0)
    }
    guard let proof else { return true }
    return try Keys(key).proof == proof
  }

  /// When the newest thing on record happened; nil when nothing did.
  public func newest() throws(StoreError) -> Instant? {
    let said = try connection.first("SELECT at FROM audit ORDER BY sequence DESC LIMIT 1") {
      (row) throws(StoreError) in row.instant(0)
    }
    let accepted = try connection.first(
      "SELECT accepted_at FROM request ORDER BY accepted_at DESC, id DESC LIMIT 1"
    ) { (row) throws(StoreError) in row.instant(0) }
    return [said, accepted].compactMap(\.self).max()
  }
}

extension StoreProbe {
  /// Every connector the store has heard of, with its state.
  public func connectors() throws(StoreError) -> [(name: ConnectorName, state: ConnectorState)] {
    try connection.rows("SELECT connector, state FROM connector_state ORDER BY connector") {
      (row) throws(StoreError) in
      (row.connector(0), try ConnectorStateText.state(row.text(1)))
    }
  }

  /// The connectors with open tasks.
  public func owing() throws(StoreError) -> [ConnectorName] {
    try connection.connectorsWithOpenTasks()
  }

  /// Open tasks of a connector, at most so many.
  public func openTasks(
    of connector: ConnectorName, limit: Int
  ) throws(StoreError) -> [ConnectorTask] {
    try connection.openTasks(of: connector, after: nil, limit: limit)
  }

  /// The deadlines and beginnings of open requests, the oldest first, at most so many.
  public func openRequests(
    limit: Int
  ) throws(StoreError) -> [(id: PurgeRequestID, accepted: Instant, deadline: Instant)] {
    try connection.rows(
      """
      SELECT id, accepted_at, deadline FROM request WHERE ended_at IS NULL
      ORDER BY accepted_at, id LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in (row.request(0), row.instant(1), row.instant(2)) }
  }

  /// Which of these fingerprints are of people who were purged.
  public func purged(_ fingerprints: [Fingerprint]) throws(StoreError) -> Set<Fingerprint> {
    var found: Set<Fingerprint> = []
    for fingerprint in fingerprints where try !connection.purges(of: fingerprint).isEmpty {
      found.insert(fingerprint)
    }
    return found
  }

  /// Maker of fingerprints under a master key.
  public static func fingerprints(under key: MasterKey) throws(StoreError) -> Fingerprints {
    try Fingerprints(key: Keys(key).tombstones)
  }
}
