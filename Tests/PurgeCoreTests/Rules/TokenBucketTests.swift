import Testing

@testable import PurgeCore

@Suite struct `A token bucket` {
  private static let start = World.start

  private func tokens(in bucket: TokenBucket, at now: Instant) -> Int {
    var bucket = bucket
    var count = 0
    while bucket.ready(at: now) <= now {
      bucket.take(at: now)
      count += 1
    }
    return count
  }

  @Test(arguments: [
    (Rate(20, per: .seconds(1)), 20), (Rate(3, per: .minutes(1)), 1),
    (Rate(120, per: .minutes(1)), 2), (Rate(5, per: .milliseconds(100)), 50),
    (Rate(0, per: .seconds(0)), 1_000),
  ])
  func `holds a second's worth, and at least one token`(rate: Rate, count: Int) {
    #expect(tokens(in: TokenBucket(rate, isFull: true, at: Self.start), at: Self.start) == count)
  }

  @Test(arguments: [
    (Rate(1, per: .minutes(1)), [60_000, 120_000, 180_000] as [Int64]),
    (Rate(3, per: .seconds(1)), [334, 667, 1_000]), (Rate(7, per: .seconds(7)), [1_000, 2_000]),
  ])
  func `gives the next token when its time has come`(rate: Rate, instants: [Int64]) {
    var bucket = TokenBucket(rate, isFull: false, at: Self.start)
    var now = Self.start
    for expected in instants {
      now = bucket.ready(at: now)
      #expect((now - Self.start).milliseconds == expected)
      bucket.take(at: now)
    }
  }

  @Test func `fills no further while nobody takes`() {
    let bucket = TokenBucket(Rate(4, per: .seconds(1)), isFull: true, at: Self.start)
    #expect(tokens(in: bucket, at: Self.start + .days(100_000)) == 4)
  }

  @Test func `gains and loses nothing by a clock set back`() {
    var bucket = TokenBucket(Rate(1, per: .seconds(10)), isFull: false, at: Self.start)
    let earlier = Self.start + .days(-30)
    let ready = [bucket.ready(at: Self.start + .seconds(4)), bucket.ready(at: earlier)]
    #expect(ready == [Self.start + .seconds(10), earlier + .seconds(6)])
  }
}
