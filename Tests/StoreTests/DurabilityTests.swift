import FoundationEssentials
import Glibc
import PurgeCore
import Testing

@testable import Store

@Suite struct `A data folder` {
  let world: World

  init() throws { world = try World() }

  private func refusal() -> StoreError.Kind? {
    #expect(throws: StoreError.self) { try world.open() }?.code
  }

  @Test func `11 is refused to a second process, naming the first`() throws {
    let store = try world.open()
    let error = #expect(throws: StoreError.self) { try world.open() }
    #expect(error?.code == .inUse)
    #expect(error?.detail.contains("process \(getpid())") == true)
    withExtendedLifetime(store) {}
  }

  @Test func `can be opened again after it was closed`() async throws {
    await (try world.open()).close()
    #expect(throws: Never.self) { try world.open() }
  }

  @Test func `13 is refused when a newer hub wrote it`() async throws {
    await (try world.open()).close()
    try world.tamper("UPDATE meta SET number = 99 WHERE name = 'schema_version'")
    #expect(refusal() == .newerSchema)
  }

  @Test func `is refused under another master key`() async throws {
    await (try world.open()).close()
    let other = try #require(MasterKey(Array(repeating: 8, count: 32)))
    let error = #expect(throws: StoreError.self) { try Store(folder: world.folder, key: other) }
    #expect(error?.code == .wrongKey)
  }

  @Test func `12 is refused when its first page is damaged`() async throws {
    await (try world.open()).close()
    try damage(at: 0)
    #expect(refusal() == .corrupt)
  }

  @Test func `12 tells of a damaged page when it is checked`() async throws {
    let store = try world.open()
    _ = try await store.accept(.of(2_000))
    await store.close()
    try damage(at: 4_096)
    let error = await #expect(throws: StoreError.self) { try await world.open().check() }
    #expect(error?.code == .corrupt)
  }

  private func damage(at offset: Int) throws {
    let url = URL(filePath: world.folder + "/hub.sqlite")
    var bytes = [UInt8](try Data(contentsOf: url))
    for place in offset..<(offset + 2_048) { bytes[place] = 0x5A }
    try Data(bytes).write(to: url)
  }

  @Test func `is nobody else's to read`() throws {
    let store = try world.open()
    for name in try FileManager.default.contentsOfDirectory(atPath: world.folder) {
      let path = world.folder + "/" + name
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? Int == 0o600, "\(name)")
    }
    let mode = try FileManager.default.attributesOfItem(atPath: world.folder)[.posixPermissions]
    #expect(mode as? Int == 0o700)
    withExtendedLifetime(store) {}
  }

  @Test func `is of no use after it was closed`() async throws {
    let store = try world.open()
    await store.close()
    let error = await #expect(throws: StoreError.self) { try await store.accept(.of(1)) }
    #expect(error?.code == .closed)
  }
}

@Suite struct `An older database` {
  let world: World
  let newer: [Dialect.Text]
  let broken: [Dialect.Text]

  init() throws {
    world = try World()
    newer = Schema.steps + [Dialect.Text("CREATE TABLE later(id BIGINT)")]
    broken = newer + [Dialect.Text("CREATE TABLE half(id BIGINT); CREATE TABLE later(id BIGINT)")]
  }

  /// Opens the file as a hub of other steps would; returns the version it then has.
  private func version(after steps: [Dialect.Text]) throws -> Int? {
    let connection = try Connection(path: world.folder + "/hub.sqlite")
    try connection.execute("BEGIN IMMEDIATE")
    try Schema.bring(connection, by: steps)
    try connection.execute("COMMIT")
    return try connection.first("SELECT number FROM meta WHERE name = 'schema_version'") {
      (row) throws(StoreError) in row.integer(0)
    }
  }

  @Test func `13 becomes one of today and keeps what it holds`() async throws {
    let store = try world.open()
    _ = try await store.accept(.of(1))
    await store.close()
    #expect(try version(after: newer) == Schema.steps.count + 1)
    let connection = try Connection(path: world.folder + "/hub.sqlite")
    let requests = try connection.first("SELECT COUNT(*) FROM request") {
      (row) throws(StoreError) in row.integer(0)
    }
    #expect(requests == 1)
  }

  @Test func `13 of the first version gets the brakes and keeps its requests`() async throws {
    try FileManager.default.createDirectory(
      atPath: world.folder, withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: world.folder + "/hub.sqlite"))
    _ = try version(after: Array(Schema.steps.prefix(1)))
    let connection = try Connection(path: world.folder + "/hub.sqlite")
    try connection.execute(
      """
      INSERT INTO request(id, state, lane, purpose, total, accepted_at, deadline, start_at,
        open_tasks, actor)
      VALUES (5, 'pending', 1, 'dataHygiene', 1, 7, 9, 8, 0, 'ann')
      """)
    var maker = try Fingerprints(key: Keys(world.key).tombstones)
    let name = try maker.of(form: 1, "ada")
    try connection.run("INSERT INTO tombstone(fingerprint, request) VALUES (\(name), 5)")
    connection.close()
    let store = try world.open()
    let order = HoldOrder(fingerprints: [name], reason: "litigation", actor: "ann")
    let request = PurgeRequestID(bits: 5)
    #expect(try await store.place(order, at: noon).heldBack == [request])
    #expect(try await store.request(request).state == .onHold)
  }

  @Test func `13 stays what it was when a step fails`() async throws {
    await (try world.open()).close()
    #expect(throws: StoreError.self) { try version(after: broken) }
    #expect(throws: Never.self) { try world.open() }
  }
}

@Suite struct `A transaction` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  @Test func `is shared by whatever waits`() async throws {
    let before = try await store.counts().transactions
    let gate = Gate()
    async let first: Void = store.writer.write { _ in gate.wait() }
    await gate.reached()
    async let second: Void = store.audit("a", by: "ann", at: noon)
    async let third: Void = store.audit("b", by: "ann", at: noon)
    await store.writer.hasQueued(2)
    gate.open()
    try await first
    try await second
    try await third
    #expect(try await store.counts().transactions == before + 2)
  }

  @Test func `8 changes nothing on a full disk and is taken later`() async throws {
    let key = try await store.planned(2, by: 1)
    try await store.writer.between { (desk) throws(StoreError) in
      try desk.connection.execute("PRAGMA max_page_count = 1")
    }
    let error = await #expect(throws: StoreError.self) { try await store.accept(.of(5_000)) }
    #expect(error?.code == .full)
    try await store.writer.between { (desk) throws(StoreError) in
      try desk.connection.execute("PRAGMA max_page_count = 1000000")
    }
    #expect(await store.commit([.ended(key, 0..<1, .erased)]) != nil)
    #expect(try await store.accept(.of(5_000)).isNew)
    #expect(try await store.requests(limit: 9).count == 2)
  }

  @Test func `8 tells the engine that its batch changed nothing on a full disk`() async throws {
    let key = try await store.planned(60_000, by: 20_000)
    let exceptions = Change.ended(key, 0..<20_000, .ambiguous)
    try await store.writer.between { (desk) throws(StoreError) in
      try desk.connection.execute("PRAGMA max_page_count = 1")
    }
    #expect(await store.commit([exceptions]) == nil)
    #expect(try await store.counts().lastFailure?.code == .full)
    #expect(try await store.request(key.request).tasks[0].tally == Tally())
    try await store.writer.between { (desk) throws(StoreError) in
      try desk.connection.execute("PRAGMA max_page_count = 1000000")
    }
    #expect(await store.commit([exceptions]) != nil)
    #expect(try await store.request(key.request).tasks[0].tally.ambiguous == 20_000)
  }
}
