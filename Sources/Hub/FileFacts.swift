import Glibc

/// What the system knows of a file: `stat` without following a link at its end.
public struct FileFacts: Sendable, Hashable {
  /// Its size in bytes.
  public var size: Int
  /// Its permissions.
  public var mode: Int
  /// The number of the user who owns it.
  public var owner: Int
  /// Its number in its file system, and the file system's.
  public var identity: [UInt]
  /// Whether it is a folder.
  public var isFolder: Bool

  /// Asks the system; nil when there is no such file, or it cannot be asked about.
  public init?(_ path: String) {
    var answer = stat()
    guard unsafe lstat(path, &answer) == 0 else { return nil }
    size = Int(answer.st_size)
    mode = Int(answer.st_mode & 0o7777)
    owner = Int(answer.st_uid)
    identity = [UInt(answer.st_dev), UInt(answer.st_ino)]
    isFolder = answer.st_mode & S_IFMT == S_IFDIR
  }

  /// The room left on the disk of a folder for whoever is not root, in bytes.
  public static func room(_ folder: String) -> Int? {
    var answer = statvfs()
    guard unsafe statvfs(folder, &answer) == 0 else { return nil }
    return Int(answer.f_bavail) * Int(answer.f_frsize)
  }
}
