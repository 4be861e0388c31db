/// The rates that one connector, or several of one pool, keep together.
struct RatePool: Sendable {
  /// Whose pool it is.
  enum Name: Hashable, Sendable {
    case own(ConnectorName)
    case shared(String)
  }

  /// Whether a connector may send.
  enum Admission: Hashable, Sendable {
    case granted
    case at(Instant)
    /// Another connector of the pool is before it, which is told when it is its turn.
    case inLine
  }

  private var buckets: [TokenBucket] = []
  private var members: [(position: Int, rates: [Rate])] = []
  /// Connectors that found no token, first come, first served: without it the first of two
  /// connectors would take every token of a slow pool.
  private var line: [Int] = []

  /// Lets a connector in, or changes its rates; all rates of all members hold at once.
  mutating func admit(_ position: Int, rates: [Rate], at now: Instant) {
    members.removeAll { $0.position == position }
    members.append((position, rates))
    let isNew = buckets.isEmpty
    var kept: [TokenBucket] = []
    for rate in members.flatMap(\.rates) where !kept.contains(where: { $0.rate == rate }) {
      let known = buckets.first { $0.rate == rate }
      kept.append(known ?? TokenBucket(rate, isFull: isNew, at: now))
    }
    buckets = kept
  }

  /// Lets a connector go; the buckets stay, so that coming back brings no tokens.
  mutating func dismiss(_ position: Int) {
    members.removeAll { $0.position == position }
  }

  /// Asks for a token; who gets none waits in line.
  mutating func admission(of position: Int, at now: Instant) -> Admission {
    if let first = line.first, first != position {
      if !line.contains(position) { line.append(position) }
      return .inLine
    }
    var ready = now
    for index in buckets.indices { ready = max(ready, buckets[index].ready(at: now)) }
    guard ready > now else { return .granted }
    if line.isEmpty { line.append(position) }
    return .at(ready)
  }

  /// Takes a token of every rate; returns whose turn it is next.
  mutating func take(_ position: Int, at now: Instant) -> Int? {
    for index in buckets.indices { buckets[index].take(at: now) }
    return leave(position)
  }

  /// Leaves the line; returns who became first by it.
  mutating func leave(_ position: Int) -> Int? {
    let wasFirst = line.first == position
    line.removeAll { $0 == position }
    return wasFirst ? line.first : nil
  }
}
