import PurgeCore
public import Store

/// Why the house does not open.
public struct HouseError: Error, Sendable, Hashable {
  /// What to decide by.
  public enum Kind: String, Sendable, Hashable {
    /// Another process has the data folder open.
    case inUse
    /// The data folder or the master key cannot be made.
    case cannotCreate
    /// The master key or the settings do not fit this hub.
    case configuration
    /// The database was written by a newer hub.
    case newer
    /// The database is damaged, or its disk fails.
    case damaged
    /// The disk has no room; there may be some later.
    case full
  }

  /// What to decide by.
  public var kind: Kind
  /// What is the matter, in a sentence.
  public var problem: String
  /// What to do, in a sentence.
  public var remedy: String
}

extension HouseError {
  /// Makes it of what the store found in a data folder.
  public init(_ error: StoreError, data: String) {
    switch error.code {
    case .inUse:
      self.init(
        kind: .inUse, problem: "The data folder \(data) is in use: \(error.detail)",
        remedy: "Wait until the other hub is done, or use another folder with --data.")
    case .newerSchema:
      self.init(
        kind: .newer,
        problem: "The data folder \(data) is newer than this hub: \(error.detail)",
        remedy: "Use the newer hub; nothing was changed.")
    case .wrongKey:
      self.init(
        kind: .configuration, problem: "The master key is not the one of \(data)",
        remedy: "Give the key this folder was made with; without it nobody in it can be read.")
    case .full:
      self.init(
        kind: .full, problem: "The disk of \(data) is full: \(error.detail)",
        remedy: "Make room, then try again; nothing is lost.")
    case .diskFailed:
      self.init(
        kind: .damaged, problem: "The disk of \(data) fails: \(error.detail)",
        remedy: "Look at the disk, then try again; nothing was changed.")
    case .corrupt, .damaged:
      self.init(
        kind: .damaged, problem: "The database \(data)/hub.sqlite is damaged: \(error.detail)",
        remedy: "Restore the newest backup of the folder; keep the damaged files.")
    default:
      self.init(
        kind: .cannotCreate, problem: "The data folder \(data) cannot be opened: \(error.detail)",
        remedy:
          "Check that the folder exists or can be made and is writable, that the disk has room, "
          + "and that 64 files may be open at once (ulimit -n).")
    }
  }
}

extension Refusal {
  /// What the store would not do, in words for whoever asked.
  init(_ error: StoreError) {
    switch error.code {
    case .unknownRequest:
      self.init(
        .unknownRequest, "There is no such purge request.",
        action: "Check the ID; its check character fits, so it was not mistyped.")
    case .unknownTask:
      self.init(
        .unknownConnector, "The request has no task at that connector.",
        action: "See the request for the connectors it has.")
    case .idempotencyConflict:
      self.init(
        .idempotencyConflict, "The idempotency key was used with other people or reasons.",
        action: "Use a new key for a new demand.")
    case .full:
      self.init(
        .storageFull, "The disk is full; nothing was changed.",
        action: "Make room; the hub goes on by itself.")
    case .unknownHold:
      self.init(
        .unknownHold, "There is no such legal hold.",
        action: "Check the ID; its check character fits, so it was not mistyped.")
    case .held:
      self.init(
        .legalHold, "One of the people is under a legal hold. Nothing was purged.",
        action: "Plan again to see which, and take these people out or wait for the hold's end.")
    case .wrongState:
      self.init(
        .wrongState, "Not possible now: \(error.detail).", action: "See the request's state.")
    default:
      self.init(
        .storageFailed, "The store failed at \(error.call): \(error.detail).",
        action: "Look at the hub's disk, then try again.")
    }
  }
}
