import PurgeCore

/// Which transitions, outcome classes and fault kinds a run or a range of runs visited.
public struct Coverage: Sendable {
  private var counts: [Int]

  init() { counts = Array(repeating: 0, count: Self.names.count) }

  /// How often each was visited, in a fixed order.
  public var visits: [(name: String, count: Int)] {
    zip(Self.names, counts).map { (name: $0, count: $1) }
  }

  /// What was never visited.
  public var missing: [String] { visits.filter { $0.count == 0 }.map(\.name) }

  /// Adds what another run visited.
  public mutating func merge(_ other: Coverage) {
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  mutating func visit(_ mark: Mark) {
    if let position = mark.position { counts[position] += 1 }
  }
}

/// Something a run can visit.
enum Mark: Sendable, Hashable {
  case outcome(OutcomeClass)
  case task(TaskWord, TaskWord)
  case connector(ConnectorWord, ConnectorWord)
  case weather(Weather)
  case store(StoreTrouble)
  case crash(CrashPoint)
  case jump(JumpSize)
  case edit(Edit)
  case deed(DeedWord)
  case vendor(VendorKind)
}

/// The outcome classes.
enum OutcomeClass: Int, CaseIterable, Sendable {
  case erased, absent, accepted, verifiedAbsent, notApplicable, ambiguous, failed, waived
  case pending, retry, refused, throttled, blocked, partial, outOfTime
}

/// A task's state without what hangs on it.
enum TaskWord: Int, CaseIterable, Sendable {
  case queued, running, awaitingVendor, blocked, needsAttention
  case completed, noDataFound, notApplicable, waived, cancelled
}

/// A connector's state without what hangs on it.
enum ConnectorWord: Int, CaseIterable, Sendable {
  case enabled, degraded, referencesPurgedUser, administrator, configurationInvalid
  case credentialRejected, unreachable, removed
}

/// What else happens.
enum DeedWord: Int, CaseIterable, Sendable {
  case submit, stop, disable, enable, retry, waive, cancel, loseNotices, spuriousTicks
  case clientRetry, storeFullForClients, waitingPeriod, nameInSettings, otherDemand
  case faultForDays, deliverNotice, loseDelivery
}

extension Mark {
  /// Transitions that are possible and that a large enough range visits.
  static let taskTransitions: [(TaskWord, TaskWord)] = [
    (.queued, .running), (.queued, .blocked), (.queued, .cancelled), (.queued, .waived),
    (.running, .awaitingVendor), (.running, .blocked), (.running, .needsAttention),
    (.running, .completed), (.running, .noDataFound),
    (.running, .waived), (.awaitingVendor, .running), (.awaitingVendor, .blocked),
    (.awaitingVendor, .needsAttention), (.awaitingVendor, .completed), (.awaitingVendor, .waived),
    (.blocked, .queued), (.blocked, .running), (.blocked, .awaitingVendor),
    (.blocked, .needsAttention), (.blocked, .completed), (.blocked, .waived),
    (.blocked, .cancelled), (.needsAttention, .running), (.needsAttention, .blocked),
    (.needsAttention, .waived),
  ]

  static let connectorTransitions: [(ConnectorWord, ConnectorWord)] = [
    (.enabled, .degraded), (.degraded, .enabled), (.degraded, .unreachable),
    (.enabled, .referencesPurgedUser), (.enabled, .administrator), (.enabled, .credentialRejected),
    (.enabled, .removed), (.referencesPurgedUser, .enabled), (.administrator, .enabled),
    (.credentialRejected, .enabled), (.configurationInvalid, .enabled), (.unreachable, .enabled),
    (.removed, .enabled), (.removed, .configurationInvalid),
  ]
}

extension Coverage {
  fileprivate static let names: [String] =
    OutcomeClass.allCases.map { "outcome \($0)" }
    + Mark.taskTransitions.map { "task \($0.0) to \($0.1)" }
    + Mark.connectorTransitions.map { "connector \($0.0) to \($0.1)" }
    + Weather.allCases.map { "vendor fault \($0)" }
    + StoreTrouble.allCases.map { "store fault \($0)" }
    + CrashPoint.allCases.map { "crash \($0)" }
    + JumpSize.allCases.map { "clock \($0)" }
    + Edit.allCases.map { "file \($0)" }
    + DeedWord.allCases.map { "deed \($0)" }
    + VendorKind.allCases.map { "vendor \($0)" }
}

extension Mark {
  private static let taskStart = OutcomeClass.allCases.count
  private static let connectorStart = taskStart + taskTransitions.count
  private static let weatherStart = connectorStart + connectorTransitions.count
  private static let storeStart = weatherStart + Weather.allCases.count
  private static let crashStart = storeStart + StoreTrouble.allCases.count
  private static let jumpStart = crashStart + CrashPoint.allCases.count
  private static let editStart = jumpStart + JumpSize.allCases.count
  private static let deedStart = editStart + Edit.allCases.count
  private static let vendorStart = deedStart + DeedWord.allCases.count

  fileprivate var position: Int? {
    switch self {
    case .outcome(let word): word.rawValue
    case .task(let from, let to):
      Self.taskTransitions.firstIndex { $0.0 == from && $0.1 == to }
        .map { Self.taskStart + $0 }
    case .connector(let from, let to):
      Self.connectorTransitions.firstIndex { $0.0 == from && $0.1 == to }
        .map { Self.connectorStart + $0 }
    case .weather(let word): Self.weatherStart + word.rawValue
    case .store(let word): Self.storeStart + word.rawValue
    case .crash(let word): Self.crashStart + word.rawValue
    case .jump(let word): Self.jumpStart + word.rawValue
    case .edit(let word): Self.editStart + word.rawValue
    case .deed(let word): Self.deedStart + word.rawValue
    case .vendor(let word): Self.vendorStart + word.rawValue
    }
  }
}

extension TaskState {
  var word: TaskWord {
    switch self {
    case .queued: .queued
    case .running: .running
    case .awaitingVendor: .awaitingVendor
    case .blocked: .blocked
    case .needsAttention: .needsAttention
    case .completed: .completed
    case .noDataFound: .noDataFound
    case .notApplicable: .notApplicable
    case .waived: .waived
    case .cancelled: .cancelled
    }
  }
}

extension ConnectorState {
  var word: ConnectorWord {
    switch self {
    case .enabled: .enabled
    case .degraded: .degraded
    case .disabled(let reason, _):
      switch reason {
      case .referencesPurgedUser: .referencesPurgedUser
      case .administrator: .administrator
      case .configurationInvalid: .configurationInvalid
      case .credentialRejected: .credentialRejected
      case .unreachable: .unreachable
      case .removedFromConfiguration: .removed
      }
    }
  }
}
