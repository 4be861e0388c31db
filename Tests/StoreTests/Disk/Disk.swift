import FaultyDisk
import FoundationEssentials
import PurgeCore
import Synchronization
import Testing

@testable import Store

/// A disk in memory that fails on purpose (`faulty_disk *`), with a data folder on it.
///
/// Unchecked: the C side guards itself with a mutex. Stores on it must be closed before it goes.
@safe
final class Disk: @unchecked Sendable {
  private let world: World
  private let name = "faulty-\(UInt64.random(in: 0 ... .max))"
  private let disk: OpaquePointer
  private let ending = Mutex<StoreError?>(nil)

  init() throws {
    world = try World()
    unsafe disk = faulty_disk_make(name)
  }

  deinit { unsafe faulty_disk_free(disk) }

  /// Opens the data folder as a process does that ends where the real one exits with 70.
  func open() throws(StoreError) -> Store {
    ending.withLock { $0 = nil }
    return try Store(folder: world.folder, key: world.key, disk: name) { error in
      self.ending.withLock { $0 = error }
      self.restart()
    }
  }

  /// A connection to the database as it is.
  func connect() throws(StoreError) -> Connection {
    try Connection(path: world.folder + "/hub.sqlite", on: name)
  }

  /// Why the process ended by itself; nil when it did not.
  var whyEnded: StoreError? { ending.withLock { $0 } }

  /// Lets the n-th operation that counts fail.
  func plan(_ fault: Fault, at n: Int) {
    unsafe faulty_disk_plan(disk, fault.sort, UInt64(n), fault.isSticky, UInt64(n))
  }

  func mend() { unsafe faulty_disk_mend(disk) }
  var hasFailed: Bool { unsafe faulty_disk_failed(disk) }
  var place: String { unsafe String(cString: faulty_disk_place(disk)) }

  /// The process is gone; what it wrote is as the system has it.
  func restart() { unsafe faulty_disk_restart(disk) }
  /// The power is gone and comes back.
  func losePower(seed: Int) { unsafe faulty_disk_lose_power(disk, UInt64(seed)) }

  func keep() { unsafe faulty_disk_keep(disk) }
  func reset() {
    unsafe faulty_disk_reset(disk)
    // It remembers a database that is no longer there.
    try? FileManager.default.removeItem(atPath: world.folder + "/hub.lock")
  }
  var logSize: Int { unsafe faulty_disk_size(disk, "-wal") }
}

/// How a disk fails.
struct Fault: Sendable, CustomTestStringConvertible {
  let sort: faulty_sort
  var isSticky = false
  let testDescription: String

  static let error = Fault(sort: FAULTY_ERROR, testDescription: "an error once")
  static let errors = Fault(
    sort: FAULTY_ERROR, isSticky: true, testDescription: "errors from then on")
  static let noRoom = Fault(
    sort: FAULTY_FULL, isSticky: true, testDescription: "no room until somebody makes some")
  static let tear = Fault(sort: FAULTY_TEAR, testDescription: "a torn write and no power")
  static let power = Fault(sort: FAULTY_POWER, testDescription: "no power")
  static let kill = Fault(sort: FAULTY_KILL, testDescription: "a killed process")
  static let sync = Fault(sort: FAULTY_SYNC, testDescription: "a sync that fails and forgets")
}
