public import Documents
public import PurgeCore

/// What a backup says of itself, in `backup.json` beside the database.
public struct BackupManifest: Sendable, Hashable {
  /// When its moment was.
  public var made: Instant
  /// The version of its tables.
  public var schema: Int
  /// The size of the database in bytes.
  public var bytes: Int
  /// The SHA-256 of the database in hexadecimal digits.
  public var digest: String
  /// The name of the master key without which nobody in it can be read.
  public var key: String
  /// Whether that key lies beside it.
  public var holdsKey: Bool

  /// The manifest as its file has it.
  public var json: JSON {
    [
      "format": 1, "made": .string(made.rfc3339), "madeMilliseconds": JSON(made.milliseconds),
      "schema": JSON(schema), "bytes": JSON(bytes), "sha256": .string(digest),
      "masterKey": .string(key), "holdsMasterKey": .bool(holdsKey),
    ]
  }

  init?(_ json: JSON) {
    guard json["format"] == 1, let made = json["madeMilliseconds"]?.integer,
      let schema = json["schema"]?.integer, let bytes = json["bytes"]?.integer,
      let digest = json["sha256"]?.string, let key = json["masterKey"]?.string,
      let holdsKey = json["holdsMasterKey"]?.bool
    else { return nil }
    self.init(
      made: Instant(milliseconds: Int64(made)), schema: schema, bytes: bytes, digest: digest,
      key: key, holdsKey: holdsKey)
  }

  init(made: Instant, schema: Int, bytes: Int, digest: String, key: String, holdsKey: Bool) {
    self.made = made
    self.schema = schema
    self.bytes = bytes
    self.digest = digest
    self.key = key
    self.holdsKey = holdsKey
  }
}

/// What a look at a backup found.
public struct BackupVerdict: Sendable, Hashable {
  /// What it says of itself; nil when it says nothing that can be read.
  public var manifest: BackupManifest?
  /// What is wrong with it, as sentences; empty when it is as it was written.
  public var problems: [String]
  /// Whether the given master key is its own; nil when none was given.
  public var keyFits: Bool?
}
