import Connectors
import HTTPTypes
import PurgeCore

/// One run: the real engine, the real manifests and the real transaction rules among model vendors,
/// clients and administrators.
///
/// A class, so that those who look at it while it changes need no copy; it stays on one thread.
///
/// Time is virtual; whatever is not in `store`, `files`, `vendors` or the clients' hands is lost in a
/// crash.
final class World {
  static let start = Instant(milliseconds: 1_800_000_000_000)
  static let day: Int64 = 86_400_000

  let scenario: Scenario
  let flaw: Flaw?
  var dice: Dice

  // What outlives a process.
  var store: ModelStore
  var files: [ModelFile]
  var vendors: [ModelVendor]
  var clients: [Client] = []

  // The process.
  var engine = Engine(seed: 0)
  var life = 0
  var isUp = false
  var isDraining = false
  var upSince: Int64 = 0
  var jobsWaiting = 0
  var jobFree: Int64 = 0
  var deliveryFree: Int64 = 0
  var wakeAt: Instant?
  var wakeNumber = 0

  // The world around it.
  var elapsed: Int64 = 0
  var offset: Int64 = 0
  var agenda = Agenda()
  var weather: [[(weather: Weather, until: Int64)]]
  var trouble: (kind: StoreTrouble, until: Int64)?
  var armedCrash: (point: CrashPoint, seconds: Int)?
  var noticesLostUntil: Int64 = 0
  var calmSince: Int64?
  var isOver = false
  var hasAskedLast = false
  var lastJump: Int64 = 0
  var trips = 0
  var downForSeconds = 1
  var isCourierUnderWay = false

  // What is looked at.
  var watch: Watch
  var coverage = Coverage()
  var fingerprint = Fingerprint()
  var events = 0
  var story: [String]?

  // What some flaws need to remember.
  var earlierStore: ModelStore?
  var heldAnswer: (Trip, Result<HTTPResponse, HTTPFailure>)?

  /// A client with a demand, and what it was told.
  struct Client: Sendable {
    var request: ModelRequest
    var people: [Int] = []
    var id: PurgeRequestID?
    var isWaiting = false
  }

  init(_ scenario: Scenario, flaw: Flaw? = nil, tells: Bool = false) {
    self.scenario = scenario
    self.flaw = flaw
    dice = Dice(seed: scenario.seed &+ 0x5EED)
    let names = Array(Fleet.names.prefix(scenario.kinds.count))
    store = ModelStore(names)
    files = names.map { _ in ModelFile() }
    vendors = scenario.kinds.map(ModelVendor.init)
    weather = names.map { _ in [] }
    watch = Watch(
      names,
      scenario.kinds.indices.map { Fleet.behaviour(scenario.kinds[$0], $0, variant: 0).traits })
    story = tells ? [] : nil
    for kind in scenario.kinds { coverage.visit(.vendor(kind)) }
    for index in scenario.happenings.indices {
      agenda.add(.deed(index), at: scenario.happenings[index].at)
      agenda.add(.inspect, at: scenario.happenings[index].at + 1_800_000)
    }
    for hour in stride(from: 7, to: scenario.days * 24, by: 13) {
      agenda.add(.inspect, at: Int64(hour) * 3_600_000)
    }
    agenda.add(.calm, at: Int64(scenario.days) * Self.day)
  }

  /// What the wall clock shows.
  var now: Instant { Self.start + Span(milliseconds: elapsed + offset) }

  var isCalm: Bool { calmSince != nil }

  /// Runs to the end, or to the first invariant that breaks.
  func run() {
    boot()
    while !isOver, watch.violation == nil, let entry = agenda.next() {
      elapsed = max(elapsed, entry.at)
      if let life = entry.life, life != self.life || !isUp {
        dropped(entry.thing)
        continue
      }
      events += 1
      fingerprint.add(elapsed)
      happen(entry.thing)
    }
  }

  func tell(_ sentence: @autoclosure () -> String) {
    guard story != nil else { return }
    let text = sentence()
    story?.append("\(Self.clock(elapsed))  \(text)")
  }

  /// How wide the instant at the beginning of a story's line is.
  static let clockWidth = "day 00 00:00:00.000".count

  /// Days, hours, minutes and seconds since the start.
  private static func clock(_ milliseconds: Int64) -> String {
    func two(_ n: Int64) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let seconds = milliseconds / 1_000
    let thousandths = String(milliseconds % 1_000 + 1_000).dropFirst()
    return "day \(two(seconds / 86_400)) \(two(seconds / 3_600 % 24)):\(two(seconds / 60 % 60)):"
      + "\(two(seconds % 60)).\(thousandths)"
  }
}

extension World {
  private func happen(_ thing: Agenda.Thing) {
    switch thing {
    case .deed(let index): perform(scenario.happenings[index].deed)
    case .restart: boot()
    case .storeWork(let job):
      jobsWaiting -= 1
      work(on: job)
    case .deliver(let event): deliver(event)
    case .arrive(let trip): arrive(trip)
    case .answer(let trip, let result): answer(trip, result)
    case .tick(let number): tick(number)
    case .client(let key): ask(key)
    case .drainEnds: crash(forSeconds: downForSeconds, "the drain timed out")
    case .inspect: inspect()
    case .calm: calm()
    case .caretaker: takeCare()
    case .courier: deliverNotices()
    case .released(let release): watch.checkReleased(release, self)
    case .singles: watch.checkSingles(self)
    case .otherwise(let index): askOtherwise(index)
    case .tellLate(let connector): tellEngine(connector)
    case .replay(let connector): askForReplay(connector)
    }
  }

  /// A dead process's work is lost, unless a flaw lets it through.
  func dropped(_ thing: Agenda.Thing) {
    guard flaw == .staleEpochAccepted, case .storeWork(let job) = thing,
      case .commit(_, let changes, let epoch, _) = job
    else { return }
    guard isUp else { return agenda.add(thing, at: elapsed + 1_000, life: epoch) }
    watch.applies(epoch: epoch, while: life)
    _ = store.apply(changes, at: now, flaw: flaw)
  }
}

// The process: its start, its end and what it hears.
extension World {
  func boot() {
    guard !isUp else { return }
    (isUp, isDraining, life, upSince) = (true, false, life + 1, elapsed)
    (jobsWaiting, jobFree, deliveryFree, wakeAt) = (0, elapsed, elapsed, nil)
    var policy = EnginePolicy()
    policy.tasksPerLane = scenario.tasksPerLane
    engine = Engine(policy: policy, seed: dice.next())
    isCourierUnderWay = false
    if flaw != .holdsSurviveRestart { store.forgetHolds() }
    watch.restart(store, clients, at: elapsed)
    tell("the hub starts")
    for connector in store.names.indices { _ = reload(connector) }
    for connector in store.names.indices { tellEngine(connector) }
    callCourier()
  }

  func crash(forSeconds seconds: Int, _ why: String) {
    guard isUp else { return }
    tell("the process dies: \(why); it comes back in \(seconds) s")
    isUp = false
    armedCrash = nil
    heldAnswer = nil
    for index in clients.indices where clients[index].isWaiting {
      clients[index].isWaiting = false
      agenda.add(.client(index), at: elapsed + 30_000)
    }
    if flaw == .commitLostInCrash, let earlier = earlierStore { store = earlier }
    agenda.add(.restart, at: elapsed + Int64(seconds) * 1_000)
  }

  func tellEngine(_ connector: Int) {
    guard let state = store.states[connector] else { return }
    watch.disturb(connector)
    post(.connectorChanged(store.names[connector], behaviour(connector), state))
  }

  func behaviour(_ connector: Int) -> (any ConnectorBehaviour)? {
    store.files[connector].map {
      Fleet.behaviour(scenario.kinds[connector], connector, variant: $0.variant)
    }
  }

  /// Hands an event to the engine's thread; events arrive in order.
  func post(_ event: Event) {
    deliveryFree = max(deliveryFree, elapsed) + dice.within(0...3)
    agenda.add(.deliver(event), at: deliveryFree, life: life)
  }

  private func deliver(_ event: Event) {
    if case .committed = event { watch.reported(store) }
    switch (event, flaw) {
    case (.connectorChanged(_, _, let state), .disablingUnheard) where state.isDisabled:
      return watch.hears(event, self)
    case (.withdrawn, .withdrawalUnheard): return watch.hears(event, self)
    case (.submitted, .newWorkUnannounced): return
    case (.loaded, .lostLoad) where dice.once(in: 20): return
    default: hear(event)
    }
  }

  func hear(_ event: Event) {
    watch.hears(event, self)
    for effect in engine.handle(event, at: now) {
      watch.saw(effect, self)
      perform(effect)
      if !isUp { return }
    }
  }

  private func perform(_ effect: Effect) {
    switch effect {
    case .load(let name, let calls, let tasks):
      submit(.load(name, calls: calls, tasksPerLane: tasks))
    case .commit(let id, let changes): commit(id, changes)
    case .send(let key, let request):
      depart(request, to: store.position(key.task.connector), for: .call(key))
      if flaw == .sentTwice, dice.once(in: 20) {
        watch.saw(effect, self)
        depart(request, to: store.position(key.task.connector), for: .call(key))
      }
    case .fetchToken(let name, let request):
      depart(request, to: store.position(name), for: .token)
    case .wake(let instant): wake(at: instant)
    case .announce(let notice): heed(notice)
    }
  }

  private func heed(_ notice: Notice) {
    switch notice {
    case .drained where isDraining: crash(forSeconds: downForSeconds, "drained")
    case .connector(let name, let state):
      tell("\(name) is judged \(state.word)")
      // Now and then an administrator is quicker than the engine's own word.
      if !isCalm, dice.once(in: 10) { submit(.operate(.disable(store.position(name)))) }
    default: break
    }
  }

  /// Only the latest wake counts.
  func wake(at instant: Instant) {
    wakeAt = instant
    wakeNumber += 1
    if flaw == .lostTick, dice.once(in: 15) { return }
    let ahead = max(0, (instant - now).milliseconds)
    agenda.add(.tick(wakeNumber), at: elapsed + ahead, life: life)
  }

  private func tick(_ number: Int) {
    guard number == wakeNumber, let due = wakeAt else { return }
    guard due <= now else { return wake(at: due) }
    wakeAt = nil
    hear(.tick)
  }
}
