import Testing

@testable import PurgeCore

@Suite struct `A token holder` {
  private static let start = World.start

  private func token(_ lifetime: Span, _ value: String = "secret") -> AccessToken {
    AccessToken(values: ["access": value], expires: Self.start + lifetime)
  }

  private func holding(_ lifetime: Span) -> TokenHolder {
    var holder = TokenHolder()
    holder.beginFetch()
    _ = holder.endFetch()
    holder.hold(token(lifetime), at: Self.start)
    return holder
  }

  @Test func `asks for a token once`() {
    var holder = TokenHolder()
    #expect(holder.wantsFetch(at: Self.start))
    holder.beginFetch()
    #expect(!holder.wantsFetch(at: Self.start + .days(1)))
  }

  @Test(arguments: [(3_600, 3_540), (600, 540), (100, 90), (10, 9)])
  func `renews a minute or a tenth before the end`(lifetime: Int, renewal: Int) {
    let holder = holding(.seconds(Int64(lifetime)))
    let due = Self.start + .seconds(Int64(renewal))
    #expect(!holder.wantsFetch(at: due + .milliseconds(-1)))
    #expect(holder.wantsFetch(at: due))
    #expect(holder.usable(at: due) != nil)
  }

  @Test func `does not use a token that has ended`() {
    let holder = holding(.seconds(10))
    #expect(holder.usable(at: Self.start + .milliseconds(9_999)) != nil)
    #expect(holder.usable(at: Self.start + .seconds(10)) == nil)
  }

  @Test func `waits longer after each failure and starts over after a token`() throws {
    var holder = TokenHolder()
    var random = Xoshiro256(seed: 2)
    for seconds: Int64 in [5, 10, 20, 40] {
      holder.failed(at: Self.start, EnginePolicy(), using: &random)
      let wait = try #require(holder.retryAt) - Self.start
      #expect(wait >= .milliseconds(seconds * 500) && wait <= .seconds(Int64(seconds)))
      #expect(!holder.wantsFetch(at: Self.start + .milliseconds(1)))
    }
    holder.hold(token(.seconds(1)), at: Self.start)
    #expect(holder.retryAt == nil)
    holder.failed(at: Self.start, EnginePolicy(), using: &random)
    #expect(try #require(holder.retryAt) <= Self.start + .seconds(5))
  }

  @Test func `drops only the token that was refused`() {
    var holder = holding(.hours(1))
    holder.drop(token(.hours(1), "older"))
    #expect(holder.token != nil)
    holder.drop(token(.hours(1)))
    #expect(holder.token == nil)
  }

  @Test func `throws away the answer to an older revision's request`() {
    var holder = holding(.hours(1))
    holder.beginFetch()
    holder.forget()
    #expect(holder.token == nil)
    #expect(!holder.wantsFetch(at: Self.start))
    let isOurs = holder.endFetch()
    #expect(!isOurs)
    #expect(holder.wantsFetch(at: Self.start))
  }

  @Test func `keeps its spans when the clock is set back`() {
    var holder = holding(.hours(1))
    holder.shift(by: .days(-30))
    let now = Self.start + .days(-30)
    #expect(holder.usable(at: now + .milliseconds(3_599_999)) != nil)
    #expect(holder.usable(at: now + .hours(1)) == nil)
    #expect(holder.wantsFetch(at: now + .seconds(3_540)))
  }
}
