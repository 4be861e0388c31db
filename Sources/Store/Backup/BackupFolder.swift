import Crypto
import FoundationEssentials
import Glibc

/// A backup that is being written under another name, which it loses only when it is whole.
final class BackupFolder {
  /// The names of its files.
  enum File: String {
    case database = "hub.sqlite"
    case key = "master.key"
    case manifest = "backup.json"
  }

  private let path: String
  private let place: String
  private var isWhole = false

  /// Begins a backup; throws `exists` when something has its name already.
  init(at place: String) throws(StoreError) {
    self.place = place
    path = "\(place).partial-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    guard !Self.isThere(place) else { throw Self.taken(place) }
    guard unsafe mkdir(path, 0o700) == 0 else { throw .system("mkdir", of: path) }
  }

  deinit {
    if !isWhole { try? FileManager.default.removeItem(atPath: path) }
  }

  func path(of file: File) -> String { path + "/" + file.rawValue }

  /// Makes an empty file that only its owner may read.
  func make(_ file: File) throws(StoreError) {
    _ = try FileHandle(path(of: file), O_RDWR | O_CREAT | O_EXCL)
  }

  /// Writes a short file and brings it to the disk.
  func write(_ text: String, to file: File) throws(StoreError) {
    let handle = try FileHandle(path(of: file), O_RDWR | O_CREAT | O_EXCL)
    try handle.replace(with: text)
    try handle.sync()
  }

  /// Brings a file that others wrote to the disk.
  func sync(_ file: File) throws(StoreError) {
    try FileHandle(path(of: file), O_RDWR).sync()
  }

  /// Gives the backup its name, which nothing may have by now.
  func finish() throws(StoreError) {
    try FileHandle(path, O_RDONLY | O_DIRECTORY).sync()
    // An empty folder claims the name: it can be replaced, and only by the one who made it.
    guard unsafe mkdir(place, 0o700) == 0 else {
      guard errno != EEXIST else { throw Self.taken(place) }
      throw .system("mkdir", of: place)
    }
    guard unsafe rename(path, place) == 0 else {
      let error = StoreError.system("rename", of: place)
      unsafe rmdir(place)
      throw error
    }
    isWhole = true
    let parent = place.split(separator: "/").dropLast().joined(separator: "/")
    try FileHandle((place.hasPrefix("/") ? "/" : "./") + parent, O_RDONLY | O_DIRECTORY).sync()
  }

  private static func isThere(_ path: String) -> Bool {
    var facts = stat()
    return unsafe lstat(path, &facts) == 0
  }

  private static func taken(_ place: String) -> StoreError {
    StoreError(.exists, call: "mkdir", detail: "\(place) is there already")
  }
}

/// The size and SHA-256 of a file, read piece by piece.
struct FileDigest {
  var bytes = 0
  var sha256 = ""

  init(of path: String) throws(StoreError) {
    var digest: RunningDigest
    do throws(CryptoError) { digest = try RunningDigest() } catch { throw StoreError(error) }
    try FileHandle(path, O_RDONLY).readPieces { (piece) throws(StoreError) in
      bytes += piece.count
      do throws(CryptoError) { try digest.add(piece) } catch { throw StoreError(error) }
    }
    do throws(CryptoError) { sha256 = try digest.end().hex } catch { throw StoreError(error) }
  }
}
