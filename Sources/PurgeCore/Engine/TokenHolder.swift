/// A connector's access token: fetched once for all who wait, renewed a little before it ends.
struct TokenHolder: Sendable, Hashable {
  private(set) var token: AccessToken?
  private var renewAt = Instant(milliseconds: .max)
  private(set) var isFetching = false
  /// Whether the answer under way belongs to an older revision: answers carry no name, so it is
  /// awaited and thrown away before the next token is asked for.
  private var isStale = false
  private var failures = 0
  private(set) var retryAt: Instant?

  /// The token, while it may be used.
  func usable(at now: Instant) -> AccessToken? {
    token.flatMap { now < $0.expires ? $0 : nil }
  }

  /// Whether a token should be asked for now.
  func wantsFetch(at now: Instant) -> Bool {
    guard !isFetching, retryAt.map({ $0 <= now }) ?? true else { return false }
    return usable(at: now) == nil || now >= renewAt
  }

  mutating func beginFetch() { isFetching = true }

  /// Ends a fetch; `false` when the answer belongs to an older revision.
  mutating func endFetch() -> Bool {
    defer { (isFetching, isStale) = (false, false) }
    return isFetching && !isStale
  }

  mutating func hold(_ token: AccessToken, at now: Instant) {
    let lifetime = (token.expires - now).milliseconds
    self.token = token
    renewAt = token.expires + .milliseconds(-min(60_000, lifetime / 10))
    (failures, retryAt) = (0, nil)
  }

  /// Waits before the next fetch: longer with each failure, and at least as long as was asked for.
  mutating func failed(
    at now: Instant, asking asked: Span = .seconds(0), _ policy: EnginePolicy,
    using random: inout Xoshiro256
  ) {
    let wait = Backoff.wait(
      policy.firstWait, failures: failures, cap: policy.longestBreakerWait, using: &random)
    failures += 1
    retryAt = now + max(wait, asked)
  }

  /// The vendor refused this token: it is not used again.
  mutating func drop(_ refused: AccessToken) {
    if token == refused { token = nil }
  }

  /// Forgets everything for a new revision.
  mutating func forget() {
    let wasFetching = isFetching
    self = TokenHolder()
    (isFetching, isStale) = (wasFetching, wasFetching)
  }

  mutating func shift(by span: Span) {
    if let expires = token?.expires { token?.expires = expires + span }
    renewAt = renewAt + span
    retryAt = retryAt.map { $0 + span }
  }
}
