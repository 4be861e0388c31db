public import PurgeCore

/// What is on the disk: the tables of the real store as arrays, changed by the same rules through the
/// same `ConnectorTask`.
///
/// A copy of it is a snapshot; whatever is not in it is lost in a crash.
public struct ModelStore: Sendable {
  /// An open call's row.
  public struct Row: Sendable, Hashable {
    /// Its people.
    public var range: Range<Int>
    /// When and how it is tried.
    public var schedule: CallSchedule
  }

  /// One connector's share of a request and what hangs on it.
  public struct Leg: Sendable {
    /// The task with its own rules.
    public internal(set) var task: ConnectorTask
    let lane: Lane
    let acceptedAt: Instant
    let deadline: Instant
    var isStarted: Bool
    /// Open calls, by their first person.
    public internal(set) var rows: [Row] = []
    /// Final verdicts, in the order they came.
    public internal(set) var results: [(range: Range<Int>, verdict: Verdict)] = []
    /// Verdicts that wait for a person's decision.
    public internal(set) var exceptions: [(position: Int, verdict: Verdict)] = []
    var attempts = 0
  }

  /// A request.
  public struct Request: Sendable {
    /// Its name.
    public let id: PurgeRequestID
    let key: Int
    let people: [Int]
    /// Where it stands.
    public internal(set) var state: RequestState
    let startAt: Instant?
    let acceptedAt: Instant
    /// Its tasks, one for each connector it goes to; nil for the others.
    public internal(set) var legs: [Leg?]
  }

  /// Every request, in the order of acceptance.
  public internal(set) var requests: [Request] = []
  var states: [ConnectorState?]
  /// What was accepted last of each connector's file.
  var files: [ModelFile?]
  /// Whether each person was ever asked to be purged.
  var tombstones: [Bool] = Array(repeating: false, count: People.count)
  var audits: [AuditEntry] = []
  var outbox: [Notice] = []
  /// Everything people and programs outside are told of, the ends of requests included.
  var told: [Telling] = []
  /// Changes that found nothing to change, such as an answer after a waiver.
  var ignored = 0

  /// Tasks changed since requests were last ended, each where it was first changed after the latest
  /// change of a connector: the order in which the real store writes them.
  var touched: [TaskKey] = []
  var touchedSince = 0

  /// How many replays there were, and each connector's last.
  var replays = 0
  var lastReplays: [Int]

  let names: [ConnectorName]

  /// An empty store for connectors.
  public init(_ names: [ConnectorName]) {
    self.names = names
    states = names.map { _ in nil }
    files = names.map { _ in nil }
    lastReplays = names.map { _ in 0 }
  }
}

extension ModelStore {
  func position(_ name: ConnectorName) -> Int { names.firstIndex(of: name) ?? 0 }

  /// Where a task's request stands in the list; requests are named by their number.
  func position(_ request: PurgeRequestID) -> Int { Int(request.number) - 1 }

  /// A task and what hangs on it; nil when there is none.
  public func leg(_ key: TaskKey) -> Leg? {
    let request = position(key.request)
    guard requests.indices.contains(request) else { return nil }
    return requests[request].legs[position(key.connector)]
  }

  mutating func put(_ leg: Leg) {
    let key = leg.task.key
    tellAttention(leg.task, before: self.leg(key)?.task.state)
    requests[position(key.request)].legs[position(key.connector)] = leg
    touch(key)
  }

  mutating func touch(_ key: TaskKey) {
    if !touched[touchedSince...].contains(key) { touched.append(key) }
  }

  /// Every task's key, in the order of requests and connectors.
  public var keys: [TaskKey] {
    requests.flatMap { request in request.legs.compactMap { $0?.task.key } }
  }

  var legs: [Leg] { requests.flatMap { $0.legs.compactMap { $0 } } }

  func call(_ key: CallKey) -> Call? {
    guard let leg = leg(key.task), let row = leg.row(key.range) else { return nil }
    let people = requests[position(key.task.request)].people[key.range]
    var call = Call(
      key, people: people.map(People.subject), schedule: row.schedule,
      requestedAt: leg.acceptedAt, deadline: leg.deadline, lane: leg.lane)
    call.replay = lastReplays[position(key.task.connector)]
    return call
  }
}

extension ModelStore.Leg {
  func row(_ range: Range<Int>) -> ModelStore.Row? { rows.first { $0.range == range } }

  /// Whether the engine may plan more of it.
  var isPlannable: Bool {
    guard isStarted, !task.state.isClosed, task.plannedThrough < task.total else { return false }
    if case .blocked = task.state { return false }
    return true
  }

  mutating func insert(_ row: ModelStore.Row) {
    let place = rows.firstIndex { $0.range.lowerBound > row.range.lowerBound } ?? rows.count
    rows.insert(row, at: place)
  }

  mutating func remove(_ range: Range<Int>) -> ModelStore.Row? {
    rows.firstIndex { $0.range == range }.map { rows.remove(at: $0) }
  }
}

/// What a connector's file says.
struct ModelFile: Sendable, Hashable {
  /// Counts the edits that change what it says.
  var edition = 0
  /// Which of the possible owners it names.
  var owner = 0
  /// Which of the possible limits it sets.
  var variant = 0
  var isBroken = false
  var isRemoved = false
}
