/// One thing that is measured.
public struct BenchMode: Sendable {
  /// Its name on the command line and in the result.
  public let name: String
  /// What is measured, in one line.
  public let summary: String
  /// Measures.
  let run: @Sendable (Bench) async throws -> [BenchResult]

  /// Every mode, in the order they run.
  public static let all: [BenchMode] = [
    BenchMode(
      name: "one", summary: "one person in a call, at one vendor; against bare libcurl"
    ) { bench in
      try await bench.flow(Flow(mode: "one", vendors: 1, peoplePerCall: 1, atOnce: 128))
    },
    BenchMode(
      name: "twenty", summary: "one person in a call, at twenty vendors; against bare libcurl"
    ) { bench in
      try await bench.flow(
        Flow(mode: "twenty", vendors: 20, peoplePerCall: 1, atOnce: 24, people: 20_000))
    },
    BenchMode(
      name: "batch", summary: "fifty people in a call, at one vendor; against bare libcurl"
    ) { bench in
      try await bench.flow(
        Flow(mode: "batch", vendors: 1, peoplePerCall: 50, atOnce: 64, people: 500_000))
    },
    BenchMode(
      name: "million",
      summary: "a million people at twenty vendors in calls of 100, and single people meanwhile"
    ) { bench in
      try await bench.flow(
        Flow(
          mode: "million", vendors: 20, peoplePerCall: 100, atOnce: 12, people: 1_000_000,
          seconds: 1))
    },
    BenchMode(
      name: "lookups", summary: "requests show, by ID, with ten million people on record"
    ) { bench in try await bench.lookUps() },
    BenchMode(
      name: "start", summary: "the start of a hub that died with a million people open"
    ) { bench in try await bench.starts() },
    BenchMode(
      name: "fsync", summary: "as one, on a disk whose syncs take 4 ms more"
    ) { bench in
      var bench = bench
      bench.options.syncDelay = bench.options.syncDelay ?? 4
      return try await bench.flow(Flow(mode: "fsync", vendors: 1, peoplePerCall: 1, atOnce: 128))
    },
  ]
}
