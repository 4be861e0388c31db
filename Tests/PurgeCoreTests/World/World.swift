import HTTPTypes
import PurgeCore

/// An engine, a model store and a clock: effects are carried out at once, except that exchanges and
/// token requests wait in `inAir` and `tokens` until a test answers them.
struct World {
  static let start = Instant(milliseconds: 1_800_000_000_000)

  var engine: Engine
  var store = ModelStore()
  var now = World.start
  /// Exchanges under way, in the order they were sent.
  var inAir: [(key: CallKey, request: HTTPRequest)] = []
  /// Every exchange that was sent, and when.
  var sent: [(key: CallKey, at: Instant)] = []
  var tokenRequests: [ConnectorName] = []
  var batches: [(id: BatchID, changes: [Change])] = []
  var notices: [Notice] = []
  var loads: [ConnectorName] = []
  var wake: Instant?
  /// While set, batches fail.
  var isStorageDown = false
  /// While set, batches stay in `pendingBatches` until `commitPending`.
  var holdsBatches = false
  var pendingBatches: [(id: BatchID, changes: [Change])] = []

  init(policy: EnginePolicy = EnginePolicy(), seed: UInt64 = 1) {
    engine = Engine(policy: policy, seed: seed)
  }

  mutating func hear(_ event: Event) {
    var events = [event]
    while !events.isEmpty {
      let effects = engine.handle(events.removeFirst(), at: now)
      for effect in effects { events += perform(effect) }
    }
  }

  private mutating func perform(_ effect: Effect) -> [Event] {
    switch effect {
    case .load(let name, let calls, let tasks):
      loads.append(name)
      return [.loaded(store.load(name, calls: calls, tasksPerLane: tasks, at: now))]
    case .send(let key, let request):
      inAir.append((key, request))
      sent.append((key, now))
      return []
    case .fetchToken(let name, _):
      tokenRequests.append(name)
      return []
    case .commit(let id, let changes): return commit(id, changes)
    case .wake(let instant):
      wake = instant
      return []
    case .announce(let notice):
      notices.append(notice)
      return []
    }
  }

  private mutating func commit(_ id: BatchID, _ changes: [Change]) -> [Event] {
    batches.append((id, changes))
    if isStorageDown { return [.commitFailed(id)] }
    if holdsBatches {
      pendingBatches.append((id, changes))
      return []
    }
    return [.committed(id, store.apply(changes))]
  }
}

extension World {
  static let connector = ConnectorName("vendor")

  /// A world with one enabled connector.
  static func make(
    _ traits: ConnectorTraits = ConnectorTraits(), exchanges: Int = 1,
    policy: EnginePolicy = EnginePolicy()
  ) -> World {
    var world = World(policy: policy)
    world.configure(traits, exchanges: exchanges)
    return world
  }

  mutating func configure(
    _ traits: ConnectorTraits = ConnectorTraits(), exchanges: Int = 1,
    _ name: ConnectorName = World.connector, state: ConnectorState = .enabled
  ) {
    store.set(name, state)
    hear(
      .connectorChanged(name, ScriptedBehaviour(traits: traits, exchanges: exchanges), state))
  }

  mutating func disable(_ name: ConnectorName = World.connector) {
    let state = ConnectorState.disabled(.administrator(note: "test"), since: now)
    store.set(name, state)
    hear(.connectorChanged(name, nil, state))
  }

  /// Accepts a request for so many people at one connector.
  @discardableResult
  mutating func submit(
    _ people: Int, lane: Lane = .normal, within span: Span = .days(30),
    _ name: ConnectorName = World.connector
  ) -> TaskKey {
    let key = TaskKey(PurgeRequestID(bits: UInt64(store.keys.count + 1)), name)
    store.accept(key, total: people, lane: lane, at: now, within: span)
    hear(.submitted([name]))
    return key
  }

  /// Answers the oldest exchange under way.
  mutating func answer(_ result: Result<HTTPResponse, HTTPFailure>) {
    guard !inAir.isEmpty else { return }
    hear(.answered(inAir.removeFirst().key, result))
  }

  mutating func answer(_ status: Int, _ fields: HTTPFields = [:], body: String = "") {
    answer(.success(HTTPResponse(status, fields: fields, body: Array(body.utf8))))
  }

  /// Answers the oldest exchange under way of a connector.
  mutating func answer(_ status: Int, of name: ConnectorName) {
    guard let index = inAir.firstIndex(where: { $0.key.task.connector == name }) else { return }
    hear(.answered(inAir.remove(at: index).key, .success(HTTPResponse(status))))
  }

  /// Answers every exchange that is under way now.
  mutating func answerAll(_ status: Int, _ fields: HTTPFields = [:]) {
    for _ in inAir { answer(status, fields) }
  }

  mutating func failAll(_ kind: HTTPFailure.Kind) {
    for _ in inAir { answer(.failure(HTTPFailure(kind, detail: ""))) }
  }

  mutating func answerToken(
    _ status: Int, body: String = "secret", fields: HTTPFields = [:],
    _ name: ConnectorName = World.connector
  ) {
    let response = HTTPResponse(status, fields: fields, body: Array(body.utf8))
    hear(.tokenAnswered(name, .success(response)))
  }

  /// Lets time pass, with every wake on the way.
  mutating func pass(_ span: Span) {
    let end = now + span
    while let due = wake, due <= end {
      now = max(now, due)
      wake = nil
      hear(.tick)
    }
    now = end
  }

  /// Lets time pass while vendors answer everything at once.
  mutating func live(_ span: Span, answering status: (CallKey) -> Int = { _ in 200 }) {
    let end = now + span
    while true {
      while let next = inAir.first { answer(status(next.key)) }
      guard let due = wake, due <= end else { break }
      now = max(now, due)
      wake = nil
      hear(.tick)
    }
    now = end
  }

  /// Makes durable what `holdsBatches` kept back.
  mutating func commitPending() {
    guard !pendingBatches.isEmpty else { return }
    let batch = pendingBatches.removeFirst()
    hear(.committed(batch.id, store.apply(batch.changes)))
  }

  /// The process ends and starts again: the store stays, nothing else.
  mutating func restart(_ traits: ConnectorTraits, seed: UInt64 = 2) {
    engine = Engine(seed: seed)
    (inAir, sent, tokenRequests, wake) = ([], [], [], nil)
    store.forgetHolds()
    configure(traits, state: store.states[World.connector] ?? .enabled)
  }

  func leg(_ key: TaskKey) -> ModelStore.Leg? { store.legs[key] }

  /// The next due instant of a task's open calls, as a span from now.
  func wait(of key: TaskKey) -> Span? {
    leg(key)?.rows.values.map(\.schedule.due).min().map { $0 - now }
  }

  /// A connector beside the first one.
  static let other = ConnectorName("other")

  var view: ConnectorView? { engine.connector(World.connector) }
}
