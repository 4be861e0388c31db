public import Documents
import PurgeCore
public import Store

extension House {
  /// Writes a backup of the database into a new folder while everything goes on.
  ///
  /// With the key beside it, whoever has the folder can read the people of open requests.
  ///
  /// - Throws: `Refusal` 1051 when the folder is there already or cannot be written.
  public func backUp(
    to folder: String, withKey: Bool, by actor: String
  ) async throws(Refusal) -> BackupManifest {
    guard folder.hasPrefix("/"), !folder.hasSuffix("/") else {
      throw Refusal(
        .unreadableInput, "The backup's folder is no absolute path.",
        action: "Send a path that begins with / and does not end with it.")
    }
    let key = withKey ? try masterKey() : nil
    do throws(StoreError) {
      let manifest = try await store.backUp(to: folder, with: key, at: now())
      try await store.audit(
        "backup.made", by: actor, detail: withKey ? "with the master key" : "without a key",
        at: now())
      return manifest
    } catch { throw Refusal(backup: error) }
  }

  private func masterKey() throws(Refusal) -> MasterKey {
    do throws(HouseError) {
      return try MasterKey.fetch(settings, environment: environment)
    } catch { throw Refusal(.storageFailed, error.problem, action: error.remedy) }
  }

  /// Takes away copies of older databases when their time is over, for as long as it is not cancelled.
  static func forgetOldCopies(in folder: String) async {
    while !Task.isCancelled, let next = Store.forgetOldCopies(in: folder, at: now()) {
      let pause = max(next - now(), .seconds(1))
      try? await Task.sleep(for: .milliseconds(pause.milliseconds))
    }
  }
}

extension Refusal {
  fileprivate init(backup error: StoreError) {
    switch error.code {
    case .exists:
      self.init(
        .backupPlace, "The backup's folder is there already: \(error.detail).",
        action: "Name a folder that is not there; a backup never overwrites anything.")
    case .full:
      self.init(
        .backupPlace, "There is no room for the backup: \(error.detail).",
        action: "Make room or name a folder on another disk; nothing was left there.")
    case .unavailable:
      self.init(
        .backupPlace, "The backup cannot be written: \(error.detail).",
        action: "Name a folder whose parent is there and belongs to the hub's user.")
    case .corrupt:
      self.init(
        .backupDamaged, "The database cannot be read in full: \(error.detail).",
        action: "Keep the last good backup and look at the disk.")
    default: self.init(error)
    }
  }
}

/// What a look at a backup found, for people and programs.
public struct BackupFinding: Sendable {
  /// What is wrong with it, as sentences; empty when it is as it was written.
  public var problems: [String]
  /// Whether the master key of the settings is its own; nil when they have none.
  public var keyFits: Bool?
  /// The name of its master key.
  public var key: String
  /// What it says of itself; null when it says nothing that can be read.
  public var manifest: JSON
}

/// The version of a data folder's tables and of this hub's.
public struct DatabaseStanding: Sendable, Hashable {
  /// The folder's; nil when it has no database yet.
  public var found: Int?
  /// This hub's.
  public var known: Int
  /// Whether the folder's is an older one.
  public var isOlder: Bool { found.map { $0 < known } ?? false }
}

extension Settings {
  /// Reads a whole backup and says what is wrong with it; needs no hub and changes nothing.
  public func checkBackup(
    in folder: String, environment: [String: String]
  ) throws(HouseError) -> BackupFinding {
    let key = try MasterKey.find(self, environment: environment)
    do throws(StoreError) {
      let verdict = try Store.checkBackup(in: folder, key)
      return BackupFinding(
        problems: verdict.problems, keyFits: verdict.keyFits, key: verdict.manifest?.key ?? "",
        manifest: verdict.manifest?.json ?? .null)
    } catch { throw HouseError(error, data: folder) }
  }

  /// The version of the data folder's tables; needs no hub and changes nothing.
  ///
  /// - Throws: `HouseError` of the kind `newer` when a newer hub wrote them.
  public func databaseStanding() throws(HouseError) -> DatabaseStanding {
    do throws(StoreError) {
      let version = try Store.version(of: data)
      return DatabaseStanding(found: version.found, known: version.known)
    } catch { throw HouseError(error, data: data) }
  }

  /// Where a copy of the database is kept when it is upgraded from a version.
  public func oldCopy(of version: Int) -> String { Store.oldCopy(of: version, in: data) }
}
