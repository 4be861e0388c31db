import FoundationEssentials
import PurgeCore
import Synchronization
import Testing

@testable import Store

@Suite struct `A database file` {
  let world: World

  init() throws { world = try World() }

  private var path: String { world.folder + "/hub.sqlite" }

  @Test(arguments: [0, 1, 4_096, 20_480])
  func `12 that was cut is refused`(length: Int) async throws {
    let store = try world.open()
    _ = try await store.accept(.of(1))
    await store.close()
    let bytes = try Data(contentsOf: URL(filePath: path))
    try bytes.prefix(length).write(to: URL(filePath: path))
    let error = #expect(throws: StoreError.self) { try world.open() }
    #expect(error?.code == .corrupt)
  }

  @Test func `12 whose damaged page is met in use ends the process`() async throws {
    let store = try world.open()
    try await store.audit("note", by: "ann", at: noon)
    let page = try await store.rowCount("SELECT rootpage FROM sqlite_schema WHERE name = 'audit'")
    await store.close()
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    for place in (page - 1) * 4_096..<page * 4_096 { bytes[place] = 0x5A }
    try Data(bytes).write(to: URL(filePath: path))
    let why = Mutex<StoreError?>(nil)
    let again = try Store(folder: world.folder, key: world.key, disk: nil) { error in
      why.withLock { $0 = $0 ?? error }
    }
    try? await again.audit("note", by: "ann", at: noon)
    #expect(why.withLock { $0?.code } == .corrupt)
  }

  @Test func `10 L6 has a log of at most 64 MB once the reader that pinned it is gone`()
    async throws
  {
    let store = try world.open()
    let gate = Gate()
    async let reading: Void = store.readers.read { (connection) throws(StoreError) in
      _ = try connection.nextStart()
      gate.wait()
    }
    await gate.reached()
    try await store.writer.between { (desk) throws(StoreError) in
      try desk.connection.execute("CREATE TABLE ballast AS SELECT zeroblob(70000000)")
    }
    #expect(try logSize() > 70_000_000)
    gate.open()
    try await reading
    for _ in 0..<2 { try await store.audit("note", by: "ann", at: noon) }
    #expect(try logSize() <= 64 << 20)
  }

  private func logSize() throws -> Int {
    let facts = try FileManager.default.attributesOfItem(atPath: path + "-wal")
    return try #require(facts[.size] as? Int)
  }
}

@Suite struct `A disk that fails under the writer` {
  let disk: Disk

  init() throws { disk = try Disk() }

  @Test func `6 ends the process, even before the commit`() async throws {
    let store = try disk.open()
    disk.plan(.error, at: 1)
    await #expect(throws: StoreError.self) { try await store.accept(.of(1)) }
    #expect(disk.whyEnded?.code == .diskFailed)
    await store.close()
  }

  @Test func `6 does not end it when only a reader fails`() async throws {
    let store = try disk.open()
    let id = try await store.accept(.of(1)).id
    disk.plan(.error, at: 1)
    let error = await #expect(throws: StoreError.self) { try await store.request(id) }
    #expect(error?.code == .diskFailed)
    #expect(disk.whyEnded == nil)
    #expect(try await store.request(id).total == 1)
    await store.close()
  }

  @Test func `8 has room again when the log was written back`() async throws {
    let store = try disk.open()
    let key = try await store.planned(2, by: 2)
    disk.plan(.noRoom, at: 1)
    #expect(await store.commit([.ended(key, 0..<2, .erased)]) == nil)
    #expect(disk.whyEnded == nil)
    disk.mend()
    #expect(await store.commit([.ended(key, 0..<2, .erased)]) != nil)
    #expect(try await store.request(key.request).state == .completed)
    await store.close()
  }

  @Test func `6 lets a store be closed that could not empty its log`() async throws {
    let store = try disk.open()
    let key = try await store.planned(1, by: 1)
    let gate = Gate()
    async let reading: Void = store.readers.read { (connection) throws(StoreError) in
      _ = try connection.nextStart()
      gate.wait()
    }
    await gate.reached()
    await store.commit([.ended(key, 0..<1, .erased)])
    gate.open()
    try await reading
    disk.plan(.errors, at: 1)
    await store.close()
    // The wish to empty the log comes back to a store that is closed.
    #expect(try await store.writer.between { $0.forget() } == nil)
  }
}

@Suite struct `An upgrade of the database` {
  let disk: Disk
  let newer =
    Schema.steps + [Dialect.Text("CREATE TABLE later(id BIGINT); CREATE TABLE more(id BIGINT)")]

  init() async throws {
    disk = try Disk()
    let store = try disk.open()
    _ = try await store.accept(.of(1))
    await store.close()
    disk.keep()
  }

  private func upgrade() throws(StoreError) -> Int? {
    let connection = try disk.connect()
    try connection.execute("BEGIN IMMEDIATE")
    try Schema.bring(connection, by: newer)
    try connection.execute("COMMIT")
    return try connection.first("SELECT (SELECT COUNT(*) FROM request) + COUNT(*) FROM more") {
      (row) throws(StoreError) in row.integer(0)
    }
  }

  @Test(arguments: [Fault.kill, .power, .error, .tear])
  func `54 13 is done again wherever the first one ended`(fault: Fault) throws {
    for n in 1... {
      disk.reset()
      disk.plan(fault, at: n)
      _ = try? upgrade()
      let hasFailed = disk.hasFailed
      disk.restart()
      disk.mend()
      #expect(try upgrade() == 1, "\(n): \(disk.place)")
      guard hasFailed else { break }
    }
  }
}
