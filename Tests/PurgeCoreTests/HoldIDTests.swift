import PurgeCore
import Testing

@Suite struct `A hold's ID` {
  @Test(arguments: [0, 1, 0xFFF_FFFF_FFFF_FFFF, 0x123_4567_89AB_CDEF] as [UInt64])
  func `is read as it is written, however it is typed`(bits: UInt64) throws {
    let id = HoldID(bits: bits)
    #expect(id.description.hasPrefix("HLD-"))
    #expect(try HoldID(reading: id.description) == id)
    let typed = id.description.lowercased().replacing("-", with: " ")
    #expect(try HoldID(reading: typed) == id)
    #expect(try HoldID(reading: String(id.description.dropFirst(4))) == id)
  }

  @Test func `is not taken for a request's`() {
    let request = PurgeRequestID(bits: 77).description
    #expect(throws: PurgeRequestID.Typo.shape) { try HoldID(reading: request) }
    let hold = HoldID(bits: 77).description
    #expect(throws: PurgeRequestID.Typo.shape) { try PurgeRequestID(reading: hold) }
  }

  @Test func `with a wrong character is mistyped`() {
    #expect(throws: PurgeRequestID.Typo.check) { try HoldID(reading: "HLD-0000-0000-0001-0") }
  }
}

@Suite struct `A day` {
  @Test(
    arguments: [
      ("1970-01-01", 0), ("2000-02-29", 951_782_400_000), ("2026-11-21", 1_795_219_200_000),
      ("2027-03-31", 1_806_451_200_000),
    ] as [(String, Int64)])
  func `begins at midnight in UTC`(text: String, milliseconds: Int64) {
    #expect(Instant(day: text) == Instant(milliseconds: milliseconds))
  }

  @Test func `is read as it is written, for a hundred years`() {
    for number in Int64(0)..<36_525 {
      let instant = Instant(milliseconds: number * 86_400_000)
      #expect(Instant(day: instant.day) == instant)
    }
  }

  @Test(arguments: [
    "", "2026-02-30", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026/01/01",
    "2026-01-01T", "1969-12-31", "-026-01-01", "2026-01-+1", "２０２６-０１-０１",
  ])
  func `is nothing else`(text: String) {
    #expect(Instant(day: text) == nil)
  }
}
