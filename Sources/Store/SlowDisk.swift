import CSQLite
import Glibc
import Synchronization

/// Makes the disk slower than it is: every sync of a database takes some milliseconds more.
///
/// For measuring only. It wraps SQLite's default `sqlite3_vfs` and changes nothing but the time that
/// `xSync` takes, so what is durable is as durable as before.
public enum SlowDisk {
  private static let delay = Atomic<UInt32>(0)

  /// Slows every database down that this process opens from now on; 0 for the disk's own speed.
  public static func delaySyncs(milliseconds: Int) {
    delay.store(UInt32(milliseconds), ordering: .relaxed)
    _ = isInstalled
  }

  private static let isInstalled: Bool = {
    guard let usual = unsafe sqlite3_vfs_find(nil) else { return false }
    // SQLite keeps a pointer to it for as long as the process lives.
    let slow = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    unsafe slow.initialize(to: usual.pointee)
    unsafe slow.pointee.zName = UnsafePointer(strdup("purgehub-slow"))
    unsafe slow.pointee.pNext = nil
    unsafe slow.pointee.xOpen = { _, name, file, flags, given in
      // A copy of the usual one is asked, which finds its own data in the copied fields.
      guard let usual = unsafe SlowFile.usual, let open = unsafe usual.pointee.xOpen else {
        return SQLITE_CANTOPEN
      }
      let code = unsafe open(usual, name, file, flags, given)
      if code == SQLITE_OK { unsafe SlowFile.slowDown(file) }
      return code
    }
    unsafe SlowFile.usual = usual
    return unsafe sqlite3_vfs_register(slow, 1) == SQLITE_OK
  }()

  fileprivate static func wait() {
    let milliseconds = delay.load(ordering: .relaxed)
    if milliseconds > 0 { usleep(milliseconds * 1_000) }
  }
}

/// The methods of an open file (`sqlite3_io_methods`) with a slower sync.
private enum SlowFile {
  /// Set once, before the first file is opened through it.
  nonisolated(unsafe) static var usual: UnsafeMutablePointer<sqlite3_vfs>?
  /// The usual methods of each sort of file, and the slower ones made of them; never freed.
  private static let made = Mutex<[(usual: UInt, slow: UInt)]>([])

  static func slowDown(_ file: UnsafeMutablePointer<sqlite3_file>?) {
    guard let file = unsafe file, let usual = unsafe file.pointee.pMethods else { return }
    unsafe file.pointee.pMethods = UnsafePointer(bitPattern: slow(UInt(bitPattern: usual)))
  }

  private static func slow(_ usual: UInt) -> UInt {
    made.withLock { made in
      if let known = made.first(where: { $0.usual == usual }) { return known.slow }
      guard let methods = unsafe UnsafePointer<sqlite3_io_methods>(bitPattern: usual) else {
        return usual
      }
      let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
      unsafe copy.initialize(to: methods.pointee)
      unsafe copy.pointee.xSync = { file, flags in
        SlowDisk.wait()
        return unsafe SlowFile.sync(file, flags)
      }
      made.append((usual, UInt(bitPattern: copy)))
      return UInt(bitPattern: copy)
    }
  }

  private static func sync(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32) -> Int32 {
    let slow = unsafe UInt(bitPattern: file?.pointee.pMethods)
    let usual = made.withLock { made in made.first { $0.slow == slow }?.usual ?? 0 }
    guard let methods = unsafe UnsafePointer<sqlite3_io_methods>(bitPattern: usual),
      let sync = unsafe methods.pointee.xSync
    else { return SQLITE_IOERR }
    return unsafe sync(file, flags)
  }
}
