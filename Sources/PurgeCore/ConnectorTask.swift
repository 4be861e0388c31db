/// One connector's share of one request.
public struct TaskKey: Sendable, Hashable, Comparable {
  /// The request.
  public var request: PurgeRequestID
  /// The connector.
  public var connector: ConnectorName
  /// Makes a key.
  public init(_ request: PurgeRequestID, _ connector: ConnectorName) {
    self.request = request
    self.connector = connector
  }
  /// Orders by request, then connector.
  public static func < (a: TaskKey, b: TaskKey) -> Bool {
    (a.request, a.connector) < (b.request, b.connector)
  }
}

/// Where a task stands (VOCABULARY: task states).
public enum TaskState: Sendable, Hashable {
  /// Nothing sent yet.
  case queued
  /// Calls are under way or planned.
  case running
  /// Everything left waits for the vendor's confirmation.
  case awaitingVendor
  /// Its connector is disabled.
  case blocked(Code)
  /// Nothing moves without a person.
  case needsAttention(Code)
  /// Done.
  case completed
  /// The vendor knew none of the people.
  case noDataFound
  /// No person has an identity this vendor knows.
  case notApplicable
  /// At least one obligation was waived, the others ended.
  case waived
  /// The request was cancelled before anything was sent.
  case cancelled

  /// Whether the task's obligations have ended.
  public var isClosed: Bool {
    switch self {
    case .queued, .running, .awaitingVendor, .blocked, .needsAttention: false
    case .completed, .noDataFound, .notApplicable, .waived, .cancelled: true
    }
  }
}

extension TaskState {
  /// The state's word, as databases, JSON and pages have it.
  public var word: String {
    switch self {
    case .queued: "queued"
    case .running: "running"
    case .awaitingVendor: "awaitingVendor"
    case .blocked: "blocked"
    case .needsAttention: "needsAttention"
    case .completed: "completed"
    case .noDataFound: "noDataFound"
    case .notApplicable: "notApplicable"
    case .waived: "waived"
    case .cancelled: "cancelled"
    }
  }
}

/// How many of a task's people stand where; what is not named here is open.
public struct Tally: Sendable, Hashable {
  /// Verdict `erased`.
  public var erased = 0
  /// Verdict `absent`.
  public var absent = 0
  /// Verdict `accepted`.
  public var accepted = 0
  /// Verdict `verifiedAbsent`.
  public var verifiedAbsent = 0
  /// Verdict `notApplicable`.
  public var notApplicable = 0
  /// Verdict `waived`.
  public var waived = 0
  /// Verdict `ambiguous`: an open obligation that needs a person.
  public var ambiguous = 0
  /// Verdict `failed`: an open obligation that needs a person.
  public var failed = 0
  /// Taken by the vendor as a job and not confirmed yet: open.
  public var pending = 0

  /// A tally of nobody.
  public init() {}

  /// How many obligations have ended.
  public var settled: Int {
    erased + absent + accepted + verifiedAbsent + notApplicable + waived
  }
  /// How many wait for a person's decision.
  public var needingAttention: Int { ambiguous + failed }

  /// Every count under its word, in the order in which people are told.
  public var counts: [(word: String, count: Int)] {
    [
      ("erased", erased), ("absent", absent), ("accepted", accepted),
      ("verifiedAbsent", verifiedAbsent), ("notApplicable", notApplicable), ("waived", waived),
      ("ambiguous", ambiguous), ("failed", failed), ("pending", pending),
    ]
  }

  /// Counts people with a verdict; a negative count takes them away again.
  public mutating func add(_ verdict: Verdict, _ count: Int) {
    switch verdict {
    case .erased: erased += count
    case .absent: absent += count
    case .accepted: accepted += count
    case .verifiedAbsent: verifiedAbsent += count
    case .notApplicable: notApplicable += count
    case .waived: waived += count
    case .ambiguous: ambiguous += count
    case .failed: failed += count
    }
  }
}

/// One connector's share of one request, and the only place where its state changes.
///
/// The store reads it, lets it decide, and writes it back in the same transaction; a model store
/// in tests does the same, so that what is proven of this struct holds for both.
public struct ConnectorTask: Sendable, Hashable {
  /// Which request and connector.
  public let key: TaskKey
  /// How many people the request has.
  public let total: Int
  /// People before this position have a call or a result; those from it on are not planned yet.
  public private(set) var plannedThrough: Int
  /// Where the people stand.
  public private(set) var tally: Tally
  /// Where the task stands.
  public private(set) var state: TaskState
  /// The code of the latest verdict that needs a person; nil when there is none.
  public private(set) var attention: Code?

  /// A new task; blocked from the start when its connector is disabled, and waiting for a person
  /// when a person erases there by hand.
  public init(
    _ key: TaskKey, total: Int, blockedBy code: Code? = nil, isByHand: Bool = false
  ) {
    self.init(
      key, total: total, plannedThrough: 0, tally: Tally(),
      state: code.map(TaskState.blocked) ?? .queued,
      attention: isByHand ? .manualRecipient : nil)
    settleState()
  }

  /// A task as it was stored.
  public init(
    _ key: TaskKey, total: Int, plannedThrough: Int, tally: Tally, state: TaskState,
    attention: Code?
  ) {
    self.key = key
    self.total = total
    self.plannedThrough = plannedThrough
    self.tally = tally
    self.state = state
    self.attention = attention
  }

  /// How many obligations have not ended, those needing a person included.
  public var open: Int { total - tally.settled }

  /// Whether a person erases there and says so, and no call is ever made (ALM-10); stays true when
  /// the task is closed.
  public var isByHand: Bool { attention == .manualRecipient }

  /// How many obligations wait for a person's word or decision.
  public var needingAttention: Int {
    isByHand && !state.isClosed ? open : tally.needingAttention
  }
}

extension ConnectorTask {
  /// Moves the cursor over newly planned calls; `false` and nothing changes when they do not begin
  /// at the cursor or the task is closed, so a plan made twice exists once.
  public mutating func plan(_ range: Range<Int>) -> Bool {
    guard !state.isClosed, !isByHand, range.lowerBound == plannedThrough,
      range.upperBound <= total
    else { return false }
    plannedThrough = range.upperBound
    settleState()
    return true
  }

  /// Receives what came of one call; `wasPolling` says in which phase the call was.
  ///
  /// The segments partition the call's range; the caller has already made sure that the call is
  /// open and removes its row.
  public mutating func receive(_ segments: [CallSegment], wasPolling: Bool) {
    for segment in segments {
      let count = segment.range.count
      if wasPolling { tally.pending -= count }
      switch segment.fate {
      case .settled(let verdict):
        tally.add(verdict, count)
        if !verdict.isSettled { attention = verdict.code }
      case .again(let schedule):
        if schedule.phase.isPolling { tally.pending += count }
      }
    }
    settleState()
  }

  /// The connector was disabled: what is open is blocked, not dropped.
  public mutating func block(_ code: Code) {
    if !state.isClosed { state = .blocked(code) }
  }

  /// The connector is enabled again.
  public mutating func unblock() {
    guard case .blocked = state else { return }
    state = .queued
    settleState()
  }

  /// An operator asks again for people who needed attention: their exceptions become calls.
  public mutating func retry(_ verdicts: [(verdict: Verdict, count: Int)]) {
    for (verdict, count) in verdicts { tally.add(verdict, -count) }
    attention = nil
    settleState()
  }

  /// The vendor has people again who had ended: they are open once more, and so is the task, blocked
  /// when its connector is disabled.
  ///
  /// The caller keeps their old results, and makes calls of them unless everybody is planned anew.
  public mutating func replay(
    _ verdicts: [(verdict: Verdict, count: Int)], planningAnew: Bool, blockedBy code: Code? = nil
  ) {
    for (verdict, count) in verdicts { tally.add(verdict, -count) }
    if planningAnew { plannedThrough = 0 }
    if state.isClosed { state = code.map(TaskState.blocked) ?? .queued }
    settleState()
  }

  /// An operator waives everything that is still open; returns how many people that were.
  public mutating func waive() -> Int {
    guard !state.isClosed else { return 0 }
    if !isByHand { attention = nil }
    return end(as: .waived)
  }

  /// The owner of a system without a connector says that everybody was erased there; returns how many
  /// people that were, none when the task is closed or no person erases there by hand.
  public mutating func attest() -> Int {
    guard !state.isClosed, isByHand else { return 0 }
    return end(as: .erased)
  }

  /// Gives everybody who is open one verdict; returns how many people that were.
  private mutating func end(as verdict: Verdict) -> Int {
    let ended = open
    (tally.ambiguous, tally.failed, tally.pending) = (0, 0, 0)
    tally.add(verdict, ended)
    plannedThrough = total
    state = closingState
    return ended
  }

  /// The request was cancelled before anything was sent.
  public mutating func cancel() {
    if !state.isClosed { state = .cancelled }
  }

  /// The one place that derives a state from the tally; a blocked task stays blocked while open.
  private mutating func settleState() {
    if open == 0 {
      state = closingState
    } else if case .blocked = state {
      return
    } else if isByHand {
      state = .needsAttention(.manualRecipient)
    } else if open == tally.needingAttention {
      state = .needsAttention(attention ?? .refused)
    } else if plannedThrough == total, open == tally.needingAttention + tally.pending {
      state = .awaitingVendor
    } else if plannedThrough > 0 {
      state = .running
    }
  }

  private var closingState: TaskState {
    if tally.waived > 0 { return .waived }
    if tally.notApplicable == total { return .notApplicable }
    return tally.absent + tally.notApplicable == total ? .noDataFound : .completed
  }
}
