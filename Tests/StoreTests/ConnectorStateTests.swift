import PurgeCore
import Testing

@testable import Store

@Suite struct `A connector's state` {
  let world: World
  let store: Store

  init() throws {
    world = try World()
    store = try world.open()
  }

  private static let places = [
    SettingPlace(path: "settings.notify", file: "mixpanel.json5", line: 7)
  ]

  @Test(
    arguments: [
      .enabled, .degraded(since: noon),
      .disabled(.referencesPurgedUser(PurgeRequestID(bits: 9), places), since: noon),
      .disabled(.administrator(note: "later"), since: noon),
      .disabled(.configurationInvalid(["line 3: \"url\" is missing"]), since: noon),
      .disabled(.credentialRejected(status: 401), since: noon),
      .disabled(.unreachable(since: noon), since: noon),
      .disabled(.removedFromConfiguration, since: noon),
    ] as [ConnectorState])
  func `reads back as it was written`(state: ConnectorState) async throws {
    try await store.setConnector(mixpanel, to: state, by: "ann", at: noon)
    await store.close()
    #expect(try await world.open().connectors().map(\.state) == [state])
  }

  @Test func `blocks its open tasks while it is disabled`() async throws {
    let key = TaskKey(try await store.accept(.of(2)).id, mixpanel)
    let note = ConnectorState.disabled(.administrator(note: ""), since: noon)
    try await store.setConnector(mixpanel, to: note, by: "ann", at: noon)
    #expect(
      try await store.request(key.request).tasks[0].state == .blocked(.disabledByAdministrator))
    #expect(try await store.load().tasks.isEmpty)
    await store.commit([.planned(key, [0..<2], at: noon)])
    #expect(try await store.counts().stalePlans == 1)
  }

  @Test func `lets its tasks go on when it is enabled again`() async throws {
    let note = ConnectorState.disabled(.administrator(note: ""), since: noon)
    try await store.setConnector(mixpanel, to: note, by: "ann", at: noon)
    let id = try await store.accept(.of(2)).id
    #expect(try await store.request(id).needsAttention)
    try await store.setConnector(mixpanel, to: .enabled, by: "ann", at: noon)
    #expect(try await store.request(id).tasks[0].state == .queued)
    #expect(try await store.load().tasks.map(\.key.request) == [id])
  }

  @Test func `lets tasks go on where they were`() async throws {
    let key = try await store.planned(3, by: 1)
    await store.commit([.ended(key, 0..<1, .erased)])
    let note = ConnectorState.disabled(.administrator(note: ""), since: noon)
    try await store.setConnector(mixpanel, to: note, by: "ann", at: noon)
    await store.commit([.ended(key, 1..<2, .erased)])
    let blocked = try await store.request(key.request).tasks[0]
    #expect(blocked.state == .blocked(.disabledByAdministrator))
    #expect(blocked.tally.erased == 2)
    try await store.setConnector(mixpanel, to: .enabled, by: "ann", at: noon)
    #expect(try await store.request(key.request).tasks[0].state == .running)
  }

  @Test func `leaves a waiting request waiting when it is enabled again`() async throws {
    let note = ConnectorState.disabled(.administrator(note: ""), since: noon)
    try await store.setConnector(mixpanel, to: note, by: "ann", at: noon)
    _ = try await store.accept(.of(1, startAt: noon + .hours(1)))
    try await store.setConnector(mixpanel, to: .enabled, by: "ann", at: noon)
    #expect(try await store.load().tasks.isEmpty)
    #expect(try await store.load(at: noon + .hours(1)).tasks.count == 1)
  }

  @Test func `is disabled with the request that purges somebody it names`() async throws {
    let earlier = try await store.accept(.of(1)).id
    var acceptance = Acceptance.of(1, at: [mixpanel, braze])
    acceptance.references = [ConnectorReferences(mixpanel, Self.places)]
    let id = try await store.accept(acceptance).id
    let states = try await store.connectors().map(\.state)
    #expect(states == [.disabled(.referencesPurgedUser(id, Self.places), since: noon)])
    #expect(
      try await store.request(earlier).tasks[0].state == .blocked(.referencesPurgedUser))
    #expect(
      try await store.request(id).tasks.map(\.state) == [.queued, .blocked(.referencesPurgedUser)])
  }

  @Test func `is never ended by the engine when it is disabled`() async throws {
    let note = ConnectorState.disabled(.administrator(note: ""), since: noon)
    try await store.setConnector(mixpanel, to: note, by: "ann", at: noon)
    await store.commit([
      .connector(mixpanel, .enabled),
      .connector(mixpanel, .disabled(.credentialRejected(status: 401), since: noon)),
    ])
    #expect(try await store.connectors().map(\.state) == [note])
  }

  @Test func `is disabled by the engine when its credential is rejected`() async throws {
    let id = try await store.accept(.of(1)).id
    let rejected = ConnectorState.disabled(.credentialRejected(status: 401), since: noon)
    await store.commit([.connector(mixpanel, rejected)])
    #expect(try await store.connectors().map(\.state) == [rejected])
    #expect(try await store.request(id).tasks[0].state == .blocked(.credentialRejected))
  }

  @Test func `is written down once when the engine repeats itself`() async throws {
    let ill = ConnectorState.degraded(since: noon)
    await store.commit([.connector(mixpanel, ill), .connector(mixpanel, ill)])
    #expect(try await store.auditEntries(limit: 9).map(\.action) == ["connector.degraded"])
  }

  @Test func `comes with its last good text, sealed`() async throws {
    let text = ConnectorText(revision: "r1", text: "{ token: 'canary-secret' }")
    try await store.setConnector(mixpanel, to: .enabled, revision: text, by: "ann", at: noon)
    try await store.setConnector(mixpanel, to: .degraded(since: noon), by: "hub", at: noon)
    let record = try #require(try await store.connectors().first)
    #expect(record.revision == "r1")
    #expect(record.goodRevision == text.text)
    #expect(try !world.bytes().contains("canary-secret".utf8))
  }

  @Test func `S7 gives out no call while it is disabled`() async throws {
    let key = try await store.planned(1, by: 1)
    await store.commit([.released([CallKey(key, 0..<1)])])
    let note = ConnectorState.disabled(.administrator(note: ""), since: noon)
    try await store.setConnector(mixpanel, to: note, by: "ann", at: noon)
    #expect(try await store.load().calls.isEmpty)
    try await store.setConnector(mixpanel, to: .enabled, by: "ann", at: noon)
    #expect(try await store.load().calls.count == 1)
  }

  @Test func `shows what it owes, a page at a time`() async throws {
    for _ in 0..<5 { _ = try await store.accept(.of(1)) }
    let first = try await store.openTasks(of: mixpanel, limit: 2)
    let rest = try await store.openTasks(of: mixpanel, after: first.last?.key.request, limit: 9)
    #expect(Set((first + rest).map(\.key)).count == 5)
  }

  @Test func `is asked for when it owes something but is not configured`() async throws {
    _ = try await store.accept(.of(1, at: [mixpanel, braze]))
    #expect(try await store.ghosts(besides: [braze]) == [mixpanel])
  }
}
