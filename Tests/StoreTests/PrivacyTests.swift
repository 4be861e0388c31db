import FoundationEssentials
import PurgeCore
import Testing

@testable import Store

@Suite struct `The people of a request` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  @Test(arguments: [
    Subject([Identity(.email, "ann@example.org"), Identity(.phone, "+4915112345678")]),
    Subject([Identity(.userAlias, "ann", label: "app")]),
    Subject([Identity(.userAlias, "ann", label: "")]),
    Subject([Identity(IdentityKind("brazeId"), "b-1")]),
    Subject([
      Identity(.email, "é@x", prioritization: [.identified, .mostRecentlyUpdated])
    ]),
  ])
  func `are read as they were given`(person: Subject) throws {
    #expect(SubjectBlock.decode(SubjectBlock.encode([person])) == [person])
  }

  @Test func `are not read from bytes that end too soon`() {
    let bytes = SubjectBlock.encode(people(3)[...])
    for count in 0..<bytes.count {
      #expect(SubjectBlock.decode(Array(bytes[..<count])) == nil)
    }
  }

  @Test func `stand in no file, not while open and not after`() async throws {
    let key = try await store.planned(1_000, by: 100)
    await store.commit([.ended(key, 0..<100, .erased), .ended(key, 100..<200, .ambiguous)])
    #expect(try !world.bytes().contains("canary-".utf8))
    await store.close()
    #expect(try !world.bytes().contains("canary-".utf8))
  }

  @Test func `have no key any more when the request is done`() async throws {
    let key = try await store.planned(600, by: 600)
    let wrapped = try await store.readers.read { (connection) throws(StoreError) in
      try connection.first("SELECT wrapped FROM request_key") { (row) throws(StoreError) in
        row.bytes(0)
      }
    }
    #expect(try world.bytes().contains(#require(wrapped)))
    await store.commit([.ended(key, 0..<600, .erased)])
    _ = try await store.writer.between { (desk) throws(StoreError) in desk.truncateLog() }
    #expect(try !world.bytes().contains(#require(wrapped)))
    #expect(try await store.rowCount("SELECT COUNT(*) FROM subject") == 0)
  }

  @Test func `are sealed to their request and place`() throws {
    let key = try RequestKey()
    let (one, two) = (PurgeRequestID(bits: 1), PurgeRequestID(bits: 2))
    let sealed = try key.seal(people(2)[...], of: one, block: 0)
    #expect(try key.open(sealed, of: one, block: 0) == people(2))
    #expect(throws: StoreError.self) { try key.open(sealed, of: one, block: 1) }
    #expect(throws: StoreError.self) { try key.open(sealed, of: two, block: 0) }
  }

  @Test func `take a row for each block and none for each person`() async throws {
    _ = try await store.planned(100_000, by: 50_000, at: [mixpanel, braze])
    #expect(try await store.rowCount("SELECT COUNT(*) FROM subject") == 196)
    #expect(try await store.rowCount("SELECT COUNT(*) FROM call") == 2)
    #expect(try await store.rowCount("SELECT COUNT(*) FROM task") == 2)
    #expect(try await store.rowCount("SELECT COUNT(*) FROM task_result") == 0)
  }

  @Test func `have other fingerprints under another key or form`() throws {
    var mine = try store.fingerprints()
    var others = try Fingerprints(key: Array(repeating: 9, count: 32))
    let print = try mine.of(form: 1, "ann")
    #expect(try mine.of(form: 1, "ann") == print)
    #expect(try mine.of(form: 2, "ann") != print)
    #expect(try others.of(form: 1, "ann") != print)
    #expect(Fingerprint(print.bytes) == print)
  }
}

@Suite struct `The audit trail` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  private func fill() async throws {
    for number in 1...5 { try await store.audit("note", by: "ann", detail: "\(number)", at: noon) }
  }

  @Test func `is intact when nobody touched it`() async throws {
    try await fill()
    guard case .intact(let entries, _) = try await store.verifyAudit() else {
      Issue.record("broken")
      return
    }
    #expect(entries == 5)
  }

  @Test(
    arguments: [
      "UPDATE audit SET actor = 'eve' WHERE sequence = 3",
      "UPDATE audit SET at = at + 1 WHERE sequence = 3",
      "UPDATE audit SET detail = '' WHERE sequence = 3",
      "DELETE FROM audit WHERE sequence = 3",
    ] as [StaticString])
  func `shows which entry was edited`(vandalism: StaticString) async throws {
    try await fill()
    await store.close()
    try world.tamper(vandalism)
    #expect(try await world.open().verifyAudit() == .broken(sequence: 3))
  }

  @Test func `has an entry for each change an operator makes`() async throws {
    let key = try await store.planned(1, by: 1)
    await store.commit([.ended(key, 0..<1, .ambiguous)])
    _ = try await store.retry(key, by: "ann", at: noon)
    _ = try await store.waive(key, by: "bob", reason: "known to be gone", at: noon)
    let actions = try await store.auditEntries(of: key.request, limit: 9).map(\.action)
    #expect(
      actions == [
        "request.accepted", "task.retried", "task.waived", "request.completedWithExceptions",
      ])
  }
}
