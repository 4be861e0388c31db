import PurgeCore

/// What a run of one seed came to.
public struct RunReport: Sendable {
  /// The seed.
  public let seed: UInt64
  /// The invariant that broke; nil when all held.
  public let violation: Violation?
  /// How many events happened.
  public let events: Int
  /// A number that two runs of one seed share.
  public let stateHash: UInt64
  /// What was visited.
  public let coverage: Coverage
}

/// A failing run made short, as a timeline for people.
public struct Story: Sendable {
  /// The invariant that breaks in the short run, as it did in the long one.
  public let violation: Violation
  /// What happened, one line each, oldest first.
  public let lines: [String]
}

/// Runs the engine, the manifests and the store's rules through virtual days in which much goes wrong.
///
/// Pure: the same seed and number of days give the same report in any process.
public enum Simulation {
  /// Runs one seed.
  ///
  /// - Parameters:
  ///   - seed: Decides everything.
  ///   - days: How many virtual days things go wrong; after them everything heals and must end.
  ///   - restoring: Whether vendors also restore backups, which operators replay.
  ///   - flaw: A known bug to plant, for tests.
  /// - Returns: What came of it.
  public static func run(
    seed: UInt64, days: Int = 30, restoring: Bool = false, flaw: Flaw? = nil
  ) -> RunReport {
    let world = World(Scenario.of(seed, days: days, restoring: restoring), flaw: flaw)
    world.run()
    world.fingerprint.add(world.engine.stateHash)
    return RunReport(
      seed: seed, violation: world.watch.violation, events: world.events,
      stateHash: world.fingerprint.value, coverage: world.coverage)
  }

  /// Makes a failing seed short and tells its story; nil when no invariant breaks.
  public static func story(
    seed: UInt64, days: Int = 30, restoring: Bool = false, flaw: Flaw? = nil
  ) -> Story? {
    let whole = Scenario.of(seed, days: days, restoring: restoring)
    guard let violation = violation(of: whole, flaw) else { return nil }
    let short = shrunk(whole, breaking: violation.rule, flaw)
    let world = World(short, flaw: flaw, tells: true)
    world.run()
    return world.watch.violation.map { Story(violation: $0, lines: (world.story ?? []).told) }
  }

  private static func violation(of scenario: Scenario, _ flaw: Flaw?) -> Violation? {
    let world = World(scenario, flaw: flaw)
    world.run()
    return world.watch.violation
  }

  /// Takes out one thing after the other, and people, as long as the same invariant breaks.
  private static func shrunk(
    _ scenario: Scenario, breaking rule: String, _ flaw: Flaw?
  ) -> Scenario {
    var best = scenario
    var hasShrunk = true
    while hasShrunk {
      hasShrunk = false
      for candidate in best.smaller where violation(of: candidate, flaw)?.rule == rule {
        (best, hasShrunk) = (candidate, true)
        break
      }
    }
    return best
  }
}

extension Scenario {
  /// This scenario with one thing less.
  fileprivate var smaller: [Scenario] {
    happenings.indices.reversed().flatMap { index in
      var without = self
      without.happenings.remove(at: index)
      guard let shorter = happenings[index].deed.smaller else { return [without] }
      var fewer = self
      fewer.happenings[index].deed = shorter
      return [without, fewer]
    }
  }
}

extension Deed {
  /// The same deed for half as many people, or half as long; nil when there is no less.
  fileprivate var smaller: Deed? {
    switch self {
    case .submit(var request) where request.people > 1:
      request.people /= 2
      return .submit(request)
    case .submit(var request) where request.connectors.count > 1:
      request.connectors.removeLast()
      return .submit(request)
    case .weather(let connector, let kind, let hours) where hours > 1:
      return .weather(connector: connector, kind, hours: hours / 2)
    case .store(let kind, let minutes) where minutes > 1: return .store(kind, minutes: minutes / 2)
    case .loseNotices(let minutes) where minutes > 1: return .loseNotices(minutes: minutes / 2)
    default: return nil
    }
  }
}

extension [String] {
  /// The lines with repetitions counted instead of told, and the beginning left out when they are
  /// too many for a person.
  fileprivate var told: [String] {
    var lines: [String] = []
    var (last, repeats) = ("", 0)
    for line in self + [""] {
      // Every line begins with its instant.
      let words = String(line.dropFirst(World.clockWidth))
      if words == last, !words.isEmpty {
        repeats += 1
        continue
      }
      if repeats > 0 { lines.append("                      (\(repeats) more times)") }
      if !line.isEmpty { lines.append(line) }
      (last, repeats) = (words, 0)
    }
    guard lines.count > 80 else { return lines }
    return lines.prefix(10) + ["(\(lines.count - 80) lines left out)"] + lines.suffix(70)
  }
}
