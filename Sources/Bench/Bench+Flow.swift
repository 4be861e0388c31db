import Documents
import HTTPTypes
import PurgeCore
import Synchronization
import Transport

extension Bench {
  /// Purges people until the time is over, with single people in between, and compares.
  func flow(_ standard: Flow) async throws -> [BenchResult] {
    let flow = standard.with(options)
    return try await onStage(flow) { stage, vendors in
      let limit = try limit(flow, vendors)
      try checkInterruption()
      Meter.forgetPeak()
      let counter = try await Counter(stage)
      var result: BenchResult
      do {
        result = try await measure(flow, counter, vendors)
      } catch {
        await counter.close()
        throw error
      }
      result.peakMemory = Meter.peak
      await counter.close()
      result.limit = limit
      result.stored = stage.stored
      return [result]
    }
  }

  /// What bare libcurl does with the same requests: the better of two trials, since one in which the
  /// connections come late is no limit.
  private func limit(_ flow: Flow, _ vendors: VendorProcess) throws -> BenchResult.Limit {
    let trials = [try trial(flow, vendors), try trial(flow, vendors)]
    return trials[0].callsPerSecond > trials[1].callsPerSecond ? trials[0] : trials[1]
  }

  private func trial(_ flow: Flow, _ vendors: VendorProcess) throws -> BenchResult.Limit {
    let time = max(0.1, min(3, flow.seconds / 2) / 2)
    let people = Crowd(first: 0, count: flow.peoplePerCall).addresses
    let request = HTTPRequest(
      .post, "",
      fields: ["Authorization": "Bearer quick", "Content-Type": "application/json"],
      body: JSON.object([.init("emails", .array(people.map(JSON.string)))]).encoded())
    let urls = vendors.ports.map { "http://127.0.0.1:\($0)/people/delete" }
    let transfers = try BareTransfers(request, to: urls, atOnce: flow.atOnce)
    let meter = Meter()
    let outcome = transfers.run(milliseconds: Int(time * 1_000))
    guard outcome.bad == 0, outcome.good > 0 else {
      throw BenchFailure("\(outcome.bad) of the bare transfers were not answered well")
    }
    return BenchResult.Limit(
      callsPerSecond: Double(outcome.good) / meter.elapsed.seconds,
      microsecondsPerCall: meter.microseconds / Double(outcome.good))
  }

  private func measure(
    _ flow: Flow, _ counter: Counter, _ vendors: VendorProcess
  ) async throws -> BenchResult {
    let before = try vendors.books()
    var result = BenchResult(flow, options)
    let isOver = Flag()
    async let singles = singles(counter, until: isOver)
    do {
      while result.seconds < flow.seconds || result.people == 0 {
        try await purge(flow, counter, vendors, &result)
        say("  \(result.people) people, \(result.measuredCalls) calls in \(result.seconds) s")
      }
    } catch {
      isOver.raise()
      throw error
    }
    isOver.raise()
    result.latency = try await singles
    result.people += result.latency.count
    result.recorded += result.latency.count * flow.vendors
    let after = try vendors.books()
    result.calls = after.calls - before.calls
    result.erasures = after.erasures - before.erasures
    return result
  }

  private func purge(
    _ flow: Flow, _ counter: Counter, _ vendors: VendorProcess, _ result: inout BenchResult
  ) async throws {
    let clock = ContinuousClock()
    let accepting = clock.now
    let id = try await counter.purge(Crowd(first: result.people, count: flow.people))
    let (meter, first) = (Meter(), try vendors.books())
    let commits = try await counter.commits()
    result.acceptSeconds = (result.acceptSeconds ?? 0) + (clock.now - accepting).seconds
    let page = try await counter.end(of: id, pause: .milliseconds(50), isAsked)
    let used = meter.microseconds
    result.seconds += meter.elapsed.seconds
    result.microseconds += used
    result.measuredCalls += try vendors.books().calls - first.calls
    result.commits =
      try await counter.commits() - commits
      + (result.commits ?? 0)
    result.people += flow.people
    result.recorded += page["progress"]?["settled"]?.integer ?? 0
  }

  /// Purges one person after the other; the time of each from its confirmation to its recorded end
  /// at every vendor.
  private func singles(_ counter: Counter, until isOver: Flag) async throws -> Latency {
    var latency = Latency()
    while !isOver.isRaised {
      let crowd = Crowd(first: latency.count, count: 1, name: "single")
      let plan = try await counter.plan(crowd.csv)
      let start = ContinuousClock.now
      let id = try await counter.confirm(plan, crowd.csv)
      _ = try await counter.end(of: id, pause: .milliseconds(10), isAsked)
      latency.add(.now - start)
      try await Task.sleep(for: .milliseconds(20))
    }
    return latency
  }
}

extension BenchResult {
  /// What is known before anything is measured.
  init(_ flow: Flow, _ options: BenchOptions) {
    self.init(mode: flow.mode)
    vendors = flow.vendors
    peoplePerCall = flow.peoplePerCall
    syncDelay = options.syncDelay ?? 0
    latencyOf = "one person's purge meanwhile, from its confirmation to its recorded end"
  }

  init(mode: String) { self.mode = mode }
}

/// Goes up once.
final class Flag: Sendable {
  private let state = Atomic(false)
  var isRaised: Bool { state.load(ordering: .acquiring) }
  func raise() { state.store(true, ordering: .releasing) }
}
