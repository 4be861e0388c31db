/// Random numbers of a run, the same for the same seed everywhere: splitmix64.
struct Dice: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0xD134_2543_DE82_EF95 &+ 0x9E6D }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 up to, not including, `n`.
  mutating func below(_ n: Int) -> Int {
    // The high bits of a product instead of a division: fast, and fair enough for small numbers.
    Int(next().multipliedFullWidth(by: UInt64(max(1, n))).high)
  }

  /// A number of milliseconds within bounds.
  mutating func within(_ bounds: ClosedRange<Int64>) -> Int64 {
    bounds.lowerBound + Int64(below(Int(bounds.upperBound - bounds.lowerBound) + 1))
  }

  /// True once in so many throws.
  mutating func once(in n: Int) -> Bool { below(n) == 0 }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }
}

/// FNV-1a over what happens: unlike `Hasher` it is the same in every process.
struct Fingerprint: Sendable {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ number: UInt64) { value = (value ^ number) &* 0x100_0000_01B3 }
  mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }
  mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }
}
