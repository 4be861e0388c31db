import HTTPTypes
import PurgeCore

/// An engine among everything that can go wrong, one random event after the other.
///
/// The store does what it is asked in order and at its own pace, its answers reach the engine in
/// order; vendors answer in any order. After each event `Watch` looks at what must always hold.
struct Storm {
  /// What the store was asked and has not done yet.
  enum Work {
    case load(ConnectorName, calls: Int, tasksPerLane: Int)
    case commit(BatchID, [Change])
    case accept(TaskKey, total: Int, lane: Lane, within: Span)
    case set(ConnectorName, ConnectorState)
    case waive(TaskKey)
    case retry(TaskKey)
  }

  var dice: Dice
  var engine: Engine
  var store = ModelStore()
  var watch = Watch()
  var now = World.start
  var work: [Work] = []
  var inbox: [Event] = []
  var inAir: [CallKey] = []
  var tokenRequests: [ConnectorName] = []
  var wake: Instant?
  var isCalm = false
  var isDraining = false
  var isDrained = false
  var events = 0

  init(seed: UInt64) {
    dice = Dice(seed: seed)
    engine = Engine(seed: seed)
    start()
  }

  /// Runs so many random steps, then lets everything heal and come to its end.
  mutating func run(steps: Int) {
    for _ in 0..<steps where watch.violations.isEmpty { step() }
    calmDown()
    settleAll()
    enableAll()
    settleAll()
    watch.checkEnd(self)
  }

  private mutating func settleAll() {
    var rounds = 0
    while !isAtRest, watch.violations.isEmpty, rounds < 200_000 {
      settle()
      rounds += 1
    }
  }

  /// A person looks at what the engine disabled.
  private mutating func enableAll() {
    for name in Self.names { work.append(.set(name, .enabled)) }
  }

  private var isAtRest: Bool {
    work.isEmpty && inbox.isEmpty && inAir.isEmpty && tokenRequests.isEmpty && wake == nil
      && engine.isQuiet
  }
}

// Connectors of the storm.
extension Storm {
  static let names = ["a", "b", "c"].map(ConnectorName.init)

  static func traits(_ name: ConnectorName) -> ConnectorTraits {
    var traits = ConnectorTraits()
    switch name.description {
    case "a":
      (traits.rates, traits.peoplePerCall, traits.concurrent) = ([Rate(20, per: .seconds(1))], 5, 4)
    case "b":
      (traits.rates, traits.pool, traits.concurrent) = ([Rate(2, per: .seconds(1))], "shared", 2)
      traits.pollEvery = .minutes(10)
      traits.giveUpAfter = .hours(8)
    default:
      (traits.rates, traits.pool, traits.concurrent) = ([Rate(2, per: .seconds(1))], "shared", 3)
      (traits.peoplePerCall, traits.needsToken) = (10, true)
      (traits.spacing, traits.retryFor) = (.milliseconds(500), .hours(6))
    }
    return traits
  }

  static func behaviour(_ name: ConnectorName) -> ScriptedBehaviour {
    ScriptedBehaviour(traits: traits(name), exchanges: name.description == "b" ? 2 : 1)
  }

  /// Starts, or starts again after a crash: what was in memory is gone.
  mutating func start() {
    (work, inbox, inAir, tokenRequests, wake) = ([], [], [], [], nil)
    (isDraining, isDrained) = (false, false)
    store.forgetHolds()
    watch.restart()
    for name in Self.names {
      let state = store.states[name] ?? .enabled
      store.set(name, state)
      inbox.append(.connectorChanged(name, Self.behaviour(name), state))
    }
  }

  private mutating func crash() {
    for _ in 0..<Int.random(in: 0...work.count, using: &dice) { doWork() }
    engine = Engine(seed: dice.next())
    start()
  }
}

// One step.
extension Storm {
  private mutating func step() {
    switch Int.random(in: 0..<100, using: &dice) {
    case 0..<30 where !inbox.isEmpty: deliver()
    case 0..<50 where !work.isEmpty: doWork()
    case 0..<74 where !inAir.isEmpty: answer()
    case 0..<80 where !tokenRequests.isEmpty: answerToken()
    case 80..<93: submit()
    case 93..<99: operate()
    case 99 where dice.once(in: 3): upset()
    default: pass()
    }
  }

  private mutating func settle() {
    if !inbox.isEmpty { return deliver() }
    if !work.isEmpty { return doWork() }
    if !inAir.isEmpty { return answer() }
    if !tokenRequests.isEmpty { return answerToken() }
    guard let due = wake else { return }
    now = max(now, due)
    wake = nil
    hear(.tick)
  }

  mutating func hear(_ event: Event) {
    events += 1
    watch.before(event, self)
    for effect in engine.handle(event, at: now) {
      watch.saw(effect, self)
      perform(effect)
    }
    watch.expectNobodyForgotten(engine)
  }

  private mutating func perform(_ effect: Effect) {
    switch effect {
    case .load(let name, let calls, let tasks):
      work.append(.load(name, calls: calls, tasksPerLane: tasks))
    case .send(let key, _): inAir.append(key)
    case .fetchToken(let name, _): tokenRequests.append(name)
    case .commit(let id, let changes): work.append(.commit(id, changes))
    case .wake(let instant): wake = instant
    case .announce(.drained): isDrained = true
    case .announce: break
    }
  }

  private mutating func deliver() {
    if !inbox.isEmpty { hear(inbox.removeFirst()) }
  }
}

// The store at work.
extension Storm {
  private mutating func doWork() {
    if !work.isEmpty { perform(work.removeFirst()) }
  }

  private mutating func perform(_ next: Work) {
    switch next {
    case .load(let name, let calls, let tasks):
      let loaded = store.load(name, calls: calls, tasksPerLane: tasks, at: now)
      inbox.append(.loaded(loaded))
    case .commit(let id, let changes): commit(id, changes)
    case .accept(let key, let total, let lane, let span):
      store.accept(key, total: total, lane: lane, at: now, within: span)
      watch.check([key], store)
      inbox.append(.submitted([key.connector]))
    case .set(let name, let state):
      store.set(name, state)
      watch.check(store.keys, store)
      inbox.append(.connectorChanged(name, Self.behaviour(name), state))
    case .waive(let key):
      store.waive(key)
      watch.check([key], store)
      inbox.append(.withdrawn([key]))
    case .retry(let key):
      store.retry(key, at: now)
      watch.check([key], store)
      inbox.append(.submitted([key.connector]))
    }
  }

  private mutating func commit(_ id: BatchID, _ changes: [Change]) {
    if !isCalm, dice.once(in: 8) { return inbox.append(.commitFailed(id)) }
    watch.checkChanges(changes, store)
    let planned = store.apply(changes)
    watch.check(changes.compactMap(\.task), store)
    inbox.append(.committed(id, planned))
  }
}

// Vendors, people and the world.
extension Storm {
  private mutating func answer() {
    guard !inAir.isEmpty else { return }
    let key = inAir.remove(at: Int.random(in: 0..<inAir.count, using: &dice))
    hear(.answered(key, isCalm ? .success(HTTPResponse(200)) : randomAnswer(key)))
  }

  private mutating func randomAnswer(_ key: CallKey) -> Result<HTTPResponse, HTTPFailure> {
    // Weather lasts a while, so that breakers see rows of failures.
    let isFoul = (now.milliseconds / 120_000) % 4 == 0
    switch Int.random(in: 0..<(isFoul ? 37 : 100), using: &dice) {
    case 0..<2:
      return .failure(HTTPFailure(dice.pick(HTTPFailure.Kind.allCases) ?? .dns, detail: ""))
    case 2..<15: return .failure(HTTPFailure(.timeout, detail: ""))
    case 15..<35: return .success(HTTPResponse(503))
    case 35..<45: return .success(HTTPResponse(400))
    case 45..<50:
      return .success(HTTPResponse(429, fields: dice.once(in: 2) ? [:] : ["Retry-After": "7"]))
    case 50..<51: return .success(HTTPResponse(dice.once(in: 4) ? 403 : 401))
    case 51..<62: return .success(HTTPResponse(202))
    case 62..<75: return .success(HTTPResponse(207, body: randomOutcomes(key.range.count)))
    default: return .success(HTTPResponse(200))
    }
  }

  private mutating func randomOutcomes(_ count: Int) -> [UInt8] {
    let wrong = dice.once(in: 20) ? 1 : 0
    return (0..<count + wrong).map { _ in dice.pick(Array("eeaaampfr".utf8)) ?? 0 }
  }

  private mutating func answerToken() {
    guard !tokenRequests.isEmpty else { return }
    let name = tokenRequests.removeFirst()
    if !isCalm, dice.once(in: 3) {
      let status = dice.once(in: 4) ? 401 : 500
      return hear(.tokenAnswered(name, .success(HTTPResponse(status))))
    }
    let token = Array("t\(dice.next())".utf8)
    hear(.tokenAnswered(name, .success(HTTPResponse(200, body: token))))
  }

  private mutating func pass() {
    let power = Int64.random(in: 0...(dice.once(in: 8) ? 23 : 13), using: &dice)
    let span = Span(milliseconds: 1 << power)
    let next = now + span
    if let wake, dice.once(in: 3) || wake < next {
      now = max(now, wake)
      self.wake = nil
      watch.passed(to: now)
      return hear(.tick)
    }
    now = next
    watch.passed(to: now)
  }

  private mutating func submit() {
    guard store.keys.count < 80, dice.once(in: 6), let name = dice.pick(Self.names) else { return }
    let lane = dice.pick(Lane.allCases) ?? .normal
    let people =
      lane == .bulk ? Int.random(in: 20...120, using: &dice) : Int.random(in: 1...6, using: &dice)
    let span = dice.once(in: 5) ? Span.hours(2) : .days(30)
    let key = TaskKey(PurgeRequestID(bits: dice.next()), name)
    work.append(.accept(key, total: people, lane: lane, within: span))
  }

  private mutating func operate() {
    guard let name = dice.pick(Self.names) else { return }
    switch Int.random(in: 0..<12, using: &dice) {
    case 0: work.append(.set(name, .disabled(.administrator(note: ""), since: now)))
    case 1, 2, 3, 4: enable(name)
    case 5: if let key = dice.pick(store.keys), dice.once(in: 3) { work.append(.waive(key)) }
    default: if let key = dice.pick(store.keys) { work.append(.retry(key)) }
    }
  }

  /// Mostly people enable what is disabled; now and then they save a new revision.
  private mutating func enable(_ name: ConnectorName) {
    if store.states[name]?.isDisabled == true || dice.once(in: 6) {
      work.append(.set(name, .enabled))
    }
  }

  private mutating func upset() {
    switch Int.random(in: 0..<6, using: &dice) {
    case 0: jump(.days(30))
    case 1: jump(.days(-30))
    case 2 where !isDraining:
      isDraining = true
      hear(.drain)
    case 3 where isDrained || !isDraining: crash()
    default: jump(.seconds(-3))
    }
  }

  private mutating func jump(_ span: Span) {
    now = now + span
    watch.passed(to: now)
  }

  private mutating func calmDown() {
    if isDraining { crash() }
    isCalm = true
    watch.passed(to: now)
    enableAll()
    if wake == nil { wake = engine.nextWake }
  }
}

extension Change {
  /// The task it is about, when it is about one.
  fileprivate var task: TaskKey? {
    switch self {
    case .planned(let key, _, _): key
    case .concluded(let attempt, _): attempt.call.task
    case .released, .connector: nil
    }
  }
}
