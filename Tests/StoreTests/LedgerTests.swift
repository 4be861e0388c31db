import PurgeCore
import Testing

@testable import Store

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct `Every person of a task` {
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `S2 S3 is in one place and counted once, whatever happens`(seed: UInt64) async throws {
    let world = try World()
    var player = Player(store: try world.open(), dice: Dice(state: seed))
    try await player.begin()
    for _ in 0..<60 {
      try await player.step()
      try await player.store.checkLedgers()
    }
  }
}

/// Does what an engine and operators might do, in any order.
private struct Player {
  let store: Store
  var dice: Dice
  var keys: [TaskKey] = []
  var now = noon

  init(store: Store, dice: Dice) {
    self.store = store
    self.dice = dice
  }

  mutating func begin() async throws {
    for _ in 0..<3 {
      let id = try await store.accept(.of(Int.random(in: 1...40, using: &dice), at: names)).id
      keys += names.map { TaskKey(id, $0) }
    }
  }

  private let names = [mixpanel, braze]

  mutating func step() async throws {
    now = now + .seconds(30)
    let key = keys[Int.random(in: 0..<keys.count, using: &dice)]
    switch Int.random(in: 0..<18, using: &dice) {
    case 0..<5: try await plan(key)
    case 5..<11: try await conclude(key)
    case 11: await store.commit([.released(try await store.openCalls(of: key).map(\.key))])
    case 12: _ = try await store.load(key.connector, at: now)
    case 13:
      _ = try await store.retry(
        key, peoplePerCall: Int.random(in: 1...4, using: &dice), by: "ann", at: now)
    case 14: try await toggle(key.connector)
    case 15, 16: try await replay(key)
    default: try await waiveSometimes(key)
    }
  }

  private mutating func plan(_ key: TaskKey) async throws {
    let task = try await store.task(key)
    var (ranges, position): ([Range<Int>], Int) = ([], task.plannedThrough)
    if Int.random(in: 0..<8, using: &dice) == 0 { position += 1 }
    for _ in 0..<Int.random(in: 1...3, using: &dice) where position < task.total {
      let end = min(task.total, position + Int.random(in: 1...9, using: &dice))
      ranges.append(position..<end)
      position = end
    }
    if !ranges.isEmpty { await store.commit([.planned(key, ranges, at: now)], at: now) }
  }

  /// Ends several calls in one batch, one of them twice.
  private mutating func conclude(_ key: TaskKey) async throws {
    var changes: [Change] = []
    for call in try await store.openCalls(of: key).shuffled(using: &dice).prefix(3) {
      changes.append(.ended(key, call.key.range, segments(of: call.key.range), at: now))
    }
    if let again = changes.first { changes.append(again) }
    await store.commit(changes, at: now)
  }

  private mutating func segments(of range: Range<Int>) -> [CallSegment] {
    var (segments, position): ([CallSegment], Int) = ([], range.lowerBound)
    while position < range.upperBound {
      let end = Int.random(in: (position + 1)...range.upperBound, using: &dice)
      segments.append(CallSegment(position..<end, fate()))
      position = end
    }
    return segments
  }

  private mutating func fate() -> CallSegment.Fate {
    switch Int.random(in: 0..<9, using: &dice) {
    case 0..<3: .settled(.erased)
    case 3: .settled(.absent)
    case 4: .settled(.ambiguous)
    case 5: .settled(.failed(.refused))
    case 6: .again(CallSchedule(due: now, attempts: 1, firstTried: now, isHeld: true))
    case 7: .again(CallSchedule(due: now + .minutes(1), attempts: 1, firstTried: now))
    default:
      .again(
        CallSchedule(due: now, phase: .polling(job: "j", since: now, giveUpAt: now + .days(1))))
    }
  }

  private mutating func toggle(_ name: ConnectorName) async throws {
    let note = ConnectorState.disabled(.administrator(note: ""), since: now)
    let state = Bool.random(using: &dice) ? note : .enabled
    try await store.setConnector(name, to: state, by: "ann", at: now)
  }

  /// Asks again for those who ended lately, but for one or the other.
  private mutating func replay(_ key: TaskKey) async throws {
    let since = now + .seconds(-30 * Int64.random(in: 0...40, using: &dice))
    let spared = (0..<40).filter { _ in Int.random(in: 0..<12, using: &dice) == 0 }
    let order = ReplayOrder(
      at: key.connector, since: since, plan: "\(now)",
      parts: [.init(key.request, sparing: spared)],
      peoplePerCall: Int.random(in: 1...4, using: &dice), actor: "ann")
    _ = try? await store.replay(order, at: now)
  }

  private mutating func waiveSometimes(_ key: TaskKey) async throws {
    guard Int.random(in: 0..<4, using: &dice) == 0, try await !store.task(key).state.isClosed
    else { return }
    _ = try await store.waive(key, by: "ann", reason: "", at: now)
  }
}

/// What lies somewhere: a range of people and the word for it.
private struct Place {
  var range: Range<Int>
  var what: String
}

extension Store {
  func task(_ key: TaskKey) async throws -> ConnectorTask {
    try #require(try await request(key.request).tasks.first { $0.key == key })
  }

  fileprivate func openCalls(of key: TaskKey) async throws -> [Call] {
    try await places(key, "call").map { place in
      Call(
        CallKey(key, place.range), people: people(place.range.count),
        schedule: CallSchedule(due: noon), requestedAt: noon, deadline: noon, lane: .normal)
    }
  }

  private func places(_ key: TaskKey, _ table: String) async throws -> [Place] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.places(key).filter { $0.what.hasPrefix(table) }
    }
  }

  /// Fails unless every task's people are each in exactly one place and counted there.
  func checkLedgers() async throws {
    for request in try await requests(limit: 99) {
      #expect(request.state.isFinal == request.tasks.allSatisfy(\.state.isClosed))
      for task in request.tasks {
        let places = try await places(task.key, "")
        checkPartition(task, places)
        checkTally(task, places)
      }
    }
  }

  private func checkPartition(_ task: ConnectorTask, _ places: [Place]) {
    var position = 0
    for place in places.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      #expect(place.range.lowerBound == position, "\(place.what)")
      position = place.range.upperBound
    }
    #expect(position == task.plannedThrough)
  }

  private func checkTally(_ task: ConnectorTask, _ places: [Place]) {
    func count(_ what: String) -> Int {
      places.filter { $0.what == what }.map(\.range.count).reduce(0, +)
    }
    let tally = task.tally
    #expect(count("result 1") == tally.erased)
    #expect(count("result 2") == tally.absent)
    #expect(count("result 6") == tally.waived)
    #expect(count("exception 7") == tally.ambiguous)
    #expect(count("exception 8") == tally.failed)
    #expect(count("call polling") == tally.pending)
  }
}

extension Connection {
  fileprivate func places(_ key: TaskKey) throws(StoreError) -> [Place] {
    try rows(
      """
      SELECT first, people, 'result ' || verdict FROM task_result
      WHERE request = \(key.request) AND connector = \(key.connector)
      UNION ALL
      SELECT position, 1, 'exception ' || verdict FROM subject_exception
      WHERE request = \(key.request) AND connector = \(key.connector)
      UNION ALL
      SELECT first, people, CASE WHEN job IS NULL THEN 'call erasing' ELSE 'call polling' END
      FROM call WHERE request = \(key.request) AND connector = \(key.connector)
      """
    ) { (row) throws(StoreError) in
      let first = row.integer(0)
      return Place(range: first..<(first + row.integer(1)), what: row.text(2))
    }
  }
}
