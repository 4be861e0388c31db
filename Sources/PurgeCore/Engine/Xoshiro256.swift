/// Random numbers that are the same for the same seed everywhere: xoshiro256**.
struct Xoshiro256: RandomNumberGenerator, Sendable, Hashable {
  private var a, b, c, d: UInt64

  /// Spreads a seed over the state with splitmix64, so that a small seed is as good as a large one.
  init(seed: UInt64) {
    var mixer = seed
    func mixed() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var z = mixer
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    (a, b, c, d) = (mixed(), mixed(), mixed(), mixed())
  }

  mutating func next() -> UInt64 {
    let result = (b &* 5).rotated(by: 7) &* 9
    let shifted = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = d.rotated(by: 45)
    return result
  }

  /// The state folded into one number, for comparing two runs.
  var fingerprint: UInt64 { a ^ b.rotated(by: 16) ^ c.rotated(by: 32) ^ d.rotated(by: 48) }
}

extension UInt64 {
  func rotated(by n: UInt64) -> UInt64 { (self << n) | (self >> (64 - n)) }
}
