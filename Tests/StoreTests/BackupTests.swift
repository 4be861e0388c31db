import FoundationEssentials
import Glibc
import PurgeCore
import Testing

@testable import Store

@Suite struct `A backup` {
  let world: World
  let store: Store
  let outside: Outside

  init() throws {
    world = try World()
    store = try world.open()
    outside = try Outside()
  }

  private func backUp(with key: MasterKey? = nil) async throws -> BackupManifest {
    try await store.backUp(to: outside.path("copy"), with: key, at: noon)
  }

  /// A store of the backup put in place in another folder, as its restoring is documented.
  private func restored() throws -> Store {
    let folder = outside.path("restored")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: outside.path("copy/hub.sqlite"), toPath: folder + "/hub.sqlite")
    return try Store(folder: folder, key: world.key)
  }

  @Test func `holds a request that can be finished after it was put in place`() async throws {
    let key = try await store.planned(3, by: 1)
    await store.commit([.ended(key, 0..<1, .erased)])
    _ = try await backUp()
    let again = try restored()
    let left = try await again.load(at: noon).calls
    #expect(left.map(\.people).joined().count == 2)
    await again.commit(left.map { .ended(key, $0.key.range, .erased) })
    #expect(try await again.request(key.request).state == .completed)
  }

  @Test func `believes nothing of what was told after it was made`() async throws {
    let key = try await store.planned(2, by: 2)
    _ = try await backUp()
    await store.commit([.ended(key, 0..<2, .erased)])
    let again = try restored()
    #expect(try await again.request(key.request).state == .inProgress)
    #expect(try await again.load(at: noon).calls.map(\.key.range) == [0..<2])
  }

  @Test func `is one moment of a database that many write to`() async throws {
    let ids = try await withThrowingTaskGroup { group in
      for number in 0..<40 {
        group.addTask { [store] in
          if number == 20 { _ = try await self.backUp() }
          return try await store.accept(.of(100, at: [mixpanel, braze])).id
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let again = try restored()
    #expect(try await again.requests(limit: 99).count <= ids.count)
    try await again.check()
    try await again.checkLedgers()
    guard case .intact = try await again.verifyAudit() else {
      Issue.record("its audit is broken")
      return
    }
  }

  @Test func `is nobody else's to read, and complete`() async throws {
    _ = try await backUp()
    let names = try FileManager.default.contentsOfDirectory(atPath: outside.path("copy")).sorted()
    #expect(names == ["backup.json", "hub.sqlite"])
    #expect(outside.mode("copy") == 0o700)
    #expect(names.allSatisfy { outside.mode("copy/" + $0) == 0o600 })
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside.folder) == ["copy"])
  }

  @Test func `names nobody, and holds no master key unless that is asked for`() async throws {
    _ = try await store.accept(.of(300))
    _ = try await backUp()
    let bytes = try outside.bytes("copy")
    #expect(!bytes.contains("canary-".utf8))
    #expect(!bytes.contains(String(repeating: "07", count: 32).utf8))
  }

  @Test func `has nothing left of people who were shredded`() async throws {
    let key = try await store.planned(600, by: 600)
    let wrapped = try await store.readers.read { (connection) throws(StoreError) in
      try connection.first("SELECT wrapped FROM request_key") { (row) throws(StoreError) in
        row.bytes(0)
      }
    }
    await store.commit([.ended(key, 0..<600, .erased)])
    _ = try await backUp()
    #expect(try !outside.bytes("copy").contains(#require(wrapped)))
  }

  @Test func `has the master key beside it when that is asked for`() async throws {
    let manifest = try await backUp(with: world.key)
    #expect(manifest.holdsKey)
    #expect(
      try outside.bytes("copy").contains((String(repeating: "07", count: 32) + "\n").utf8))
    #expect(outside.mode("copy/master.key") == 0o600)
  }

  @Test func `has no digest where it cannot be read`() throws {
    let error = #expect(throws: StoreError.self) { try FileDigest(of: outside.folder) }
    #expect(error?.code == .unavailable && error?.call == "read")
  }

  @Test func `overwrites nothing`() async throws {
    _ = try await backUp()
    let error = await #expect(throws: StoreError.self) { try await backUp() }
    #expect(error?.code == .exists)
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside.folder) == ["copy"])
  }

  @Test func `leaves nothing where it cannot be written`() async throws {
    let error = await #expect(throws: StoreError.self) {
      try await store.backUp(to: outside.path("none/copy"), with: nil, at: noon)
    }
    #expect(error?.code == .unavailable)
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside.folder).isEmpty)
  }

  @Test func `is found good with its key, and says when the key is another`() async throws {
    let manifest = try await backUp()
    let other = try #require(MasterKey(Array(repeating: 8, count: 32)))
    let verdict = try Store.checkBackup(in: outside.path("copy"), world.key)
    #expect(verdict.problems.isEmpty)
    #expect(verdict.manifest == manifest)
    #expect(verdict.keyFits == true)
    #expect(try Store.checkBackup(in: outside.path("copy"), other).keyFits == false)
    #expect(try Store.checkBackup(in: outside.path("copy"), nil).keyFits == nil)
  }

  @Test(arguments: [
    "truncate -s -1 hub.sqlite", "printf x | dd of=hub.sqlite bs=1 seek=5000 conv=notrunc",
    "rm hub.sqlite", "rm backup.json", "echo '{' > backup.json", "echo '{}' > backup.json",
  ])
  func `that was changed is found so`(change: String) async throws {
    _ = try await backUp()
    #expect(outside.shell("cd copy && \(change)") == 0)
    #expect(try !Store.checkBackup(in: outside.path("copy"), world.key).problems.isEmpty)
  }

  @Test func `is refused in parts whoever was killed in the middle`() throws {
    var folder: BackupFolder? = try BackupFolder(at: outside.path("copy"))
    try folder?.make(.database)
    let partial = try #require(
      try FileManager.default.contentsOfDirectory(atPath: outside.folder).first)
    #expect(partial.hasPrefix("copy.partial-"))
    #expect(try !Store.checkBackup(in: outside.path(partial), nil).problems.isEmpty)
    folder = nil
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside.folder).isEmpty)
  }
}

/// A folder beside the data folder.
final class Outside: Sendable {
  let folder: String

  init() throws {
    folder = NSTemporaryPath.make()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  func mode(_ name: String) -> Int? {
    try? FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int
  }

  /// Every byte of every file of a folder in it.
  func bytes(_ name: String) throws -> [UInt8] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted().flatMap {
      [UInt8](try Data(contentsOf: URL(filePath: path(name) + "/" + $0)))
    }
  }

  /// Runs a line in the folder; its exit code.
  func shell(_ line: String) -> Int32 {
    unsafe system("cd '\(folder)' && { \(line); } 2>/dev/null") >> 8
  }
}

@Suite struct `An upgrade` {
  let world: World

  init() throws {
    world = try World()
    let folder = try DataFolder(world.folder)
    let connection = try Connection(path: folder.database)
    try connection.execute("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE")
    try Schema.bring(connection, by: Array(Schema.steps.prefix(1)))
    try connection.execute("COMMIT")
    connection.close()
    folder.unlock()
  }

  private var copy: String { Store.oldCopy(of: 1, in: world.folder) }

  @Test func `54 keeps a copy of what was before`() async throws {
    let before = try Data(contentsOf: URL(filePath: world.folder + "/hub.sqlite"))
    #expect(
      try Store.version(of: world.folder) == DatabaseVersion(found: 1, known: Schema.steps.count))
    await (try world.open()).close()
    #expect(try Store.version(of: world.folder).found == Schema.steps.count)
    #expect(try Data(contentsOf: URL(filePath: copy)) == before)
    let mode = try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }

  @Test func `54 keeps no copy where nothing is upgraded`() async throws {
    await (try world.open()).close()
    try FileManager.default.removeItem(atPath: copy)
    await (try world.open()).close()
    #expect(!FileManager.default.fileExists(atPath: copy))
  }

  @Test func `54 replaces what an upgrade left that was killed`() async throws {
    for path in [copy, copy + ".partial"] {
      try Data("half".utf8).write(to: URL(filePath: path))
    }
    let before = try Data(contentsOf: URL(filePath: world.folder + "/hub.sqlite"))
    await (try world.open()).close()
    #expect(try Data(contentsOf: URL(filePath: copy)) == before)
  }

  @Test func `54 forgets its copy after a week`() async throws {
    await (try world.open()).close()
    let now = Instant(milliseconds: Int64(time(nil)) * 1_000)
    let due = try #require(Store.forgetOldCopies(in: world.folder, at: now))
    #expect(due - now <= .days(7))
    #expect(FileManager.default.fileExists(atPath: copy))
    #expect(Store.forgetOldCopies(in: world.folder, at: due) == nil)
    #expect(!FileManager.default.fileExists(atPath: copy))
  }

  @Test func `13 of a newer database is refused without a change of one byte`() async throws {
    await (try world.open()).close()
    try world.tamper("UPDATE meta SET number = 99 WHERE name = 'schema_version'")
    let before = try world.bytes()
    let error = #expect(throws: StoreError.self) { try Store.version(of: world.folder) }
    #expect(error?.code == .newerSchema)
    #expect(throws: StoreError.self) { try world.open() }
    // The lock names another process.
    #expect(try world.bytes().count == before.count)
  }
}
