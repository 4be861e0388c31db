import PurgeCore

/// What a run consists of, apart from chance: the connectors and what happens when.
///
/// Taking things out of it is how a failing run is made short.
struct Scenario: Sendable {
  /// Something that happens at an instant, in milliseconds from the start.
  struct Happening: Sendable {
    var at: Int64
    var deed: Deed
  }

  var seed: UInt64
  var days: Int
  var kinds: [VendorKind]
  var happenings: [Happening]
  /// How many tasks the engine keeps in mind per lane; few, so that it must ask again.
  var tasksPerLane: Int
}

/// What people, vendors and the world do.
enum Deed: Sendable, Hashable {
  case submit(ModelRequest)
  case weather(connector: Int, Weather, hours: Int)
  case store(StoreTrouble, minutes: Int)
  case crash(CrashPoint, downForSeconds: Int)
  case stop(downForSeconds: Int)
  case clock(JumpSize)
  case edit(connector: Int, Edit)
  case disable(connector: Int)
  case enable(connector: Int)
  case retryAll
  case waive(Int)
  case cancel(Int)
  case loseNotices(minutes: Int)
  case spuriousTicks(Int)
  /// A vendor has everybody again, and an operator is told later.
  case restore(connector: Int)
}

/// What a client demands.
struct ModelRequest: Sendable, Hashable {
  var key: Int
  var people: Int
  var connectors: [Int]
  var days: Int
  var waitHours: Int
  /// The connector whose account's owner is among the people.
  var naming: Int?
}

/// What can be wrong with the store for a while.
enum StoreTrouble: Int, CaseIterable, Sendable {
  /// Transactions fail and change nothing.
  case failing
  /// Transactions are applied and reported as failed.
  case appliedButFailed
  /// Every other transaction fails.
  case flickering
  /// Transactions take up to half a minute.
  case slow
  /// The disk is full.
  case full
}

/// When the process dies.
enum CrashPoint: Int, CaseIterable, Sendable {
  case anywhere
  case beforeCommit
  case afterCommit
  /// The store cannot tell whether a commit came through, so the process ends itself.
  case indeterminateCommit
}

/// How the wall clock jumps.
enum JumpSize: Int, CaseIterable, Sendable {
  case secondsBack
  case hoursBack
  case monthBack
  case hoursAhead
  case monthAhead

  var span: Span {
    switch self {
    case .secondsBack: .seconds(-3)
    case .hoursBack: .hours(-2)
    case .monthBack: .days(-30)
    case .hoursAhead: .hours(5)
    case .monthAhead: .days(30)
    }
  }
}

/// What an administrator does to a connector's file.
enum Edit: Int, CaseIterable, Sendable {
  /// Another owner and another limit.
  case newRevision
  case savedAgain
  /// Another limit, and the same owner as before.
  case sameOwner
  case broken
  case removed
}

extension Scenario {
  /// The scenario of a seed.
  init(seed: UInt64, days: Int) {
    var dice = Dice(seed: seed)
    let connectors = 1 + dice.below(4)
    self.seed = seed
    self.days = days
    kinds = (0..<connectors).map { _ in dice.pick(VendorKind.allCases) }
    happenings = []
    tasksPerLane = dice.once(in: 2) ? 64 : 1 + dice.below(3)
    let end = Int64(days) * 86_400_000
    addRequests(until: end, &dice)
    if dice.once(in: 12) { addCrowd(until: end, &dice) }
    if dice.once(in: 3) { addPlot(until: end, &dice) }
    addFaults(until: end, &dice)
    happenings.sort { $0.at < $1.at }
  }

  private mutating func addRequests(until end: Int64, _ dice: inout Dice) {
    for key in 0..<1 + dice.below(6) {
      let at = key == 0 ? 1_000 : dice.within(1_000...max(2_000, end / 2))
      happenings.append(Happening(at: at, deed: .submit(request(key, &dice))))
    }
  }

  func request(_ key: Int, _ dice: inout Dice) -> ModelRequest {
    let all = Array(kinds.indices)
    let some = all.filter { _ in !dice.once(in: 4) }
    return ModelRequest(
      key: key, people: dice.once(in: 3) ? 8 + dice.below(53) : 1 + dice.below(7),
      connectors: some.isEmpty ? all : some, days: dice.once(in: 5) ? 1 : 30,
      waitHours: dice.once(in: 5) ? 1 + dice.below(48) : 0,
      naming: dice.once(in: 4) ? dice.pick(all) : nil)
  }

  private mutating func addFaults(until end: Int64, _ dice: inout Dice) {
    let requests = happenings.map(\.at)
    // Some runs have a bad minute, in which everything comes together.
    let badMinute: Int64? = dice.once(in: 3) ? dice.pick(requests) : nil
    for _ in 0..<dice.below(14) {
      let at: Int64 =
        if let badMinute {
          badMinute + dice.within(-5_000...60_000)
        } else if dice.once(in: 4) {
          dice.within(0...end)
        } else {
          // Most things go wrong while something is going on.
          dice.pick(requests) + dice.within(dice.once(in: 2) ? -1_800_000...10_000 : 0...3_600_000)
        }
      add(deed(&dice), at: max(0, at), &dice)
    }
  }

  private mutating func add(_ deed: Deed, at instant: Int64, _ dice: inout Dice) {
    happenings.append(Happening(at: instant, deed: deed))
    guard case .edit(let connector, _) = deed, dice.once(in: 2) else { return }
    // Removed, then broken and back again: what is written while a file is missing is read anew.
    let next = Deed.edit(
      connector: connector, dice.once(in: 2) ? .broken : dice.pick(Edit.allCases))
    happenings.append(Happening(at: instant + dice.within(1_000...600_000), deed: next))
  }

  private func deed(_ dice: inout Dice) -> Deed {
    let connector = dice.below(kinds.count)
    switch dice.below(20) {
    case 0..<7:
      let hours = dice.once(in: 6) ? 80 : 1 + dice.below(dice.once(in: 2) ? 24 : 3)
      return .weather(connector: connector, dice.pick(Weather.allCases), hours: hours)
    case 7, 8: return .store(dice.pick(StoreTrouble.allCases), minutes: 1 + dice.below(30))
    case 9, 10:
      return .crash(
        dice.pick(CrashPoint.allCases),
        downForSeconds: dice.once(in: 4) ? 7_200 : 1 + dice.below(60))
    case 11: return .stop(downForSeconds: 1 + dice.below(600))
    case 12: return .clock(dice.pick(JumpSize.allCases))
    case 13, 14: return .edit(connector: connector, dice.pick(Edit.allCases))
    case 15: return .disable(connector: connector)
    case 16: return .enable(connector: connector)
    case 17: return dice.once(in: 2) ? .stop(downForSeconds: 60) : .waive(dice.below(24))
    case 18: return dice.once(in: 2) ? .cancel(dice.below(6)) : .retryAll
    default:
      return dice.once(in: 2)
        ? .loseNotices(minutes: 1 + dice.below(120)) : .spuriousTicks(1 + dice.below(20))
    }
  }
}
