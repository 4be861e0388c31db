import PurgeCore
import Testing

@Suite struct `An instant` {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (1_795_230_245_678, "2026-11-21T03:04:05.678Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
  ])
  func `is written as RFC 3339`(milliseconds: Int64, text: String) {
    #expect(Instant(milliseconds: milliseconds).rfc3339 == text)
  }

  @Test(
    arguments: [
      ("2026-11-21T03:04:05.678Z", 1_795_230_245_678), ("2026-11-21", 1_795_219_200_000),
      ("2026-11-21 03:04:05z", 1_795_230_245_000), ("2026-11-21T04:34:05+01:30", 1_795_230_245_000),
      ("2026-11-20T19:04:05.5-08:00", 1_795_230_245_500), ("1970-01-01T00:00:00+01:00", -3_600_000),
      ("2026-11-21T03:04:05.6789Z", 1_795_230_245_678), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ] as [(String, Int64)])
  func `is read as RFC 3339`(text: String, milliseconds: Int64) {
    #expect(Instant(rfc3339: text) == Instant(milliseconds: milliseconds))
  }

  @Test(arguments: [
    "", "yesterday", "2026-11-21T", "2026-11-21T03:04:05", "2026-11-21_03:04:05Z",
    "2026-11-21T24:00:00Z", "2026-11-21T03:60:00Z", "2026-11-21T03:04Z", "2026-11-21T03:04:05.Z",
    "2026-11-21T03:04:05+1:00", "2026-11-21T03:04:05Z ", "2026-02-30T00:00:00Z", "2026-11-21Z",
    "2026-11-21T03:04:05.5.5Z", "2026-11-21T-3:04:05Z", "2026-11-21T03:04:61Z",
  ])
  func `is nothing else`(text: String) {
    #expect(Instant(rfc3339: text) == nil)
  }

  @Test func `knows its day and its minute`() {
    #expect(Instant(milliseconds: 1_795_230_245_678).day == "2026-11-21")
    #expect(Instant(milliseconds: 1_795_230_245_678).minute == "2026-11-21 03:04")
  }

  @Test func `saturates instead of overflowing`() {
    #expect(Instant(milliseconds: .max) + .days(1) == Instant(milliseconds: .max))
    #expect(Instant(milliseconds: .min) + .days(-1) == Instant(milliseconds: .min))
  }

  @Test func `differs from another by a span`() {
    let start = Instant(milliseconds: 5)
    #expect((start + .minutes(2)) - start == .seconds(120))
  }
}

@Suite struct `A span` {
  @Test(arguments: [
    ("500ms", 500), ("30s", 30_000), ("10m", 600_000), ("10min", 600_000), ("6h", 21_600_000),
    ("35d", 3_024_000_000), ("0s", 0),
  ])
  func `is read from a number and a unit`(text: String, milliseconds: Int64) {
    #expect(Span(text) == .milliseconds(milliseconds))
  }

  @Test(arguments: ["", "s", "5", "-5s", "5 s", "5w", "0m", "1.5h", "99999999999999999d", "٣s"])
  func `is nothing else`(text: String) {
    #expect(Span(text) == nil)
  }
}
