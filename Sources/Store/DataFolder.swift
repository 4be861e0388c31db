import Glibc
import Synchronization

/// The hub's data folder: one database, one process, nobody else's eyes.
///
/// It holds an exclusive `flock` for as long as it lives, which the system drops even after
/// `kill -9`. The folder has mode 0700, its files 0600.
final class DataFolder: Sendable {
  /// The database's path.
  let database: String
  let path: String
  private let lock: Mutex<FileHandle?>
  /// Whether the database was made before: an empty one has lost everything then.
  let wasMade: Bool

  /// Makes the folder when it is missing and locks it; throws `inUse` when another process has it.
  init(_ path: String) throws(StoreError) {
    try Self.makeFolder(path)
    self.path = path
    let lock = try Self.locked(path + "/hub.lock")
    wasMade = lock.words.contains(Self.made)
    try lock.replace(with: Self.text(wasMade))
    self.lock = Mutex(lock)
    database = path + "/hub.sqlite"
    // SQLite gives its log the mode of the database file, so the file is made before SQLite sees it.
    _ = try FileHandle(database, O_RDWR | O_CREAT)
    try sync()
  }

  private static let made = "made"

  /// What the lock file says: who holds it, and whether the database was made.
  private static func text(_ isMade: Bool) -> String {
    "\(getpid())\n" + (isMade ? "\(made)\n" : "")
  }

  /// Remembers that the database was made.
  func noteMade() throws(StoreError) {
    guard !wasMade else { return }
    try lock.withLock { (file) throws(StoreError) in try file?.replace(with: Self.text(true)) }
  }

  /// Makes the names of new files durable.
  func sync() throws(StoreError) { try FileHandle(path, O_RDONLY | O_DIRECTORY).sync() }

  deinit { unlock() }

  /// Lets another process have the folder.
  func unlock() {
    lock.withLock { file in
      file?.unlock()
      file = nil
    }
  }

  private static func makeFolder(_ path: String) throws(StoreError) {
    guard unsafe mkdir(path, 0o700) != 0, errno != EEXIST else {
      guard unsafe chmod(path, 0o700) == 0 else { throw .system("chmod", of: path) }
      return
    }
    throw .system("mkdir", of: path)
  }

  private static func locked(_ path: String) throws(StoreError) -> FileHandle {
    let file = try FileHandle(path, O_RDWR | O_CREAT)
    guard file.lock() else {
      let holder = file.words.first ?? "unknown"
      throw StoreError(
        .inUse, call: "flock",
        detail: "\(path) is held by process \(holder); stop it first")
    }
    return file
  }
}

/// An open file descriptor, closed when the value goes.
final class FileHandle: Sendable {
  private let descriptor: Int32
  private let path: String

  init(_ path: String, _ flags: Int32) throws(StoreError) {
    descriptor = unsafe open(path, flags | O_CLOEXEC, 0o600)
    self.path = path
    guard descriptor >= 0 else { throw .system("open", of: path) }
  }

  deinit { close(descriptor) }

  func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

  /// Said in so many words: a child that is just being started still has a copy of the descriptor.
  func unlock() { _ = flock(descriptor, LOCK_UN) }

  func sync() throws(StoreError) {
    guard fsync(descriptor) == 0 else { throw .system("fsync", of: path) }
  }

  /// Its words; the file is short.
  var words: [String] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    return bytes.prefix(max(0, count)).split { $0 <= 0x20 }.map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// Hands over what it holds, from its beginning to its end, a piece at a time.
  func readPieces(_ take: (ArraySlice<UInt8>) throws(StoreError) -> Void) throws(StoreError) {
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while case let count = unsafe read(descriptor, &piece, piece.count), count != 0 {
      guard count > 0 else { throw .system("read", of: path) }
      try take(piece[..<count])
    }
  }

  /// Adds bytes at its end.
  func append(_ bytes: ArraySlice<UInt8>) throws(StoreError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress, $0.count)
      }
      guard count > 0 else { throw .system("write", of: path) }
      rest = rest.dropFirst(count)
    }
  }

  func replace(with text: String) throws(StoreError) {
    let bytes = Array(text.utf8)
    let count = unsafe pwrite(descriptor, bytes, bytes.count, 0)
    guard count == bytes.count, ftruncate(descriptor, bytes.count) == 0 else {
      throw .system("pwrite", of: path)
    }
  }
}

extension StoreError {
  static func system(_ call: String, of path: String) -> StoreError {
    let number = errno
    let sentence = unsafe String(cString: strerror(number))
    return StoreError(
      number == ENOSPC ? .full : .unavailable, call: call, detail: "\(path): \(sentence)")
  }
}
