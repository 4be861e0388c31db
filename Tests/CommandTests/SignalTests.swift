import Documents
import Foundation
import HTTPTypes
import Sandbox
import Synchronization
import TestSupport
import Testing

/// FAULTS row 49: how the program ends when it is told to while a vendor keeps it waiting.
@Suite(.withoutHub) struct `A purge that is told to end` {
  @Test(arguments: [SIGTERM, SIGINT])
  func `49 S21 goes within 25 seconds, though its call hangs, and is finished later`(
    signal: Int32
  ) async throws {
    let (journey, pause) = try await held()
    let running = try await purging(journey)
    await pause.someoneIsHeld()
    let (ended, took) = try await ending(running, by: signal)
    #expect(ended.code == 75, "\(ended.everything)")
    #expect(ended.output.contains("go on with"))
    #expect(took < .seconds(26))
    pause.end()
    try await finish(journey, calls: 2...2)
  }

  @Test func `49 goes in order while it only waits to try again, and is finished later`()
    async throws
  {
    let (journey, pause) = (try Journey("batch"), Pause())
    try journey.vendor("batch").be { request in
      guard !request.isCheck else { return nil }
      pause.note()
      return HTTPResponse(503)
    }
    let running = try await purging(journey)
    await pause.someoneIsHeld()
    let (ended, _) = try await ending(running, by: SIGTERM)
    #expect(ended.code == 75, "\(ended.everything)")
    try journey.vendor("batch").be(nil)
    // On a busy machine it had time to try again before it heard.
    try await finish(journey, calls: 2...3)
  }

  @Test func `49 records what is answered while it goes, and sends it never again`() async throws {
    let (journey, pause) = try await held()
    let running = try await purging(journey)
    await pause.someoneIsHeld()
    running.signal(SIGTERM)
    #expect(try await heardSignal(running))
    pause.end()
    let ended = try await onThread { try running.end() }
    #expect([0, 75].contains(ended.code), "\(ended.everything)")
    try await finish(journey, calls: 1...1)
  }

  @Test func `49 ends at once when it is told twice, and is finished later`() async throws {
    let (journey, pause) = try await held()
    let running = try await purging(journey)
    await pause.someoneIsHeld()
    running.signal(SIGTERM)
    #expect(try await heardSignal(running))
    let (ended, took) = try await ending(running, by: SIGTERM)
    #expect(ended.code == 75)
    #expect(took < .seconds(5))
    pause.end()
    try await finish(journey, calls: 2...2)
  }

  @Test func `49 goes in its time, though a check hangs while it opens`() async throws {
    let (journey, pause) = try await held { $0.isCheck }
    try journey.desk.write(
      #"{ data: "data", connectors: "connectors", manifests: "manifests", drainTimeout: "2s" }"#,
      to: "hub.json5")
    let running = try journey.desk.start(["connectors", "list"])
    await pause.someoneIsHeld()
    let (ended, took) = try await ending(running, by: SIGTERM)
    // On a busy machine the check has been given up meanwhile, and the command is through.
    #expect([0, 75].contains(ended.code), "\(ended.everything)")
    #expect(took < .seconds(8))
    pause.end()
    #expect(try await journey.run("connectors", "list").code == 0)
  }

  /// A journey whose vendor holds back some of its answers.
  private func held(
    _ which: @escaping @Sendable (HTTPRequest) -> Bool = { !$0.isCheck }
  ) async throws -> (Journey, Pause) {
    let (journey, pause) = (try Journey("batch"), Pause())
    try journey.vendor("batch").be { which($0) ? await pause.hold() : nil }
    return (journey, pause)
  }

  private func purging(_ journey: Journey) async throws -> Running {
    let names = journey.people.flatMap { ["--email", $0] }
    let plan = try await journey.desk.run(["plan", "--json"] + names).json
    let hash = try #require(plan["plan"]?.string)
    return try journey.desk.start(["purge", "--yes", hash] + names)
  }

  private func ending(
    _ running: Running, by signal: Int32
  ) async throws -> (Ended, took: Duration) {
    try await onThread {
      let start = ContinuousClock.now
      running.signal(signal)
      return (try running.end(), start.duration(to: .now))
    }
  }

  /// Waits until the program said that it was told.
  private func heardSignal(_ running: Running) async throws -> Bool {
    try await onThread { try running.waitFor("finishing what is in flight") }
  }

  private func finish(_ journey: Journey, calls: ClosedRange<Int>) async throws {
    let id = try #require(try await journey.desk.requests().first)
    #expect(try await journey.run("requests", "wait", id).code == 0)
    let vendor = try journey.vendor("batch")
    #expect(calls.contains(vendor.calls.count))
    // A vendor that was left waiting still does what it was asked.
    for person in journey.people { #expect((1...2).contains(vendor.ledger.erasures[person] ?? 0)) }
  }
}

/// Holds answers back until it ends.
private final class Pause: Sendable {
  private let isOver = Atomic(false)
  private let first = AsyncStream.makeStream(of: Void.self)

  /// Holds an answer; then the vendor answers as usual.
  func hold() async -> HTTPResponse? {
    note()
    while !isOver.load(ordering: .sequentiallyConsistent) {
      try? await Task.sleep(for: .milliseconds(20))
    }
    return nil
  }

  /// Says that somebody asked.
  func note() { first.continuation.yield() }

  /// Waits until an answer is held.
  func someoneIsHeld() async { for await _ in first.stream { return } }

  func end() { isOver.store(true, ordering: .sequentiallyConsistent) }
}
