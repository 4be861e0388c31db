/// Keeps a failing vendor from being asked in vain: open after too many failures, then one probe at
/// a time, closed again by the first that comes through.
struct Breaker: Sendable, Hashable {
  /// Where it stands.
  enum Position: Hashable, Sendable {
    case closed
    case open(until: Instant)
    case probing(CallKey)
  }

  private(set) var position = Position.closed
  /// Since when nothing came through; nil while closed.
  private(set) var openSince: Instant?
  /// How many times it opened without a success between.
  private(set) var trips = 0
  private var inARow = 0
  private var minute = RecentResults()

  /// A closed breaker.
  init() {}

  /// A breaker that was open when the hub stopped; the first probe may go at once.
  init(openSince: Instant, at now: Instant) {
    self.openSince = openSince
    position = .open(until: now)
  }

  var isClosed: Bool { position == .closed }

  var isProbing: Bool { if case .probing = position { true } else { false } }

  func isProbe(_ key: CallKey) -> Bool { position == .probing(key) }

  /// Counts a failure; `true` when it opens a closed breaker.
  mutating func failed(
    at now: Instant, _ policy: EnginePolicy, using random: inout Xoshiro256
  ) -> Bool {
    guard isClosed else { return false }
    inARow += 1
    minute.add(failed: true, at: now)
    guard inARow >= policy.breakerFailures || minute.isBad(atLeast: policy.breakerSample)
    else { return false }
    openSince = now
    open(at: now, policy, using: &random)
    return true
  }

  mutating func succeeded(at now: Instant) {
    guard isClosed else { return }
    inARow = 0
    minute.add(failed: false, at: now)
  }

  mutating func probe(_ key: CallKey) { position = .probing(key) }

  mutating func probeFailed(
    at now: Instant, _ policy: EnginePolicy, using random: inout Xoshiro256
  ) {
    open(at: now, policy, using: &random)
  }

  mutating func probeSucceeded() { self = Breaker() }

  /// The probe ended without showing anything: the next one may go at that instant.
  mutating func probeShowedNothing(nextAt instant: Instant) { position = .open(until: instant) }

  private mutating func open(
    at now: Instant, _ policy: EnginePolicy, using random: inout Xoshiro256
  ) {
    let doubled = Backoff.doubled(policy.breakerWait, trips, cap: policy.longestBreakerWait)
    trips += 1
    let extra = Span(milliseconds: Int64.random(in: 0...doubled.milliseconds / 4, using: &random))
    position = .open(until: now + doubled + extra)
  }

  mutating func shift(by span: Span) {
    if case .open(let until) = position { position = .open(until: until + span) }
    openSince = openSince.map { $0 + span }
    minute = RecentResults()
  }
}

/// The results of the last minute, in six cells of ten seconds.
struct RecentResults: Sendable, Hashable {
  private struct Cell: Sendable, Hashable {
    var tenth: Int64 = -1
    var good = 0
    var bad = 0
  }

  private var cells = Array(repeating: Cell(), count: 6)
  private var latest: Int64 = -1

  mutating func add(failed: Bool, at now: Instant) {
    latest = max(0, now.milliseconds / 10_000)
    let index = Int(latest % 6)
    if cells[index].tenth != latest { cells[index] = Cell(tenth: latest) }
    if failed { cells[index].bad += 1 } else { cells[index].good += 1 }
  }

  /// Whether at least half of a large enough sample failed.
  func isBad(atLeast sample: Int) -> Bool {
    let recent = cells.filter { $0.tenth > latest - 6 && $0.tenth <= latest }
    let bad = recent.reduce(0) { $0 + $1.bad }
    let all = recent.reduce(bad) { $0 + $1.good }
    return all >= sample && bad * 2 >= all
  }
}
