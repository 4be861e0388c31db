import PurgeCore

extension ModelStore {
  /// Asks again for everybody of a task who ended at the vendor; `false` when there is nobody.
  mutating func replay(_ key: TaskKey, peoplePerCall: Int, at now: Instant) -> Bool {
    guard var leg = leg(key), requests[position(key.request)].state == .inProgress else {
      return false
    }
    let taken = leg.results.filter(\.verdict.isOfVendor)
      .sorted { $0.range.lowerBound < $1.range.lowerBound }
    guard !taken.isEmpty else { return false }
    leg.results.removeAll(where: \.verdict.isOfVendor)
    let runs = Self.joined(taken.map(\.range))
    let isWhole = runs == [0..<leg.task.total]
    for run in isWhole ? [] : runs {
      for first in stride(from: run.lowerBound, to: run.upperBound, by: peoplePerCall) {
        let range = first..<min(run.upperBound, first + peoplePerCall)
        leg.insert(Row(range: range, schedule: CallSchedule(due: now)))
      }
    }
    leg.task.replay(
      taken.map { ($0.verdict, $0.range.count) }, planningAnew: isWhole,
      blockedBy: states[position(key.connector)]?.blockingCode)
    replays += 1
    lastReplays[position(key.connector)] = replays
    put(leg)
    audit(.replayed, key.request, key.connector)
    audit(.connectorReplayed, nil, key.connector)
    settle()
    return true
  }

  private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for range in ranges {
      if let last = runs.last, last.upperBound == range.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<range.upperBound
      } else {
        runs.append(range)
      }
    }
    return runs
  }
}

extension Verdict {
  /// Whether a vendor said it, of data that a restored backup may hold.
  fileprivate var isOfVendor: Bool {
    [.erased, .absent, .accepted, .verifiedAbsent].contains(self)
  }
}
