/// Holds a rate: every request takes a token, tokens come back with time.
///
/// All numbers are whole: a token is worth as many units as its rate's span has milliseconds, and
/// each millisecond brings as many units as the rate has tokens.
struct TokenBucket: Sendable, Hashable {
  let rate: Rate
  private var units: Int64
  private var filledAt: Instant

  /// A bucket holds about one second's worth, and at least one token.
  init(_ rate: Rate, isFull: Bool, at now: Instant) {
    self.rate = Rate(max(1, rate.count), per: max(.milliseconds(1), rate.per))
    units = 0
    filledAt = now
    if isFull { units = capacity }
  }

  private var price: Int64 { rate.per.milliseconds }
  private var capacity: Int64 { max(price, Int64(rate.count) * 1_000) }

  /// When the next token is there; now or earlier when there is one.
  mutating func ready(at now: Instant) -> Instant {
    refill(at: now)
    guard units < price else { return now }
    let count = Int64(rate.count)
    return now + Span(milliseconds: (price - units + count - 1) / count)
  }

  mutating func take(at now: Instant) {
    refill(at: now)
    units -= price
  }

  /// A clock set back brings no tokens and takes none.
  private mutating func refill(at now: Instant) {
    let elapsed = (now - filledAt).milliseconds
    filledAt = now
    guard elapsed > 0 else { return }
    let missing = capacity - units
    let count = Int64(rate.count)
    units = elapsed > missing / count ? capacity : min(capacity, units + elapsed * count)
  }
}
