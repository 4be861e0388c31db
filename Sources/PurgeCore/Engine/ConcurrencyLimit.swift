/// How many calls may be in flight: grows by one per round of successes, halves when the vendor
/// asks for patience, and begins with one after an illness.
struct ConcurrencyLimit: Sendable, Hashable {
  private var ceiling: Int
  private var thousandths: Int
  private var isSlowStarting = false
  private var reducedAt: Instant?

  init(ceiling: Int) {
    self.ceiling = max(1, ceiling)
    thousandths = self.ceiling * 1_000
  }

  var current: Int { thousandths / 1_000 }

  mutating func setCeiling(_ ceiling: Int) {
    // Who has only begun to be trusted is at a low ceiling by chance.
    let wasAtCeiling = !isSlowStarting && thousandths == self.ceiling * 1_000
    self.ceiling = max(1, ceiling)
    thousandths = wasAtCeiling ? self.ceiling * 1_000 : min(thousandths, self.ceiling * 1_000)
  }

  mutating func succeeded() {
    let growth = isSlowStarting ? 1_000 : 1_000_000 / thousandths
    thousandths = min(ceiling * 1_000, thousandths + growth)
    if thousandths == ceiling * 1_000 { isSlowStarting = false }
  }

  /// Halves once for all calls that were in flight together; `began` is when this one began.
  mutating func throttled(began: Instant, at now: Instant) {
    if let reducedAt, began <= reducedAt { return }
    reducedAt = now
    isSlowStarting = false
    thousandths = max(1_000, thousandths / 2)
  }

  mutating func startSlowly() {
    thousandths = 1_000
    isSlowStarting = true
  }

  mutating func shift(by span: Span) { reducedAt = reducedAt.map { $0 + span } }
}
