/// What a soak did, for its last lines.
struct SoakCount: Sendable {
  var commands = 0
  var kills = 0
  var pauses = 0
  var terminations = 0
  var purges = 0
  var people = 0
  var rivals = 0
  var disablings = 0
  /// How often somebody was erased once more than needed, by vendor.
  var duplicates: [String: Int] = [:]
  var slowestStart = Duration.zero

  /// One line of figures and one of duplicates.
  static func lines(_ counts: [SoakCount]) -> [String] {
    func sum(_ figure: (SoakCount) -> Int) -> Int { counts.map(figure).reduce(0, +) }
    let slowest = counts.map(\.slowestStart).max() ?? .zero
    let duplicates = SoakVendors.names.map { name in "\(name) \(sum { $0.duplicates[name] ?? 0 })" }
    return [
      "\(sum(\.commands)) commands, \(sum(\.kills)) kills, \(sum(\.pauses)) pauses, "
        + "\(sum(\.terminations)) SIGTERMs, \(sum(\.rivals)) rivals beside a paused one, "
        + "\(sum(\.disablings)) disablings; \(sum(\.purges)) purges of \(sum(\.people)) people",
      "erased once more than needed: \(duplicates.joined(separator: ", ")); "
        + "slowest start after a kill \(slowest)",
    ]
  }
}

/// A generator whose seed repeats a run's choices (SplitMix64).
struct SeededChoice: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A length of time up to so many seconds.
  mutating func span(upTo seconds: Double) -> Duration {
    .milliseconds(Int.random(in: 0...Int(seconds * 1_000), using: &self))
  }
}
