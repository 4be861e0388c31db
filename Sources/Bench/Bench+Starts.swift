import Documents
import Foundation
import Glibc

extension Bench {
  /// Leaves people open at a vendor that takes jobs, a call for each, then starts a hub on them
  /// again and again and kills it.
  func starts() async throws -> [BenchResult] {
    var flow = Flow(
      mode: "start", vendors: 1, peoplePerCall: 1, atOnce: 64, people: 1_000_000, seconds: 5)
    flow.takesJobs = true
    let asked = flow.with(options)
    return try await onStage(asked) { stage, vendors in
      var result = BenchResult(asked, options)
      result.latencyOf = "the start of a process until it serves"
      result.people = asked.people
      result.acceptSeconds = try await fill(stage, vendors, asked.people * asked.vendors)
      let started = ContinuousClock.now
      while result.seconds < asked.seconds || result.latency.count < 3 {
        try checkInterruption()
        let (time, peak) = try start(stage)
        result.latency.add(time)
        result.peakMemory = max(result.peakMemory, peak)
        result.seconds = (.now - started).seconds
      }
      let books = try vendors.books()
      (result.calls, result.erasures) = (books.calls, 0)
      result.stored = stage.stored
      return [result]
    }
  }

  /// Purges people of whom each becomes an open job; how long that took.
  private func fill(_ stage: Stage, _ vendors: VendorProcess, _ calls: Int) async throws -> Double {
    let began = ContinuousClock.now
    let counter = try await Counter(stage)
    do {
      let people = calls / vendors.ports.count
      _ = try await counter.purge(Crowd(first: 0, count: people))
      while try vendors.books().calls < calls {
        try checkInterruption()
        try await Task.sleep(for: .milliseconds(100))
      }
    } catch {
      await counter.close()
      throw error
    }
    await counter.close()
    return (.now - began).seconds
  }

  /// Starts a hub as a process, kills it when it serves; how long it took and its most memory.
  private func start(_ stage: Stage) throws -> (Duration, Int) {
    let began = ContinuousClock.now
    let (id, line) = try Child.start(["serve", "--config", stage.settingsFile])
    let log = FileHandle(fileDescriptor: line, closeOnDealloc: true)
    defer { Child.end(id) }
    var said = ""
    while !said.contains("hub.serving") {
      let more = log.availableData
      guard !more.isEmpty else { throw BenchFailure("the hub did not start: \(said)") }
      said += String(decoding: more, as: UTF8.self)
    }
    return (.now - began, Meter.peak(of: id))
  }
}
