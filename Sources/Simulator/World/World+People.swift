import Connectors
import Directory
import HTTPTypes
import PurgeCore

// What happens by the scenario.
extension World {
  func perform(_ deed: Deed) {
    if isCalm { return }
    tell("-- \(deed.words)")
    switch deed {
    case .submit(let request):
      coverage.visit(.deed(.submit))
      clients.append(Client(request: request))
      ask(clients.count - 1)
    case .weather(let connector, let kind, let hours):
      coverage.visit(.weather(kind))
      if hours > 48 { coverage.visit(.deed(.faultForDays)) }
      watch.disturb(connector)
      weather[connector].removeAll { $0.until <= elapsed }
      weather[connector].append((kind, elapsed + Int64(hours) * 3_600_000))
    case .store(let kind, let minutes):
      coverage.visit(.store(kind))
      trouble = (kind, elapsed + Int64(minutes) * 60_000)
      watch.disturbAll()
    case .crash(let point, let seconds): arm(point, seconds)
    case .stop(let seconds): stop(seconds)
    case .clock(let size): jump(size)
    case .edit(let connector, let edit): change(connector, edit)
    case .disable(let connector): request(.disable(connector), .disable)
    case .enable(let connector): request(.enable(connector), .enable)
    case .retryAll: request(.retryAll, .retry)
    case .waive(let number): request(.waive(number), .waive)
    case .cancel(let number): request(.cancel(number), .cancel)
    case .loseNotices(let minutes):
      coverage.visit(.deed(.loseNotices))
      noticesLostUntil = elapsed + Int64(minutes) * 60_000
      watch.disturbAll()
    case .spuriousTicks(let count): tickForNothing(count)
    case .restore(let connector): restore(connector)
    }
  }

  private func request(_ operation: Operation, _ word: DeedWord) {
    guard isUp, !isDraining else { return }
    coverage.visit(.deed(word))
    submit(.operate(operation))
  }

  private func arm(_ point: CrashPoint, _ seconds: Int) {
    guard isUp else { return }
    coverage.visit(.crash(point))
    if point == .anywhere { return crash(forSeconds: seconds, "kill -9") }
    armedCrash = (point, seconds)
  }

  private func stop(_ seconds: Int) {
    guard isUp, !isDraining else { return }
    coverage.visit(.deed(.stop))
    (isDraining, downForSeconds) = (true, seconds)
    agenda.add(.drainEnds, at: elapsed + 25_000, life: life)
    watch.drains()
    if flaw != .drainUnheard { hear(.drain) }
  }

  private func jump(_ size: JumpSize) {
    coverage.visit(.jump(size))
    lastJump = elapsed
    watch.pass(to: now)
    offset += size.span.milliseconds
    watch.jumped(self)
    guard isUp else { return }
    if let due = wakeAt { wake(at: due) }
    // The engine's thread is woken by the kernel, and tells the store and the engine.
    if size.span < .seconds(0) { store.setClockBack(by: .milliseconds(-size.span.milliseconds)) }
    hear(.clockSet(by: size.span))
  }

  private func tickForNothing(_ count: Int) {
    coverage.visit(.deed(.spuriousTicks))
    for _ in 0..<count where isUp { hear(.tick) }
  }

  private func change(_ connector: Int, _ edit: Edit) {
    coverage.visit(.edit(edit))
    switch edit {
    case .newRevision:
      files[connector].owner += 1
      renew(connector)
    case .sameOwner: renew(connector)
    case .savedAgain: break
    case .broken: (files[connector].isBroken, files[connector].isRemoved) = (true, false)
    case .removed: files[connector].isRemoved = true
    }
    if isUp, !isDraining { submit(.operate(.reload(connector))) }
  }

  private func renew(_ connector: Int) {
    files[connector].edition += 1
    files[connector].variant = dice.below(Fleet.variants)
    (files[connector].isBroken, files[connector].isRemoved) = (false, false)
  }
}

// Clients: they ask until they are told an identifier, always with the same key.
extension World {
  func ask(_ index: Int) {
    guard clients[index].id == nil, !clients[index].isWaiting else { return }
    if clients[index].people.isEmpty { choosePeople(index) }
    guard isUp, !isDraining else { return tryAgain(index) }
    clients[index].isWaiting = true
    let given = acceptance(index)
    if flaw == .acceptedBeforeDurable {
      told(index, PurgeRequestID(bits: UInt64(store.requests.count + 1)))
    }
    submit(.accept(given))
  }

  private func choosePeople(_ index: Int) {
    let request = clients[index].request
    var people = Array(request.key * 100..<request.key * 100 + request.people)
    if let connector = request.naming {
      let edition = store.files[connector]?.owner ?? files[connector].owner
      people[0] = People.owner(of: connector, edition: edition)
      coverage.visit(.deed(.nameInSettings))
    }
    clients[index].people = people
  }

  private func acceptance(_ index: Int) -> ModelAcceptance {
    let (request, people) = (clients[index].request, clients[index].people)
    if request.waitHours > 0 { coverage.visit(.deed(.waitingPeriod)) }
    let start = now + .hours(Int64(request.waitHours))
    return ModelAcceptance(
      key: index, people: people, connectors: request.connectors,
      lane: people.count > 30 ? .bulk : people.count == 1 ? .urgent : .normal,
      accepted: now, deadline: now + .days(Int64(request.days)),
      startAt: request.waitHours > 0 ? start : nil, references: references(to: people))
  }

  private func references(to people: [Int]) -> [(connector: Int, places: [SettingPlace])] {
    let settings = store.names.indices.compactMap { connector in
      store.files[connector].map { file in (store.names[connector], [Self.setting(connector, file)])
      }
    }
    return ReferenceScan(settings).references(to: people.map(People.subject)).map {
      (store.position($0.0), $0.1)
    }
  }

  private static func setting(_ connector: Int, _ file: ModelFile) -> SettingValue {
    SettingValue(
      place: SettingPlace(path: "settings.owner", file: "c\(connector).json5", line: 1),
      text: People.name(of: People.owner(of: connector, edition: file.owner)))
  }

  func tryAgain(_ index: Int) {
    coverage.visit(.deed(.clientRetry))
    clients[index].isWaiting = false
    agenda.add(.client(index), at: elapsed + 30_000)
  }

  private func told(_ index: Int, _ id: PurgeRequestID) {
    clients[index].isWaiting = false
    watch.told(clients[index].id, id)
    clients[index].id = id
    if dice.once(in: 12) { agenda.add(.otherwise(index), at: elapsed + 60_000) }
  }

  /// By mistake a client uses its key for another demand.
  func askOtherwise(_ index: Int) {
    guard isUp, !isDraining, clients[index].people.count > 1 else { return }
    var given = acceptance(index)
    given.people.removeLast()
    submit(.accept(given))
  }

  private func isRefused(_ given: ModelAcceptance, _ id: PurgeRequestID?) -> Bool {
    guard given.people != clients[given.key].people else { return false }
    coverage.visit(.deed(.otherDemand))
    watch.answeredOtherwise(id)
    return true
  }

  /// The store has the request; whether the client hears of it is another matter.
  func accept(_ given: ModelAcceptance, isReported: Bool) {
    let (before, audits) = (store.states, store.audits.count)
    var given = given
    // The scan and the transaction are one: nobody edits between them.
    given.references = references(to: given.people)
    let answer = store.accept(given, flaw: flaw)
    if isRefused(given, answer) { return }
    guard let id = answer else { return }
    tell("request \(id.number) is accepted: \(given.people.count) people at \(given.connectors)")
    look(at: store.keys)
    noteStates(before, audits)
    watch.checkKeys(store)
    guard isReported else { return }
    for (connector, _) in given.references { tellEngine(connector) }
    announce(given.connectors)
    expectSoon(id)
    if activeTrouble == .appliedButFailed || dice.once(in: 20) { return tryAgain(given.key) }
    told(given.key, id)
  }

  private func expectSoon(_ id: PurgeRequestID) {
    guard noticesLostUntil <= elapsed, watch.expectsSoon(store.requests[store.position(id)], self)
    else { return }
    agenda.add(.singles, at: elapsed + Watch.longestWaitOfOne, life: life)
  }

  /// Tells the engine of new work; a notice that is lost is made up for by asking now and then.
  private func announce(_ connectors: [Int]) {
    let event = Event.submitted(connectors.map { store.names[$0] })
    guard noticesLostUntil > elapsed else { return post(event) }
    agenda.add(.deliver(event), at: elapsed + 300_000, life: life)
  }
}

// Administrators and operators.
extension World {
  func operate(_ operation: Operation) {
    let (before, audits) = (store.states, store.audits.count)
    switch operation {
    case .disable(let connector):
      guard store.states[connector]?.isDisabled == false else { return }
      store.set(
        connector, to: .disabled(.administrator(note: "maintenance"), since: now), flaw)
      tellEngine(connector)
    case .enable(let connector): enable(connector)
    case .reload(let connector): if reload(connector) { tellDecision(connector) }
    case .retryAll: retryAll()
    case .waive(let number): waive(number)
    case .cancel(let number): cancel(number)
    case .replay(let connector): replay(connector)
    case .delivered(let sequences):
      store.markDelivered(sequences)
      isCourierUnderWay = false
      return callCourier()
    }
    look(at: store.keys)
    noteStates(before, audits)
    for (connector, state) in before.enumerated() where state?.isDisabled == true {
      if store.states[connector] == .enabled { expectRelease(connector) }
    }
  }

  /// What is enabled again and has work must move soon.
  private func expectRelease(_ connector: Int) {
    guard let release = watch.release(connector, self) else { return }
    agenda.add(.released(release), at: elapsed + watch.patience(connector), life: life)
  }

  private func retryAll() {
    var connectors: [Int] = []
    for key in store.keys {
      let connector = store.position(key.connector)
      let size = Fleet.behaviour(scenario.kinds[connector], connector, variant: 0).traits
      if store.retry(key, peoplePerCall: size.peoplePerCall, at: now, flaw: flaw) {
        connectors.append(connector)
      }
    }
    if !connectors.isEmpty { announce(connectors) }
  }

  private func waive(_ number: Int) {
    let keys = store.legs.map(\.task).filter { !$0.state.isClosed }.map(\.key)
    guard !keys.isEmpty else { return }
    let key = keys[number % keys.count]
    guard store.waive(key) else { return }
    tell("\(key.connector) \(key.request.number) is waived")
    post(.withdrawn([key]))
  }

  private func cancel(_ number: Int) {
    guard !store.requests.isEmpty else { return }
    let request = number % store.requests.count
    guard store.cancel(request) else { return }
    post(.withdrawn(store.requests[request].legs.compactMap { $0?.task.key }))
  }

  private func enable(_ connector: Int) {
    switch store.states[connector] {
    case .disabled(.administrator, _), .disabled(.unreachable, _): examine(connector)
    default: return
    }
    tellDecision(connector)
  }

  /// Tells the engine what was decided about a connector.
  private func tellDecision(_ connector: Int) {
    guard flaw == .enablingHeardLate, store.states[connector] == .enabled else {
      return tellEngine(connector)
    }
    agenda.add(.tellLate(connector), at: elapsed + 60_000, life: life)
  }

  /// Applies what a file says now; `false` when nothing follows from it.
  func reload(_ connector: Int) -> Bool {
    let (file, state) = (files[connector], store.states[connector])
    if file.isRemoved {
      guard let state else { return false }
      if case .disabled(.removedFromConfiguration, _) = state { return false }
      store.set(connector, to: .disabled(.removedFromConfiguration, since: now), flaw)
      return true
    }
    if file.isBroken { return refuse(connector, state) }
    let isNew = file != store.files[connector]
    switch state {
    case .disabled(.administrator, _): return false
    case .enabled, .degraded, .disabled(.referencesPurgedUser, _),
      .disabled(.credentialRejected, _):
      guard isNew else { return false }
    default: break
    }
    examine(connector)
    return true
  }

  /// A broken file never replaces a good revision.
  private func refuse(_ connector: Int, _ state: ConnectorState?) -> Bool {
    switch state {
    case nil, .disabled(.configurationInvalid, _), .disabled(.removedFromConfiguration, _):
      store.set(
        connector, to: .disabled(.configurationInvalid(["line 1"]), since: now), flaw)
      return true
    default: return false
    }
  }

  /// Looks for purged people in a file and asks the vendor, then decides.
  private func examine(_ connector: Int) {
    let owner = People.owner(of: connector, edition: files[connector].owner)
    if store.tombstones[owner], flaw != .stillNamingAccepted,
      let request = store.requests.first(where: { $0.people.contains(owner) })
    {
      let place = Self.setting(connector, files[connector]).place
      store.set(
        connector, to: .disabled(.referencesPurgedUser(request.id, [place]), since: now), flaw)
      return
    }
    if let reason = check(connector) { return keepOrDisable(connector, reason) }
    store.files[connector] = files[connector]
    store.set(connector, to: .enabled, flaw)
  }

  private func keepOrDisable(_ connector: Int, _ reason: DisabledReason) {
    switch store.states[connector] {
    case .enabled, .degraded, .disabled(.referencesPurgedUser, _),
      .disabled(.credentialRejected, _):
      return
    default: store.set(connector, to: .disabled(reason, since: now), flaw)
    }
  }

  /// Asks the vendor the harmless question; nil when all is well.
  private func check(_ connector: Int) -> DisabledReason? {
    let behaviour = Fleet.behaviour(
      scenario.kinds[connector], connector, variant: files[connector].variant)
    guard let request = behaviour.checkRequest(with: nil, at: now) else { return nil }
    let weather = weather(at: connector)
    let unreachable: [Weather] = [
      .refusedConnections, .failedNames, .brokenHandshakes, .resetsBeforeActing,
      .resetsAfterActing, .timeoutsAfterActing, .serverErrors,
    ]
    guard !weather.contains(where: unreachable.contains) else { return .unreachable(since: now) }
    let response = vendors[connector].answer(request, weather, at: elapsed, &dice)
    guard let fault = behaviour.fault(inCheck: response) else { return nil }
    return .credentialRejected(status: fault.status ?? 401)
  }
}

// The end: nothing goes wrong any more, and people do what is asked of them.
extension World {
  func calm() {
    tell("-- from now on nothing goes wrong")
    calmSince = elapsed
    (trouble, armedCrash, noticesLostUntil) = (nil, nil, 0)
    for connector in weather.indices { weather[connector] = [] }
    boot()
    takeCare()
  }

  /// Every few hours somebody looks at what needs a person.
  func takeCare() {
    guard let since = calmSince else { return }
    if isAtRest || elapsed - since > 150 * Self.day {
      watch.checkEnd(self)
      return isOver = true
    }
    if isDone, !hasAskedLast { askLast() }
    if isUp, !isDraining { serve() }
    // Each look later than the last one, so that a wait of weeks costs little.
    let pause = max(3_600_000, (elapsed - since) / 8)
    agenda.add(.caretaker, at: elapsed + pause)
  }

  private func serve() {
    for connector in store.names.indices where store.states[connector]?.isDisabled == true {
      if case .disabled(.administrator, _)? = store.states[connector] {
        submit(.operate(.enable(connector)))
      } else {
        files[connector].owner += 1
        renew(connector)
        submit(.operate(.reload(connector)))
      }
    }
    submit(.operate(.retryAll))
  }

  /// A breaker closes when somebody asks for something: one more client does.
  private func askLast() {
    hasAskedLast = true
    clients.append(
      Client(
        request: ModelRequest(
          key: 9, people: 1, connectors: Array(store.names.indices), days: 30,
          waitHours: 0)))
    ask(clients.count - 1)
  }

  /// Whether nothing is owed to anybody.
  private var isDone: Bool {
    isUp && engine.isQuiet && jobsWaiting == 0 && clients.allSatisfy { $0.id != nil }
      && store.requests.allSatisfy(\.state.isFinal) && store.waitingNotices(atMost: 1).isEmpty
  }

  private var isAtRest: Bool { isDone && !store.states.contains { $0 != .enabled } }
}

extension Deed {
  /// For the story.
  var words: String {
    switch self {
    case .submit(let request):
      "a client asks to purge \(request.people) people at \(request.connectors), "
        + "\(request.days) days" + (request.waitHours > 0 ? ", after \(request.waitHours) h" : "")
        + (request.naming.map { ", one of them owns c\($0)" } ?? "")
    case .weather(let connector, let kind, let hours): "c\(connector): \(kind) for \(hours) h"
    case .store(let kind, let minutes): "the store: \(kind) for \(minutes) min"
    case .crash(let point, let seconds): "a crash, \(point), for \(seconds) s"
    case .stop(let seconds): "the hub is stopped for \(seconds) s"
    case .clock(let size): "the clock jumps: \(size)"
    case .edit(let connector, let edit): "c\(connector)'s file: \(edit)"
    case .disable(let connector): "an administrator disables c\(connector)"
    case .enable(let connector): "an administrator enables c\(connector)"
    case .retryAll: "an operator asks again for everybody who needs attention"
    case .waive(let number): "an operator waives task \(number)"
    case .cancel(let number): "an operator cancels request \(number)"
    case .loseNotices(let minutes): "notices of new work are lost for \(minutes) min"
    case .spuriousTicks(let count): "\(count) ticks for nothing"
    case .restore(let connector): "c\(connector) restores a backup of before"
    }
  }
}
