/// What the engine has in mind of one connector.
struct ConnectorSlot: Sendable {
  let name: ConnectorName
  /// Its place among the engine's connectors.
  let position: Int

  var behaviour: (any ConnectorBehaviour)?
  var traits = ConnectorTraits()
  var state: ConnectorState?
  var revision = 0
  var pool: Int?

  var held = CallLanes()
  var tasks = TaskLanes()
  var flights: [CallKey: Flight] = [:]
  /// Flights whose next exchange waits for its turn.
  var parked: [CallKey] = []
  var inAir = 0
  var bulkFlights = 0

  var limit = ConcurrencyLimit(ceiling: 1)
  var breaker = Breaker()
  var token = TokenHolder()
  var pausedUntil: Instant?
  var throttledAt: Instant?
  var throttles = 0
  var lastSent: Instant?

  var isLoading = false
  var isAskingForTasks = false
  var mayHaveCalls = false
  var mayHaveTasks = false
  /// Whether the instant came that the store named, be it a call's or a waiting request's.
  var hasComeDue = false
  /// Tasks that ended while a load was under way, whose calls it may still bring.
  var withdrawnWhileLoading: Set<TaskKey> = []
  /// When the store has the next call that is not in hand.
  var nextDue: Instant?
  /// When tasks are asked for again whose plan the store did not take.
  var askAgainAt: Instant?
  /// When the slot must look again though nothing happens.
  var wake: Instant?

  init(_ name: ConnectorName, at position: Int) {
    self.name = name
    self.position = position
  }

  /// Whether it has a behaviour and no person said that it must not send.
  var isServing: Bool {
    guard behaviour != nil, let state else { return false }
    return !state.isDisabled
  }

  mutating func wake(at instant: Instant) {
    wake = WakeTable.earlier(wake, instant)
  }
}

extension ConnectorSlot {
  /// Takes a new revision or a person's decision.
  mutating func configure(
    _ behaviour: (any ConnectorBehaviour)?, _ state: ConnectorState, _ turn: inout Turn
  ) {
    let (wasServing, wasKnown) = (isServing, self.state != nil)
    (self.behaviour, self.state) = (behaviour, state)
    revision += 1
    if let behaviour { adopt(behaviour.traits, isFirst: !wasKnown) }
    releaseParked(&turn)
    settleBreaker(turn.now)
    guard isServing else { return giveUpHand(&turn) }
    if wasKnown && !wasServing { limit.startSlowly() }
    expectWork()
  }

  /// A degraded connector is probed before it is trusted, also after a restart.
  private mutating func settleBreaker(_ now: Instant) {
    guard isServing, case .degraded(let since)? = state else { return breaker = Breaker() }
    if breaker.isClosed { breaker = Breaker(openSince: since, at: now) }
  }

  private mutating func adopt(_ traits: ConnectorTraits, isFirst: Bool) {
    self.traits = traits
    if isFirst {
      limit = ConcurrencyLimit(ceiling: traits.concurrent)
    } else {
      limit.setCeiling(traits.concurrent)
    }
    token.forget()
  }

  /// The store may have something for it.
  mutating func expectWork() { (mayHaveCalls, mayHaveTasks) = (true, true) }

  /// Gives back every call that is not in the air; those end and are recorded.
  mutating func giveUpHand(_ turn: inout Turn) {
    turn.release(held.drain())
    releaseParked(&turn)
    tasks.forgetAll()
  }

  private mutating func releaseParked(_ turn: inout Turn) {
    for key in parked { release(key, &turn) }
    parked = []
  }

  /// The engine's own judgement that it must not send.
  mutating func disable(_ reason: DisabledReason, _ turn: inout Turn) {
    let disabled = ConnectorState.disabled(reason, since: turn.now)
    state = disabled
    turn.judge(name, disabled)
    breaker = Breaker()
    giveUpHand(&turn)
  }

  /// Disables for what a vendor's answer showed about the connector.
  mutating func disable(for fault: ConnectorFault, _ turn: inout Turn) {
    guard fault.code == .credentialRejected else {
      let status = fault.status.map { " with status \($0)" } ?? ""
      let sentence = "\(name): the vendor answered\(status), code \(fault.code.number)."
      return disable(.configurationInvalid([sentence]), &turn)
    }
    disable(.credentialRejected(status: fault.status ?? 401), &turn)
  }

  /// The engine's judgement is durable; a person may have decided otherwise while it was not.
  ///
  /// What the store says last is what people see, so a disabled connector stays so here too, and
  /// what only the engine can know is said again.
  mutating func judged(_ stored: ConnectorState, _ turn: inout Turn) {
    guard isServing, let state, state != stored else { return }
    guard stored.isDisabled else { return turn.changes.append(.connector(name, state)) }
    self.state = stored
    settleBreaker(turn.now)
    giveUpHand(&turn)
  }

  /// Drops what an operator ended.
  mutating func withdraw(_ ended: Set<TaskKey>, _ keys: [TaskKey], _ turn: inout Turn) {
    held.remove(ended)
    tasks.remove(ended)
    for key in keys where key.connector == name { tasks.dropPlan(key) }
    for (key, _) in flights where ended.contains(key.task) { flights[key]?.isWithdrawn = true }
    let (gone, kept) = parked.divided { ended.contains($0.task) }
    parked = kept
    for key in gone { drop(key, turn.now) }
    if isLoading { withdrawnWhileLoading.formUnion(ended) }
  }

  /// Moves every remembered instant when the clock was set back.
  mutating func shift(by span: Span) {
    pausedUntil = pausedUntil.map { $0 + span }
    throttledAt = throttledAt.map { $0 + span }
    lastSent = lastSent.map { $0 + span }
    askAgainAt = askAgainAt.map { $0 + span }
    limit.shift(by: span)
    breaker.shift(by: span)
    token.shift(by: span)
    // The store named its next instant by the clock as it was, perhaps only to be asked again.
    expectWork()
  }
}

extension Array {
  /// Those that fit a condition and the others, each in order.
  func divided(by condition: (Element) -> Bool) -> (fitting: [Element], others: [Element]) {
    (filter(condition), filter { !condition($0) })
  }
}
