/// Decides what happens next: what is loaded, planned, sent, tried again and made durable.
///
/// It is a value without clock, randomness or effects of its own: the same seed and the same events
/// at the same instants give the same effects. Answers may come in any order; `now` should not go
/// back, but when it does, waits keep their length.
public struct Engine: Sendable {
  let policy: EnginePolicy
  var random: Xoshiro256
  var slots: [ConnectorSlot] = []
  var pools: [RatePool] = []
  var ledger = Ledger()
  var isDraining = false

  private var positions: [ConnectorName: Int] = [:]
  private var poolPositions: [RatePool.Name: Int] = [:]
  private var roused: [Int] = []
  private var wakes = WakeTable()
  private var announcedWake: Instant?
  private var hasAnnouncedDrained = false
  var clock: Instant?

  /// Makes an engine that knows no connector yet.
  public init(policy: EnginePolicy = .init(), seed: UInt64) {
    self.policy = policy
    random = Xoshiro256(seed: seed)
  }

  /// Hears what happened and says what is wanted, in order.
  public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
    handle(CollectionOfOne(event), at: now)
  }

  /// Hears what happened since the last turn, one event after the other, and says what is wanted.
  ///
  /// What all of them make durable is one batch: were the first one's offered at once, the others would
  /// wait until the disk had synced it.
  public mutating func handle(_ events: some Collection<Event>, at now: Instant) -> [Effect] {
    var turn = Turn(now: now, policy: policy, isDraining: isDraining, random: random)
    for event in events {
      noticeClock(event, now)
      if case .drain = event { (isDraining, turn.isDraining) = (true, true) }
      hear(event, &turn)
      advance(&turn)
      // A later event may take back what an earlier one meant.
      ledger.add(turn.changes)
      turn.changes = []
    }
    offerBatch(&turn)
    announceWake(&turn)
    announceDrained(&turn)
    random = turn.random
    return turn.effects
  }

  private mutating func noticeClock(_ event: Event, _ now: Instant) {
    if case .clockSet(let span) = event, span < .seconds(0) {
      shift(by: span)
    } else if let clock, now < clock {
      shift(by: now - clock)
    }
    clock = now
  }

  private mutating func hear(_ event: Event, _ turn: inout Turn) {
    switch event {
    case .connectorChanged(let name, let behaviour, let state):
      ledger.forgetJudgement(of: name)
      let position = rouse(name)
      slots[position].configure(behaviour, state, &turn)
      joinPool(position, at: turn.now)
    case .submitted(let names):
      for name in names { slots[rouse(name)].expectWork() }
    case .loaded(let work):
      slots[rouse(work.connector)].receive(work, &turn)
    case .answered(let key, let result):
      slots[rouse(key.task.connector)].receive(key, result, &turn)
    case .tokenAnswered(let name, let result):
      slots[rouse(name)].receiveToken(result, &turn)
    case .committed(let id, let calls): committed(id, calls, &turn)
    case .commitFailed(let id):
      if ledger.failed(id, at: turn.now, policy) { turn.announce(.storageStalled) }
    case .withdrawn(let keys): withdraw(keys, &turn)
    case .tick, .clockSet: break
    case .drain: for position in slots.indices { slots[position].giveUpHand(&turn) }
    }
  }
}

// Connectors and their turns.
extension Engine {
  func slot(_ name: ConnectorName) -> ConnectorSlot? { positions[name].map { slots[$0] } }

  /// The place of a connector, which will look at what it can do.
  private mutating func rouse(_ name: ConnectorName) -> Int {
    let position = positions[name] ?? addSlot(name)
    roused.append(position)
    return position
  }

  private mutating func addSlot(_ name: ConnectorName) -> Int {
    positions[name] = slots.count
    slots.append(ConnectorSlot(name, at: slots.count))
    return slots.count - 1
  }

  private mutating func joinPool(_ position: Int, at now: Instant) {
    let slot = slots[position]
    guard slot.behaviour != nil else { return }
    let name = slot.traits.pool.map(RatePool.Name.shared) ?? .own(slot.name)
    let new = poolPositions[name] ?? addPool(name)
    if let old = slot.pool, old != new {
      if let next = pools[old].leave(position) { roused.append(next) }
      pools[old].dismiss(position)
    }
    pools[new].admit(position, rates: slot.traits.rates, at: now)
    slots[position].pool = new
  }

  private mutating func addPool(_ name: RatePool.Name) -> Int {
    poolPositions[name] = pools.count
    pools.append(RatePool())
    return pools.count - 1
  }

  /// Lets every connector that something happened to, or whose time has come, do what it can.
  private mutating func advance(_ turn: inout Turn) {
    while true {
      guard let position = roused.popLast() ?? wakes.due(at: turn.now) else {
        return
      }
      slots[position].advance(&turn, &pools)
      wakes.set(position, slots[position].wake.map { max($0, turn.now + .milliseconds(1)) })
      roused += turn.roused
      turn.roused = []
    }
  }

  /// The clock was set back: what was to happen in a while happens in as long a while.
  private mutating func shift(by span: Span) {
    ledger.shift(by: span)
    for position in slots.indices {
      slots[position].shift(by: span)
      roused.append(position)
    }
    announcedWake = nil
  }
}

// Durability.
extension Engine {
  private mutating func committed(_ id: BatchID, _ calls: [Call], _ turn: inout Turn) {
    guard let (changes, wasStalled) = ledger.committed(id) else { return }
    if wasStalled { turn.announce(.storageResumed) }
    var planned = Dictionary(grouping: calls, by: \.key.task)
    var inHand: [[HeldCall]] = []
    for change in changes {
      switch change {
      case .planned(let key, let ranges, _):
        let calls = planned.removeValue(forKey: key) ?? []
        inHand.append(slots[rouse(key.connector)].planned(key, ranges, calls, &turn))
      case .concluded(let attempt, let segments):
        slots[rouse(attempt.call.task.connector)].recorded(attempt.call, segments, &turn)
      case .released(let keys):
        if let name = keys.first?.task.connector { slots[rouse(name)].mayHaveCalls = true }
      case .connector(let name, let state): slots[rouse(name)].judged(state, &turn)
      }
    }
    holdInTurn(inHand)
  }

  /// One call of each task after the other, so that within a lane requests take turns.
  private mutating func holdInTurn(_ inHand: [[HeldCall]]) {
    for round in 0..<(inHand.map(\.count).max() ?? 0) {
      for calls in inHand where round < calls.count {
        slots[rouse(calls[round].call.key.task.connector)].held.hold(calls[round])
      }
    }
  }

  private mutating func withdraw(_ keys: [TaskKey], _ turn: inout Turn) {
    let ended = Set(keys)
    var seen: Set<ConnectorName> = []
    for key in keys where seen.insert(key.connector).inserted {
      slots[rouse(key.connector)].withdraw(ended, keys, &turn)
    }
  }

  private mutating func offerBatch(_ turn: inout Turn) {
    if let (id, changes) = ledger.offer(at: turn.now) { turn.effects.append(.commit(id, changes)) }
  }
}

// What is told at the end of each event.
extension Engine {
  /// The earliest instant at which the engine must hear a `tick`; nil when only events matter.
  public var nextWake: Instant? { WakeTable.earlier(wakes.earliest, ledger.retryAt) }

  private mutating func announceWake(_ turn: inout Turn) {
    if let announced = announcedWake, announced <= turn.now { announcedWake = nil }
    guard let next = nextWake, next != announcedWake else { return }
    announcedWake = next
    turn.effects.append(.wake(at: next))
  }

  private mutating func announceDrained(_ turn: inout Turn) {
    guard isDraining, !hasAnnouncedDrained, inFlight == 0, ledger.isEmpty else { return }
    hasAnnouncedDrained = true
    turn.announce(.drained)
  }
}
