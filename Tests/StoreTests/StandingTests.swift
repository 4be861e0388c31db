import FoundationEssentials
import PurgeCore
import Testing

@testable import Store

@Suite struct `What support reads of a task` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  @Test(arguments: [false, true])
  func `gives every attempt once, page by page, though many ended at one instant`(
    newestFirst: Bool
  ) async throws {
    let key = try await store.planned(7, by: 1)
    await store.commit((0..<7).map { .ended(key, $0..<($0 + 1), .erased) })
    var (seen, place): ([Int], AttemptCursor?) = ([], nil)
    repeat {
      let page = try await store.attempts(
        of: key, after: place, newestFirst: newestFirst, limit: 2)
      seen += page.map(\.call.range.lowerBound)
      place = page.count == 2 ? page.last.map { AttemptCursor($0) } : nil
    } while place != nil
    #expect(seen == (newestFirst ? Array((0..<7).reversed()) : Array(0..<7)))
  }

  @Test func `tells the last try and when the next is due`() async throws {
    let key = try await store.planned(2, by: 1)
    let later = CallSchedule(due: noon + .minutes(5), attempts: 1, tries: 1, firstTried: noon)
    await store.commit([
      .ended(key, 0..<1, .erased), .ended(key, 1..<2, [CallSegment(1..<2, .again(later))]),
    ])
    let standing = try #require(try await store.standings(of: [key]).first)
    #expect(standing.last?.call.range == 1..<2)
    #expect(standing.due == noon + .minutes(5) && standing.giveUp == nil)
  }

  @Test func `has nothing to tell of a task that was not begun`() async throws {
    let key = TaskKey(try await store.accept(.of(1)).id, mixpanel)
    #expect(try await store.standings(of: [key]) == [TaskStanding()])
  }

  @Test func `finds who changed a connector, and why without any value`() async throws {
    let (id, place) = (
      PurgeRequestID(bits: 5), SettingPlace(path: "settings.owner", file: "a.json5", line: 4)
    )
    let reason = DisabledReason.referencesPurgedUser(id, [place])
    try await store.setConnector(
      mixpanel, to: .disabled(reason, since: noon), by: "files", at: noon)
    try await store.setConnector(mixpanel, to: .enabled, by: "ann", at: noon)
    try await store.setConnector(braze, to: .enabled, by: "ann", at: noon)
    let entries = try await store.auditEntries(of: mixpanel, since: 1, limit: 9)
    #expect(entries.map(\.action) == ["connector.enabled", "connector.disabled"])
    #expect(entries.last?.detail == "code 3001, a.json5:4 settings.owner")
    #expect(try await store.auditEntries(of: mixpanel, since: 2, limit: 9).count == 1)
  }

  @Test func `13 is found in a database that was made before there was an index for it`()
    async throws
  {
    let old = try World()
    try FileManager.default.createDirectory(atPath: old.folder, withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: old.folder + "/hub.sqlite"))
    let connection = try Connection(path: old.folder + "/hub.sqlite")
    try Schema.bring(connection, by: Array(Schema.steps.prefix(1)))
    try connection.execute(
      """
      INSERT INTO audit(sequence, at, actor, action, connector, detail, hash)
      VALUES (1, 5, 'ann', 'connector.enabled', 'mixpanel', '', x'00')
      """)
    connection.close()
    let entries = try await old.open().auditEntries(of: mixpanel, since: 0, limit: 9)
    #expect(entries.map(\.actor) == ["ann"])
  }
}
