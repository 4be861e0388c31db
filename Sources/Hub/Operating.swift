public import PurgeCore
public import Store

extension House {
  /// Reads a request ID as a person typed it; a typo is told apart from an unknown one.
  public static func id(reading text: String) throws(Refusal) -> PurgeRequestID {
    do throws(PurgeRequestID.Typo) {
      return try PurgeRequestID(reading: text)
    } catch {
      let fault = error == .check ? "its check character does not fit" : "it has another shape"
      throw Refusal(
        .mistypedRequest, "That is no purge request ID: \(fault).",
        action: "Read it again; it looks like PRG-7K3F-9QWD-2M5T-8, and O is 0, I and L are 1.")
    }
  }

  /// A request with its tasks.
  public func request(_ id: PurgeRequestID) async throws(Refusal) -> RequestRecord {
    try await refusing { () async throws(StoreError) in try await store.request(id) }
  }

  /// A page of requests, newest first.
  public func requests(
    after id: PurgeRequestID?, limit: Int, openOnly: Bool
  ) async throws(Refusal) -> [RequestRecord] {
    try await refusing { () async throws(StoreError) in
      let place =
        if let id { RequestCursor(try await store.request(id)) } else { nil as RequestCursor? }
      return try await store.requests(after: place, limit: limit, openOnly: openOnly)
    }
  }

  /// Asks vendors again for people who need attention; at one connector or at all of the request's.
  ///
  /// - Returns: How many people are asked about again.
  public func retry(
    _ id: PurgeRequestID, at connector: ConnectorName?, by actor: String
  ) async throws(Refusal) -> Int {
    let record = try await request(id)
    if let connector, !record.tasks.contains(where: { $0.key.connector == connector }) {
      throw Refusal(StoreError(.unknownTask, call: "retry", detail: ""))
    }
    let tasks = record.tasks.filter { task in
      task.tally.needingAttention > 0 && (connector == nil || task.key.connector == connector)
    }
    guard !tasks.isEmpty else {
      throw Refusal(
        .wrongState, "Nobody of \(id) needs attention there.",
        action: "Blocked tasks go on when their connector is enabled.", connector: connector)
    }
    return try await gate.pass { () async throws(Refusal) in
      try await refuseHeld(tasks, of: record)
      return try await retry(tasks, by: actor)
    }
  }

  private func retry(_ tasks: [ConnectorTask], by actor: String) async throws(Refusal) -> Int {
    var people = 0
    for task in tasks {
      people += try await refusing { () async throws(StoreError) in
        try await store.retry(
          task.key, peoplePerCall: peoplePerCall(task.key.connector), by: actor, at: now())
      }
    }
    engine.post(.submitted(tasks.map(\.key.connector)))
    return people
  }

  func peoplePerCall(_ name: ConnectorName) -> Int {
    register.installed(name)?.behaviour.traits.peoplePerCall ?? 1
  }

  /// Ends what is open of a request at a connector by a documented exception.
  ///
  /// - Returns: How many people's obligations ended.
  public func waive(
    _ id: PurgeRequestID, at connector: ConnectorName, reason: String, by actor: String
  ) async throws(Refusal) -> Int {
    let key = TaskKey(id, connector)
    let people = try await refusing { () async throws(StoreError) in
      try await store.waive(key, by: actor, reason: reason, at: now())
    }
    engine.post(.withdrawn([key]))
    await engine.heard()
    return people
  }

  /// Ends what is open of a request at a system without a connector, by the word of its owner.
  ///
  /// - Returns: How many people they say were erased.
  /// - Throws: `Refusal` 1014 where calls are made, whose answers say what came of it.
  public func attest(
    _ id: PurgeRequestID, at connector: ConnectorName, statement: String, by actor: String
  ) async throws(Refusal) -> Int {
    let (_, task) = try await task(id, at: connector)
    guard task.isByHand else {
      throw Refusal(
        .wrongState,
        "\(connector) is not erased by hand: its vendor's answers say what came of it.",
        action: "See purgehub requests explain \(id) \(connector).", connector: connector)
    }
    let people = try await refusing { () async throws(StoreError) in
      try await store.attest(task.key, by: actor, statement: statement, at: now())
    }
    engine.post(.withdrawn([task.key]))
    await engine.heard()
    return people
  }

  /// Everybody of a request, for the letter to the owner of a system without a connector; the audit
  /// keeps who had it.
  ///
  /// - Throws: `Refusal` 1014 where calls are made, or nothing is open.
  public func peopleToErase(
    _ id: PurgeRequestID, at connector: ConnectorName, by actor: String
  ) async throws(Refusal) -> Letter {
    let (record, task) = try await task(id, at: connector)
    guard task.isByHand, !task.state.isClosed, record.state == .inProgress else {
      throw Refusal(
        .wrongState, "Nobody of \(id) is to be erased by hand at \(connector).",
        action: "See purgehub requests show \(id).", connector: connector)
    }
    return try await refusing { () async throws(StoreError) in
      let people = try await store.everybody(of: id)
      try await store.audit(
        "task.letter", by: actor, request: id, connector: connector,
        detail: "\(people.count) people", at: now())
      return Letter(people: people)
    }
  }

  /// Cancels a request that has not begun: in its waiting period, held, or not yet approved.
  ///
  /// - Throws: `Refusal` 1012 with what already went out when it is past the point of no return.
  public func cancel(
    _ id: PurgeRequestID, reason: String = "", by actor: String
  ) async throws(Refusal) {
    let ending = try await refusing { () async throws(StoreError) in
      try await store.cancel(id, by: actor, reason: reason, at: now())
    }
    switch ending {
    case .cancelled(let names):
      engine.post(.withdrawn(names.map { TaskKey(id, $0) }))
      await engine.heard()
    case .tooLate(let record):
      let begun = record.tasks.filter { $0.plannedThrough > 0 }.map(\.key.connector.description)
      throw Refusal(
        .irreversible,
        "\(id) is past its point of no return; calls went out to \(begun.isEmpty ? "nobody yet" : begun.joined(separator: ", ")).",
        action: "What is still open can be waived connector by connector, with a reason.")
    }
  }

  func refusing<Value>(
    _ work: () async throws(StoreError) -> Value
  ) async throws(Refusal) -> Value {
    do throws(StoreError) { return try await work() } catch { throw Refusal(error) }
  }
}

extension House {
  /// What the store knows of connectors, by name.
  func connectorRecords() async throws(Refusal) -> [ConnectorName: ConnectorRecord] {
    let records = try await refusing { () async throws(StoreError) in try await store.connectors() }
    return Dictionary(uniqueKeysWithValues: records.map { ($0.name, $0) })
  }

  func connectorStates() async throws(Refusal) -> [ConnectorName: ConnectorState] {
    try await connectorRecords().mapValues(\.state)
  }

  /// Requests that owe something at a connector.
  func openRequests(_ name: ConnectorName) async throws(Refusal) -> [PurgeRequestID] {
    try await refusing { () async throws(StoreError) in
      try await store.openTasks(of: name, limit: 1_000).map(\.key.request)
    }
  }

  /// Writes a connector's state, then takes over what goes with it and tells the engine, before
  /// anybody is answered; when it cannot be written, all stays as it was.
  func set(
    _ name: ConnectorName, _ state: ConnectorState, revision: ConnectorText? = nil,
    by actor: String, takingOver: () -> Void = {}
  ) async throws(Refusal) {
    try await refusing { () async throws(StoreError) in
      try await store.setConnector(name, to: state, revision: revision, by: actor, at: now())
    }
    takingOver()
    tellEngine(name, state)
    await engine.heard()
    log?.connector(name, state, by: actor)
  }

  /// Hands the engine's thread a connector as it now is.
  func tellEngine(_ name: ConnectorName, _ state: ConnectorState) {
    let connector = register.installed(name)
    engine.post([
      .policy(name, connector?.policy),
      .event(.connectorChanged(name, connector?.behaviour, state)),
    ])
  }
}

extension Refusal {
  static func unknownConnector(_ name: ConnectorName) -> Refusal {
    Refusal(
      .unknownConnector, "There is no connector of that name.",
      action: "See connectors list; a connector is a file under config/connectors.")
  }
}

/// Whether the hub can be asked, for whoever watches over it.
public enum Readiness: String, Sendable {
  /// It takes requests and works.
  case ready
  /// Its store takes nothing at present; it goes on by itself when there is room.
  case stalled
  /// Its engine does not answer.
  case stuck
}

extension House {
  /// Asks the engine's thread and waits for it, at most a second.
  public func readiness() async -> Readiness {
    let isHeard = await engine.isHeard(within: .seconds(1))
    guard isHeard else { return .stuck }
    return engine.activity.isStalled ? .stalled : .ready
  }
}

/// What the hub is doing, for whoever waits for news.
public struct HouseActivity: Sendable, Hashable {
  /// Calls at vendors.
  public var inFlight: Int
  /// Whether nothing moves now.
  public var isQuiet: Bool
  /// Whether the hub's disk takes nothing at present; answers are kept in hand until it does.
  public var isStorageStalled: Bool
  /// How long until the hub looks again by itself; nil when only news would make it.
  public var nextLook: Span?
  /// Counts what became durable or changed.
  public var revision: Int
}

extension House {
  /// What the hub is doing now.
  public var activity: HouseActivity {
    let activity = engine.activity
    return HouseActivity(
      inFlight: activity.inFlight, isQuiet: activity.isQuiet,
      isStorageStalled: activity.isStalled,
      nextLook: activity.nextWake.map { max($0 - now(), .seconds(0)) },
      revision: activity.revision)
  }

  /// Waits for news after a revision, at most so long.
  public func untilNews(after revision: Int, atMost wait: Span) async {
    await engine.untilNews(after: revision, or: .now + .milliseconds(wait.milliseconds))
  }
}
