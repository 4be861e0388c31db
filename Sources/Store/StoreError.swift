/// Why the store did not do what was asked; it holds no identity and no secret.
public struct StoreError: Error, Sendable, Hashable {
  /// What to decide by.
  public var code: Kind
  /// The call that failed: a library function or an operation of the store.
  public var call: String
  /// What the library said, or a sentence for the administrator.
  public var detail: String

  /// Makes an error.
  public init(_ code: Kind, call: String, detail: String) {
    self.code = code
    self.call = call
    self.detail = detail
  }

  /// The kinds of errors.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Another process has the data folder open.
    case inUse
    /// The database was written by a newer hub.
    case newerSchema
    /// The file is not a database, or a page of it is damaged.
    case corrupt
    /// A row holds what no hub writes, or sealed bytes do not open; other rows are not affected.
    case damaged
    /// The disk failed to read or write: only a new start can tell what it holds.
    case diskFailed
    /// The data folder was made with another master key.
    case wrongKey
    /// A backup's folder is there already.
    case exists
    /// The disk is full; nothing was changed.
    case full
    /// The file cannot be read, written or opened.
    case unavailable
    /// Another process keeps the database locked.
    case busy
    /// The store was closed.
    case closed
    /// There is no such request.
    case unknownRequest
    /// There is no such task.
    case unknownTask
    /// The same idempotency key came with another body.
    case idempotencyConflict
    /// There is no such legal hold.
    case unknownHold
    /// A person is under a legal hold.
    case held
    /// The state the request or task is in does not allow this.
    case wrongState
    /// A statement failed: a mistake in the store itself.
    case statement

    /// Whether the transaction as a whole cannot go on.
    var endsTransaction: Bool {
      switch self {
      case .full, .corrupt, .diskFailed, .unavailable, .busy, .closed: true
      default: false
      }
    }

    /// Whether one change alone is at fault, so that others can be made without it.
    var isOfOneChange: Bool { !endsTransaction }

    /// Whether a process that writes must end, and a new one trust nothing but the file.
    var endsProcess: Bool { self == .diskFailed || self == .corrupt }
  }
}
