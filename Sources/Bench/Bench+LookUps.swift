import Documents
import HTTPTypes

extension Bench {
  /// How many people each request of the record names.
  private static let peopleOfARequest = 1_000

  /// Puts people on record by purging them, then looks their requests up.
  func lookUps() async throws -> [BenchResult] {
    let flow = Flow(
      mode: "lookups", vendors: 1, peoplePerCall: 100, atOnce: 64, people: 10_000_000, seconds: 3
    ).with(options)
    return try await onStage(flow) { stage, vendors in
      let counter = try await Counter(stage)
      do {
        let clock = ContinuousClock()
        let accepting = clock.now
        let ids = try await record(flow, counter)
        var result = try await lookUp(ids, flow, counter)
        result.acceptSeconds = (clock.now - accepting).seconds - result.seconds
        let books = try vendors.books()
        (result.calls, result.erasures) = (books.calls, books.erasures)
        result.recorded = flow.people * flow.vendors
        await counter.close()
        result.stored = stage.stored
        return [result]
      } catch {
        await counter.close()
        throw error
      }
    }
  }

  private func record(_ flow: Flow, _ counter: Counter) async throws -> [String] {
    var (ids, first): ([String], Int) = ([], 0)
    while first < flow.people {
      try checkInterruption()
      let count = min(Self.peopleOfARequest, flow.people - first)
      ids.append(try await counter.purge(Crowd(first: first, count: count)))
      first += count
      if ids.count % 1_000 == 0 { say("  \(first) people on record") }
    }
    for id in ids.suffix(1_000) {
      _ = try await counter.end(of: id, pause: .milliseconds(10), isAsked)
    }
    return ids
  }

  private func lookUp(
    _ ids: [String], _ flow: Flow, _ counter: Counter
  ) async throws -> BenchResult {
    var result = BenchResult(flow, options)
    result.latencyOf = "one look-up by ID"
    result.people = flow.people
    var random = SystemRandomNumberGenerator()
    Meter.forgetPeak()
    let meter = Meter()
    while meter.elapsed.seconds < flow.seconds {
      guard let id = ids.randomElement(using: &random) else { break }
      let start = ContinuousClock.now
      _ = try await counter.ask(.get, "/v1/requests/\(id)")
      result.latency.add(.now - start)
    }
    result.seconds = meter.elapsed.seconds
    result.peakMemory = Meter.peak
    return result
  }
}
