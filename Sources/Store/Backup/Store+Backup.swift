import Crypto
import Dispatch
import Documents
import FoundationEssentials
import Glibc
public import PurgeCore

extension Store {
  /// Writes a copy of the database at one moment into a new folder, while everything goes on.
  ///
  /// The copy holds what is there and nothing that was there: it is written anew by `VACUUM INTO` on a
  /// connection of its own, so it has no remains of people who were shredded, and a damaged index does
  /// not come along. It is read in full and on the disk before the folder gets its name; whoever is
  /// killed before leaves a folder of another name. The log of the database cannot be cut meanwhile.
  ///
  /// `key` is put beside it when it is given; whoever has both can read the people of open requests.
  /// Throws `exists`, `full`, `unavailable` or `corrupt`.
  public func backUp(
    to place: String, with key: MasterKey?, at now: Instant
  ) async throws(StoreError) -> BackupManifest {
    let (database, name) = (folder.database, keys.name)
    let result = await withCheckedContinuation {
      (waiting: CheckedContinuation<Result<BackupManifest, StoreError>, Never>) in
      DispatchQueue.global().async {
        waiting.resume(
          returning: Result { () throws(StoreError) in
            try Self.backUp(database, to: place, with: key, named: name, at: now)
          })
      }
    }
    return try result.get()
  }

  private static func backUp(
    _ database: String, to place: String, with key: MasterKey?, named name: String,
    at now: Instant
  ) throws(StoreError) -> BackupManifest {
    let folder = try BackupFolder(at: place)
    try folder.make(.database)
    let copy = folder.path(of: .database)
    let source = try Connection(path: database)
    try source.run("VACUUM INTO \(copy)")
    source.close()
    let schema = try Self.verified(copy)
    try folder.sync(.database)
    let digest = try FileDigest(of: copy)
    if let key { try folder.write(key.bytes.hex + "\n", to: .key) }
    let manifest = BackupManifest(
      made: now, schema: schema, bytes: digest.bytes, digest: digest.sha256, key: name,
      holdsKey: key != nil)
    let text = String(decoding: manifest.json.encodedPretty(), as: UTF8.self) + "\n"
    try folder.write(text, to: .manifest)
    try folder.finish()
    return manifest
  }

  /// Reads a whole copy; returns its version, throws `corrupt` when anything in it is damaged.
  private static func verified(_ path: String) throws(StoreError) -> Int {
    let connection = try Connection(path: path, isReadOnly: true)
    defer { connection.close() }
    let word = try connection.first("PRAGMA integrity_check(1)") { (row) throws(StoreError) in
      row.text(0)
    }
    guard word == "ok" else {
      throw StoreError(.corrupt, call: "integrity_check", detail: word ?? "no answer")
    }
    guard let version = try Schema.version(of: connection) else {
      throw StoreError(.corrupt, call: "integrity_check", detail: "it has no version")
    }
    return version
  }

  /// Reads a whole backup and says what is wrong with it; changes nothing.
  public static func checkBackup(
    in folder: String, _ key: MasterKey?
  ) throws(StoreError) -> BackupVerdict {
    let text = FileManager.default.contents(atPath: folder + "/backup.json")
    guard let text, let json = try? JSON(reading: Array(text)),
      let manifest = BackupManifest(json)
    else {
      return BackupVerdict(
        problems: ["\(folder)/backup.json is not there or is none: this is no finished backup."])
    }
    var verdict = BackupVerdict(manifest: manifest, problems: [])
    if let key { verdict.keyFits = try Keys(key).name == manifest.key }
    verdict.problems = try problems(of: manifest, in: folder)
    return verdict
  }

  private static func problems(
    of manifest: BackupManifest, in folder: String
  ) throws(StoreError) -> [String] {
    let path = folder + "/hub.sqlite"
    guard FileManager.default.fileExists(atPath: path) else { return ["\(path) is gone."] }
    let digest = try FileDigest(of: path)
    guard (digest.bytes, digest.sha256) == (manifest.bytes, manifest.digest) else {
      return ["\(path) is not as it was written: its size or SHA-256 is another."]
    }
    if manifest.holdsKey, !FileManager.default.fileExists(atPath: folder + "/master.key") {
      return ["\(folder)/master.key is gone."]
    }
    return manifest.schema > Schema.steps.count
      ? ["It is of schema \(manifest.schema), this hub knows up to \(Schema.steps.count)."] : []
  }
}

extension Keys {
  /// Tells master keys apart and says nothing about any of them.
  fileprivate var name: String {
    let digest = (try? Digest.sha256(Array("purgehub/name/1".utf8) + proof)) ?? []
    return Array(digest.prefix(8)).hex
  }
}
