import Documents
import Foundation
import Simulator
import Synchronization

extension Command {
  static let simulate = Command(
    shape: CommandShape(
      words: ["simulate"],
      summary: "Run the hub's rules through virtual days of faults and look for broken promises.",
      flags: [
        .init(name: "--seed", value: "N", help: "one run; the same number gives the same run"),
        .init(name: "--seeds", value: "A..B", help: "a range of runs; default 1..1000"),
        .init(name: "--days", value: "N", help: "virtual days of faults; default 30"),
        .init(
          name: "--restoring", value: nil,
          help: "vendors also restore backups, which operators replay"),
      ],
      example: "purgehub simulate --seeds 1..20000"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let plan = try SimulationPlan(session.arguments)
    let summary = await plan.run(showing: session.wantsJSON ? nil : session.console)
    if session.wantsJSON {
      session.print(json: summary.json)
    } else {
      summary.show(on: session.console)
    }
    return summary.failure == nil ? .done : .attention
  }
}

/// Which seeds are run, and for how many days.
private struct SimulationPlan {
  var seeds: ClosedRange<UInt64>
  var days: Int
  var isRestoring: Bool

  init(_ arguments: Arguments) throws(CommandFailure) {
    isRestoring = arguments.has("--restoring")
    days = try arguments.number("--days", in: 1...3_650) ?? 30
    if let seed = try arguments.number("--seed", in: 1...Int.max).map({ UInt64($0) }) {
      seeds = seed...seed
    } else {
      seeds = try Self.range(arguments.value("--seeds") ?? "1..1000")
    }
  }

  private static func range(_ text: String) throws(CommandFailure) -> ClosedRange<UInt64> {
    let ends = text.split(separator: ".").compactMap { UInt64($0) }
    guard ends.count == 2, text.contains(".."), ends[0] <= ends[1] else {
      throw CommandFailure(
        exit: .usage, problem: "--seeds needs a range", remedy: "write --seeds 1..1000")
    }
    return ends[0]...ends[1]
  }

  /// Runs every seed on all cores; ends early at the first that fails.
  func run(showing console: Console?) async -> SimulationSummary {
    let progress = SimulationProgress(seeds)
    let started = ContinuousClock.now
    await withTaskGroup { group in
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
        group.addTask { @concurrent in
          while let seed = progress.next() {
            progress.add(Simulation.run(seed: seed, days: days, restoring: isRestoring))
            // The pool has no more threads than cores; the bar needs one now and then.
            await Task.yield()
          }
        }
      }
      guard let console else { return }
      group.addTask { @concurrent in await show(progress, on: console) }
    }
    console?.endProgress()
    var summary = progress.summary
    summary.days = days
    summary.isRestoring = isRestoring
    summary.duration = .now - started
    summary.story = summary.failure.flatMap {
      Simulation.story(seed: $0.seed, days: days, restoring: isRestoring)
    }
    return summary
  }

  private func show(_ progress: SimulationProgress, on console: Console) async {
    while case let summary = progress.summary, summary.failure == nil, summary.runs < summary.asked
    {
      console.progress(summary.bar)
      try? await Task.sleep(for: console.timeBetweenProgress)
    }
  }
}

/// What all cores share.
private final class SimulationProgress: Sendable {
  private struct Desk {
    var next: UInt64?
    var summary: SimulationSummary
  }

  private let last: UInt64
  private let desk: Mutex<Desk>

  init(_ seeds: ClosedRange<UInt64>) {
    last = seeds.upperBound
    let summary = SimulationSummary(asked: Int(seeds.upperBound - seeds.lowerBound) + 1)
    desk = Mutex(Desk(next: seeds.lowerBound, summary: summary))
  }

  var summary: SimulationSummary { desk.withLock { $0.summary } }

  /// The next seed; nil when there is none or one has failed.
  func next() -> UInt64? {
    desk.withLock { desk in
      guard desk.summary.failure == nil, let seed = desk.next else { return nil }
      desk.next = seed < last ? seed + 1 : nil
      return seed
    }
  }

  func add(_ report: RunReport) { desk.withLock { $0.summary.add(report) } }
}

/// What a range of runs came to.
private struct SimulationSummary: Sendable {
  var asked: Int
  var runs = 0
  var days = 30
  var isRestoring = false
  var events = 0
  var hash: UInt64 = 0
  var coverage: Coverage?
  var failure: RunReport?
  var story: Story?
  var duration = Duration.zero

  init(asked: Int) { self.asked = asked }

  mutating func add(_ report: RunReport) {
    runs += 1
    events += report.events
    // A sum, so that the order in which the cores finish does not matter.
    hash &+= report.stateHash
    if coverage?.merge(report.coverage) == nil { coverage = report.coverage }
    guard report.violation != nil, report.seed < failure?.seed ?? .max else { return }
    failure = report
  }

  var bar: String {
    let done = 30 * runs / max(1, asked)
    let bar = String(repeating: "#", count: done) + String(repeating: ".", count: 30 - done)
    return "[\(bar)] \(runs) of \(asked) runs, \(events) events"
  }

  private var seconds: Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  func show(on console: Console) {
    if let failure, let violation = failure.violation {
      console.say("Seed \(failure.seed) breaks \(violation.rule): \(violation.sentence)")
      if let story {
        console.say("The shortest story of it:")
        for line in story.lines { console.say("  " + line) }
        console.say("  \(story.violation.rule): \(story.violation.sentence)")
      }
      let flag = isRestoring ? " --restoring" : ""
      return console.say(
        "See it again: purgehub simulate --seed \(failure.seed) --days \(days)\(flag)")
    }
    let time = Int(seconds * 1_000)
    console.say(
      "\(runs) runs of \(days) virtual days, \(events) events, in \(time) ms: every invariant held."
    )
    console.say("State hash \(String(hash, radix: 16)).")
    let missing = coverage?.missing ?? []
    guard asked > 1 else { return }
    console.say(
      missing.isEmpty
        ? "Every transition, outcome class and fault kind was visited."
        : "Never visited: \(missing.joined(separator: ", ")).")
  }

  var json: JSON {
    var members: [JSON.Member] = [
      .init("runs", JSON(runs)), .init("days", JSON(days)), .init("events", JSON(events)),
      .init("seconds", JSON(seconds)), .init("stateHash", JSON(String(hash, radix: 16))),
      .init("held", JSON(failure == nil)),
    ]
    if let failure, let violation = failure.violation {
      members.append(
        .init(
          "failure",
          [
            "seed": JSON(failure.seed), "invariant": JSON(violation.rule),
            "sentence": JSON(violation.sentence),
            "story": .array((story?.lines ?? []).map { JSON($0) }),
          ]))
    }
    let visits = coverage?.visits ?? []
    members.append(
      .init("coverage", .object(visits.map { JSON.Member($0.name, JSON($0.count)) })))
    members.append(.init("neverVisited", .array((coverage?.missing ?? []).map { JSON($0) })))
    return .object(members)
  }
}
