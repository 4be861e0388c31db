import PurgeCore
import Testing

@Suite struct `A purge request identifier` {
  static let bits: [UInt64] = [
    0, 1, 0xFFF_FFFF_FFFF_FFFF, 0x123_4567_89AB_CDEF, 0xABC_DEF0_1234_5678,
  ]
  static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  /// The thirteen characters without prefix and dashes.
  private func characters(_ bits: UInt64) -> [Character] {
    let text = PurgeRequestID(bits: bits).description.dropFirst(4)
    return text.filter { $0 != "-" }
  }

  @Test func `whose own digits begin with PRG is read with and without the prefix`() throws {
    let id = PurgeRequestID(bits: 22 << 55 | 24 << 50 | 16 << 45 | 12_345)
    #expect(try PurgeRequestID(reading: id.description) == id)
    #expect(try PurgeRequestID(reading: String(id.description.dropFirst(4))) == id)
  }

  @Test(arguments: bits)
  func `is read back as it was written`(bits: UInt64) throws {
    let id = PurgeRequestID(bits: bits)
    #expect(try PurgeRequestID(reading: id.description) == id)
  }

  @Test(arguments: bits)
  func `notices every wrong character`(bits: UInt64) {
    let right = characters(bits)
    for place in right.indices {
      for other in Self.alphabet where other != right[place] {
        var wrong = right
        wrong[place] = other
        #expect(throws: PurgeRequestID.Typo.check) { try PurgeRequestID(reading: String(wrong)) }
      }
    }
  }

  @Test(arguments: bits)
  func `notices every swap of neighbours`(bits: UInt64) {
    let right = characters(bits)
    for place in right.indices.dropLast() where right[place] != right[place + 1] {
      var wrong = right
      wrong.swapAt(place, place + 1)
      #expect(throws: PurgeRequestID.Typo.check) { try PurgeRequestID(reading: String(wrong)) }
    }
  }

  @Test func `takes O for 0, I and L for 1, and any case`() throws {
    let id = PurgeRequestID(bits: 1)
    let text = id.description
    #expect(text.hasPrefix("PRG-0000-0000-0001-"))
    for typed in ["prg-oooo-OOOO-OOOi-", "PRG 0000 0000 000l ", "00000000000I"] {
      #expect(try PurgeRequestID(reading: typed + text.suffix(1)) == id)
    }
  }

  @Test(arguments: [
    "", "PRG", "PRG-0000-0000-0001", "PRG-0000-0000-0001-11", "PRG-0000-0000-000U-1",
  ])
  func `is told apart from what has another shape`(text: String) {
    #expect(throws: PurgeRequestID.Typo.shape) { try PurgeRequestID(reading: text) }
  }

  @Test func `never is a negative number`() {
    #expect(PurgeRequestID(bits: .max).number == 0xFFF_FFFF_FFFF_FFFF)
  }
}
