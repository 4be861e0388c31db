import FoundationEssentials
import PurgeCore
import Testing

@testable import Store

/// Prints figures; run with `PURGEHUB_MEASURE=1` in a release build.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["PURGEHUB_MEASURE"] != nil))
struct `How fast the store is` {
  let world: World
  let store: Store
  let clock = ContinuousClock()

  init() throws {
    world = try World()
    store = try world.open()
  }

  private func report(_ what: String, _ count: Int, _ time: Duration) {
    let seconds = time / .seconds(1)
    print("\(what): \(seconds) s, \(Int(Double(count) / seconds))/s")
  }

  @Test func `in accepting a million people`() async throws {
    let subjects = people(1_000_000)
    var acceptance = Acceptance.of(1)
    acceptance.lane = .bulk
    var fingerprints = try store.fingerprints()
    let start = clock.now
    acceptance.fingerprints = try subjects.map {
      try fingerprints.of(form: 1, $0.identities[0].value)
    }
    report("fingerprints of a million", 1_000_000, clock.now - start)
    acceptance.subjects = Roster(subjects)
    let sealing = clock.now
    async let others = longestWait(4_000)
    let staged = try await store.stage(acceptance.subjects, acceptance.fingerprints)
    report("sealing and staging a million", 1_000_000, clock.now - sealing)
    let writing = clock.now
    let id = try await store.accept(acceptance, staged).id
    report("writing a million", 1_000_000, clock.now - writing)
    print("longest wait of others meanwhile: \(try await others)")
    let key = TaskKey(id, mixpanel)
    let waiving = clock.now
    _ = try await store.waive(key, by: "ann", reason: "", at: noon)
    report("waiving and shredding a million", 1_000_000, clock.now - waiving)
  }

  @Test func `in starting with a million people open`() async throws {
    let id = try await store.accept(.of(1_000_000)).id
    let key = TaskKey(id, mixpanel)
    for start in stride(from: 0, to: 1_000_000, by: 10_000) {
      let ranges = stride(from: start, to: start + 10_000, by: 10).map { $0..<($0 + 10) }
      await store.commit([.planned(key, ranges, at: noon)])
    }
    await store.close()
    let opening = clock.now
    let again = try world.open()
    report("opening with open calls", 100_000, clock.now - opening)
    let loading = clock.now
    let calls = try await again.load(calls: 256).calls.count
    report("first load", calls, clock.now - loading)
  }

  /// The longest an audit entry took, of so many milliseconds of entries one after the other.
  private func longestWait(_ milliseconds: Int) async throws -> Duration {
    let end = clock.now + .milliseconds(milliseconds)
    var longest = Duration.zero
    while clock.now < end {
      let start = clock.now
      try await store.audit("note", by: "ann", at: noon)
      longest = max(longest, clock.now - start)
    }
    return longest
  }

  @Test(arguments: [1, 20])
  func `in concluding calls of one request`(connectors: Int) async throws {
    let names = (0..<connectors).map { ConnectorName("connector-\($0)") }
    let id = try await store.accept(.of(100_000, at: names)).id
    let start = clock.now
    let count = 100_000
    let steps = stride(from: 0, to: count / connectors, by: 256)
    for (turn, first) in steps.enumerated() {
      _ = turn
      for name in names { await planAndEnd(TaskKey(id, name), first, 256) }
    }
    report("\(connectors) connectors: planned and concluded calls", count, clock.now - start)
  }

  private func planAndEnd(_ key: TaskKey, _ first: Int, _ count: Int) async {
    let ranges = (first..<min(first + count, 100_000)).map { $0..<($0 + 1) }
    await store.commit([.planned(key, ranges, at: noon)])
    await store.commit(ranges.map { .ended(key, $0, .erased) })
  }

  @Test func `in replaying many requests and many people`() async throws {
    let requests = 10_000
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          for _ in 0..<200 { _ = try await store.accept(.of(1, at: [mixpanel, braze])) }
        }
      }
      try await group.waitForAll()
    }
    try await finishAll()
    let planning = clock.now
    let shares = try await store.replayable(at: mixpanel, since: noon)
    report("finding open requests to replay", requests, clock.now - planning)
    try await replay(shares.map(\.request), "replaying requests of one person", requests)
    let people = 200_000
    let key = try await store.planned(people, by: 1_000, at: [mixpanel, braze])
    for first in stride(from: 0, to: people - 1_000, by: 1_000) {
      await store.commit([.ended(key, first..<(first + 1_000), .erased)])
    }
    try await replay([key.request], "replaying people of one request, one a call", people)
  }

  private func replay(_ requests: [PurgeRequestID], _ what: String, _ count: Int) async throws {
    let order = ReplayOrder(
      at: mixpanel, since: noon, plan: what, parts: requests.map { .init($0) }, actor: "ann")
    let start = clock.now
    _ = try await store.replay(order, at: noon)
    report(what, count, clock.now - start)
  }

  @Test func `in accepting single people one after the other`() async throws {
    let start = clock.now
    for _ in 0..<2_000 { _ = try await store.accept(.of(1)) }
    report("single accepts, one at a time", 2_000, clock.now - start)
  }

  @Test func `in accepting single people many at once`() async throws {
    let start = clock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<64 {
        group.addTask { for _ in 0..<500 { _ = try await store.accept(.of(1)) } }
      }
      try await group.waitForAll()
    }
    report("single accepts, 64 at a time", 32_000, clock.now - start)
    try await toggle()
    try await finishAll()
  }

  private func toggle() async throws {
    let start = clock.now
    let note = ConnectorState.disabled(.administrator(note: ""), since: noon)
    try await store.setConnector(mixpanel, to: note, by: "ann", at: noon)
    try await store.setConnector(mixpanel, to: .enabled, by: "ann", at: noon)
    report("disabled and enabled with open tasks", 32_000, clock.now - start)
  }

  private func finishAll() async throws {
    let start = clock.now
    var ended = 0
    while true {
      let tasks = try await store.load(tasks: 256).tasks
      if tasks.isEmpty { break }
      await store.commit(tasks.map { .planned($0.key, [0..<1], at: noon) })
      await store.commit(tasks.map { .ended($0.key, 0..<1, .erased) })
      ended += tasks.count
    }
    report("single requests loaded, planned, concluded, finished", ended, clock.now - start)
  }
}
