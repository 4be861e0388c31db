import PurgeCore
import Testing

@testable import Store

@Suite struct `A change that cannot be made although the disk is well` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  private func tamper(_ script: StaticString) async throws {
    try await store.writer.between { (desk) throws(StoreError) in
      try desk.connection.execute(script)
    }
  }

  private func asides() async throws -> [AuditEntry] {
    try await store.auditEntries(limit: 99).filter { $0.action == "change.setAside" }
  }

  @Test func `L1 P4 stops no other change of its batch`() async throws {
    let key = try await store.planned(4, by: 2)
    try await tamper("INSERT INTO task_result SELECT request, connector, 0, 1, 2, 0 FROM task")
    let done = await store.commit([.ended(key, 0..<2, .erased), .ended(key, 2..<4, .erased)])
    #expect(done != nil)
    let task = try await store.request(key.request).tasks[0]
    #expect(task.tally.erased == 2)
    #expect(task.state == .needsAttention(.storageFailed))
  }

  @Test func `L1 leaves its people to a person, and says why in the audit`() async throws {
    let key = try await store.planned(2, by: 2)
    try await tamper("INSERT INTO task_result SELECT request, connector, 0, 1, 2, 0 FROM task")
    await store.commit([.ended(key, 0..<2, .erased)])
    let exceptions = try await store.exceptions(of: key, limit: 9)
    #expect(exceptions.map(\.verdict) == [.failed(.storageFailed), .failed(.storageFailed)])
    #expect(try await store.attempts(of: key, limit: 9).count == 1)
    let entry = try #require(try await asides().first)
    #expect(entry.request == key.request && entry.connector == key.connector)
    #expect(entry.detail.contains("UNIQUE"))
  }

  @Test func `L1 P4 does not keep others from being planned`() async throws {
    let broken = try await store.accept(.of(2)).id
    try await tamper("UPDATE subject SET sealed = x'00'")
    let sound = try await store.accept(.of(2)).id
    let keys = [broken, sound].map { TaskKey($0, mixpanel) }
    let calls = await store.commit(keys.map { .planned($0, [0..<2], at: noon) })
    #expect(calls?.map(\.key.task) == [keys[1]])
    let task = try await store.request(broken).tasks[0]
    #expect(task.state == .needsAttention(.storageFailed))
    #expect(task.plannedThrough == 2)
    #expect(try await store.load().tasks.isEmpty)
  }

  @Test func `L1 P4 does not keep others from being given out`() async throws {
    let broken = try await store.planned(2, by: 2)
    try await tamper("UPDATE subject SET sealed = x'00'")
    let sound = try await store.planned(2, by: 2)
    await store.close()
    let again = try world.open()
    #expect(try await again.load().calls.map(\.key.task) == [sound])
    #expect(
      try await again.request(broken.request).tasks[0].state == .needsAttention(.storageFailed))
  }

  @Test func `L1 P4 sets a whole task aside when it cannot be read`() async throws {
    let broken = try await store.accept(.of(2)).id
    try await tamper("UPDATE task SET state = 'nonsense'")
    let sound = try await store.accept(.of(2)).id
    let keys = [broken, sound].map { TaskKey($0, mixpanel) }
    let calls = await store.commit(keys.map { .planned($0, [0..<2], at: noon) })
    #expect(calls?.map(\.key.task) == [keys[1]])
    #expect(try await store.request(broken).tasks[0].state == .needsAttention(.storageFailed))
    #expect(try await asides().count == 1)
  }

  @Test func `8 is not what a full disk makes of a batch`() async throws {
    let key = try await store.planned(60_000, by: 20_000)
    try await tamper("PRAGMA max_page_count = 1")
    #expect(await store.commit([.ended(key, 0..<20_000, .ambiguous)]) == nil)
    #expect(try await asides().isEmpty)
  }
}
