public import Documents

/// What was measured in one mode; a number that a mode has not is null in its JSON.
public struct BenchResult: Sendable, Hashable {
  /// The mode.
  public var mode: String
  /// How many vendors.
  public var vendors = 0
  /// How many people a call carries at most.
  public var peoplePerCall = 0
  /// How many people were purged or are on record.
  public var people = 0
  /// Calls that were answered and recorded, by the vendors' books.
  public var calls = 0
  /// People at vendors, by the vendors' books.
  public var erasures = 0
  /// People at vendors, by the hub's record.
  public var recorded = 0
  /// Calls that were answered in the measured time.
  public var measuredCalls = 0
  /// The measured time: from the acceptance of each request to its end.
  public var seconds = 0.0
  /// How long accepting took, plan included.
  public var acceptSeconds: Double?
  /// User and system time of the hub's process in the measured time.
  public var microseconds = 0.0
  /// Milliseconds, as `latencyOf` says.
  public var latency = Latency()
  /// What the latency is of.
  public var latencyOf = ""
  /// The most memory the hub's process had at once, in bytes.
  public var peakMemory = 0
  /// Durable transactions in the measured time.
  public var commits: Int?
  /// What the data folder takes on the disk at the end, in bytes.
  public var stored: Int?
  /// The same requests without engine and store.
  public var limit: Limit?
  /// Milliseconds that each sync takes more.
  public var syncDelay = 0

  /// What bare libcurl reached with the same requests.
  public struct Limit: Sendable, Hashable {
    /// Calls in a second.
    public var callsPerSecond: Double
    /// User and system time by calls.
    public var microsecondsPerCall: Double
  }
}

extension BenchResult {
  /// One line's worth; the README documents each name.
  public var json: JSON {
    let rate = seconds > 0 && measuredCalls > 0 ? Double(measuredCalls) / seconds : nil
    return [
      "mode": .string(mode), "vendors": JSON(vendors), "peoplePerCall": JSON(peoplePerCall),
      "people": JSON(people), "calls": JSON(calls), "erasures": JSON(erasures),
      "recorded": JSON(recorded), "measuredCalls": JSON(measuredCalls),
      "seconds": Self.rounded(seconds),
      "acceptSeconds": Self.rounded(acceptSeconds),
      "callsPerSecond": Self.rounded(rate),
      "erasuresPerSecond": Self.rounded(
        rate.flatMap { calls > 0 ? $0 * Double(erasures) / Double(calls) : nil }),
      "cpuMicrosecondsPerCall": Self.rounded(
        measuredCalls > 0 ? microseconds / Double(measuredCalls) : nil),
      "latencyOf": .string(latencyOf), "latencies": JSON(latency.count),
      "p50Milliseconds": Self.rounded(latency[0.5]), "p99Milliseconds": Self.rounded(latency[0.99]),
      "peakMegabytes": Self.rounded(Double(peakMemory) / 1_000_000),
      "commitsPerSecond": Self.rounded(commits.map { seconds > 0 ? Double($0) / seconds : 0 }),
      "bytesPerErasure": Self.rounded(
        stored.flatMap { erasures > 0 ? Double($0) / Double(erasures) : nil }),
      "limitCallsPerSecond": Self.rounded(limit?.callsPerSecond),
      "limitCPUMicrosecondsPerCall": Self.rounded(limit?.microsecondsPerCall),
      "shareOfLimit": Self.rounded(
        limit.flatMap { limit in rate.map { $0 / limit.callsPerSecond } }),
      "syncDelayMilliseconds": JSON(syncDelay),
    ]
  }

  /// Three digits behind the point are more than any of this is exact to.
  private static func rounded(_ number: Double?) -> JSON {
    guard let number else { return .null }
    return JSON((number * 1_000).rounded() / 1_000)
  }
}

/// Milliseconds, many of them.
public struct Latency: Sendable, Hashable {
  private var milliseconds: [Double] = []

  /// How many.
  public var count: Int { milliseconds.count }

  mutating func add(_ time: Duration) { milliseconds.append(time / .milliseconds(1)) }

  /// The value that a share of all do not exceed; nil when there are none.
  public subscript(share: Double) -> Double? {
    guard !milliseconds.isEmpty else { return nil }
    let place = Int((Double(milliseconds.count) * share).rounded(.up)) - 1
    return milliseconds.sorted()[max(0, min(place, milliseconds.count - 1))]
  }
}
