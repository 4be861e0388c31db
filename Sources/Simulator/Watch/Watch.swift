import HTTPTypes
import PurgeCore

/// An invariant that broke.
public struct Violation: Sendable, Hashable {
  /// Its number: S for always, L for in the end; ALM for rules about settings that name people.
  public let rule: String
  /// What was seen.
  public let sentence: String
}

/// Looks, after each event that can change it, at what must always hold (S) and in the end (L).
struct Watch: Sendable {
  private(set) var violation: Violation?

  /// Time as the engine can know it: goes on with the wall clock, but never back.
  var passed: Int64 = 0
  var clock = World.start
  var latest = World.start
  let names: [ConnectorName]
  let traits: [ConnectorTraits]

  // What the engine was told or said, by connector.
  var states: [ConnectorState?]
  var limits: [Int]
  var inAir: [[CallKey]]
  var unrecorded: [[CallKey]]
  /// In the air since before the connector's latest revision: given back when they are answered.
  var outdated: [[CallKey]]
  var lastSent: [Int64?]
  var pausedUntil: [Int64]
  var quietUntil: [Int64]
  var probes: [CallKey?]
  var failedProbes: [Int]
  var changedAt: [Int64]
  var buckets: [String: (level: Double, at: Int64)] = [:]
  var ended: [TaskKey] = []
  var isDraining = false
  /// Whether this process was told that a commit failed which the store made.
  var isCommitDenied = false
  /// What the vendor answered in the last minute.
  var answers: [[(at: Int64, isFailure: Bool)]]
  var isStartingSlowly: [Bool]
  var movedAt: [Int64]
  /// When promptness was promised last; for ever when something came in its way since.
  var disturbedAt: [Int64]
  var singles: [Single] = []

  // What outlives a process.
  var sent: [[CallKey: [SentOnce]]]
  var operations: [CallKey: [SentOnce]] = [:]
  var closed: [TaskKey: TaskState] = [:]
  var latestStates: [TaskKey: TaskState] = [:]
  var settled: [TaskKey: Int] = [:]
  var failuresTold: [[Int]]
  /// Whether a vendor has people again and nobody replayed them yet.
  var isRestored: [Bool]
  /// The tasks that were replayed since it had them.
  var replayed: [[TaskKey]]
  /// The names of operations before a replay; they must not come again.
  var former: [CallKey: [String]] = [:]
  /// What programs outside were told.
  var received: [ModelStore.Notice] = []
  var outboxSeen = 0
  var lives = 0
  var loads: (since: Int64, count: Int) = (0, 0)

  struct SentOnce: Sendable {
    var method: HTTPRequest.Method
    var url: String
    var body: [UInt8]
    var operation: String?
  }

  init(_ names: [ConnectorName], _ traits: [ConnectorTraits]) {
    self.names = names
    self.traits = traits
    states = names.map { _ in nil }
    limits = names.map { _ in 0 }
    inAir = names.map { _ in [] }
    unrecorded = names.map { _ in [] }
    outdated = names.map { _ in [] }
    lastSent = names.map { _ in nil }
    pausedUntil = names.map { _ in 0 }
    quietUntil = names.map { _ in 0 }
    probes = names.map { _ in nil }
    failedProbes = names.map { _ in 0 }
    changedAt = names.map { _ in 0 }
    failuresTold = names.map { _ in [] }
    isRestored = names.map { _ in false }
    replayed = names.map { _ in [] }
    answers = names.map { _ in [] }
    isStartingSlowly = names.map { _ in false }
    movedAt = names.map { _ in 0 }
    disturbedAt = names.map { _ in .max }
    sent = names.map { _ in [:] }
  }

  mutating func expect(
    _ rule: String, _ holds: Bool, _ sentence: @autoclosure () -> String
  ) {
    if !holds { breaks(rule, sentence()) }
  }

  mutating func breaks(_ rule: String, _ sentence: String) {
    if violation == nil { violation = Violation(rule: rule, sentence: sentence) }
  }

  func position(_ name: ConnectorName) -> Int { names.firstIndex(of: name) ?? 0 }
}

// Time and processes.
extension Watch {
  mutating func pass(to now: Instant) {
    passed += max(0, (now - clock).milliseconds)
    clock = now
    latest = max(latest, now)
  }

  mutating func jumped(_ world: World) {
    pass(to: world.now)
    disturbAll()
  }

  mutating func drains() {
    isDraining = true
    disturbAll()
  }

  /// A new process knows nothing of the last one; what people were told is still there.
  mutating func restart(_ store: ModelStore, _ clients: [World.Client], at elapsed: Int64) {
    lives += 1
    for position in names.indices {
      (states[position], lastSent[position], probes[position]) = (nil, nil, nil)
      (inAir[position], unrecorded[position], limits[position]) = ([], [], 0)
      (outdated[position], answers[position], isStartingSlowly[position]) = ([], [], false)
      (pausedUntil[position], quietUntil[position]) = (0, 0)
      (failedProbes[position], changedAt[position]) = (0, elapsed)
    }
    (buckets, ended, isDraining, isCommitDenied) = ([:], [], false, false)
    disturbAll()
    sent = names.map { _ in [:] }
    checkMemory(store, clients)
  }

  mutating func checkMemory(_ store: ModelStore, _ clients: [World.Client]) {
    for client in clients {
      guard let id = client.id else { continue }
      let people = store.requests.first { $0.id == id }?.people
      expect("S1", people == client.people, "request \(id.number) was promised and is gone")
    }
    for leg in store.legs {
      expect(
        "S5", leg.task.tally.settled >= settled[leg.task.key] ?? 0,
        "\(leg.task.key.words) forgot results that were durable")
    }
  }

  /// The engine is told that a batch is durable: from now on it must be.
  mutating func reported(_ store: ModelStore) {
    for leg in store.legs { settled[leg.task.key] = leg.task.tally.settled }
  }

  mutating func told(_ earlier: PurgeRequestID?, _ id: PurgeRequestID) {
    expect("S13", earlier == nil || earlier == id, "one key was told two identifiers")
  }
}

extension Watch {
  /// S13: a key that made a request is refused with any other demand.
  mutating func answeredOtherwise(_ id: PurgeRequestID?) {
    expect("S13", id == nil, "another demand was answered with the request of its key")
  }
}

// What the engine hears and says.
extension Watch {
  mutating func hears(_ event: Event, _ world: World) {
    pass(to: world.now)
    if let name = event.connector, let view = world.engine.connector(name) {
      limits[position(name)] = view.limit
      checkMind(view, world.scenario.tasksPerLane)
    }
    checkBacklog(world.engine.changesInMind)
    switch event {
    case .connectorChanged(let name, _, let state): change(position(name), state, world.elapsed)
    case .withdrawn(let keys):
      ended += keys
      for key in keys { forgetUnlessInAir(key) }
    case .drain: isDraining = true
    default: break
    }
  }

  mutating func change(_ connector: Int, _ state: ConnectorState, _ elapsed: Int64) {
    isStartingSlowly[connector] =
      !state.isDisabled && (isStartingSlowly[connector] || states[connector]?.isDisabled == true)
    states[connector] = state
    changedAt[connector] = elapsed
    (quietUntil[connector], probes[connector], answers[connector]) = (0, nil, [])
    // A new revision gives back what waits for its next exchange.
    unrecorded[connector].removeAll { !inAir[connector].contains($0) }
    sent[connector] = [:]
    outdated[connector] = inAir[connector]
  }

  mutating func forgetUnlessInAir(_ task: TaskKey) {
    let connector = position(task.connector)
    unrecorded[connector].removeAll { $0.task == task && !inAir[connector].contains($0) }
  }

  mutating func saw(_ effect: Effect, _ world: World) {
    switch effect {
    case .send(let key, _): checkSend(key, world)
    case .commit(_, let changes): sees(changes, world.elapsed)
    case .announce(.connector(let name, let state)):
      judged(position(name), state, world.elapsed)
    case .load(let name, _, _):
      countLoad(world.elapsed)
      expect("S7", states[position(name)]?.isDisabled == false, "a load for \(name), disabled")
    default: break
    }
  }

  /// L9: asking the store again and again for what it does not have is a spin.
  mutating func countLoad(_ elapsed: Int64) {
    if elapsed - loads.since > 60_000 { loads = (elapsed, 0) }
    loads.count += 1
    let count = loads.count
    expect("L9", count <= 2_000, "the store is asked \(count) times in a minute")
  }

  mutating func sees(_ changes: [Change], _ elapsed: Int64) {
    for case .concluded(let attempt, _) in changes {
      movedAt[position(attempt.call.task.connector)] = elapsed
    }
    for case .released(let keys) in changes {
      for key in keys {
        let connector = position(key.task.connector)
        if !inAir[connector].contains(key) {
          unrecorded[connector].removeAll { $0 == key }
          sent[connector][key] = nil
        }
      }
    }
  }

  mutating func judged(_ connector: Int, _ state: ConnectorState, _ elapsed: Int64) {
    states[connector] = state
    changedAt[connector] = elapsed
    disturb(connector)
    (probes[connector], quietUntil[connector]) = (nil, 0)
    switch state {
    case .degraded: (quietUntil[connector], failedProbes[connector]) = (passed + 30_000, 0)
    case .disabled(.unreachable, _):
      let probes = failedProbes[connector]
      if probes < 8 { breaks("S20", "\(names[connector]) is given up after \(probes) probes") }
    default: break
    }
  }
}

extension Event {
  /// The connector it is about, when it is about one.
  fileprivate var connector: ConnectorName? {
    switch self {
    case .connectorChanged(let name, _, _), .tokenAnswered(let name, _): name
    case .answered(let key, _): key.task.connector
    case .loaded(let work): work.connector
    default: nil
    }
  }
}

extension TaskKey {
  var words: String { "\(connector) request \(request.number)" }
}

extension CallKey {
  var words: String { "\(task.words) people \(range)" }
}
