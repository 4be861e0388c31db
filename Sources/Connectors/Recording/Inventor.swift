/// Invents text of the same shape: letters for letters, digits for digits.
///
/// What it makes depends on its seed and on how often it was asked, never on the text itself beyond
/// its shape, so nothing can be worked back.
struct Inventor {
  /// Longer prose says no more than this much of it.
  private static let mostProse = 40
  private static let mostLetters = 160
  private static let consonants = Array("bdfgklmnprstvz")
  private static let vowels = Array("aeiou")

  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  /// A number from 0, below a limit (Vigna's splitmix64).
  private mutating func next(below limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }

  /// A name that can stand before an `@`.
  mutating func name() -> String { text(like: "xxxxxx") }

  mutating func text(like text: String) -> String {
    let isProse = text.contains(" ") && text.count > Self.mostProse
    let model = text.prefix(isProse ? Self.mostProse : Self.mostLetters)
    let isHexadecimal = text.isHexadecimal
    var invented = ""
    var run = 0
    for character in model {
      run = character.isLetter ? run + 1 : 0
      let isFirstDigit = invented.last?.isNumber != true
      invented.append(replacement(character, run, isFirstDigit, isHexadecimal))
    }
    return invented
  }

  /// A JSON number with as many digits.
  mutating func number(like text: String) -> String {
    var invented = ""
    for (position, character) in text.enumerated() {
      let keeps =
        !character.isNumber || (character == "0" && text.dropFirst(position + 1).first == ".")
      let isFirst = invented.last?.isNumber != true && invented.last != "."
      invented += keeps ? String(character) : String(isFirst ? 1 + next(below: 9) : next(below: 10))
    }
    return invented
  }

  private mutating func replacement(
    _ character: Character, _ run: Int, _ isFirstDigit: Bool, _ isHexadecimal: Bool
  ) -> Character {
    if character.isASCII, character.isNumber {
      return Character(String(isFirstDigit ? 1 + next(below: 9) : next(below: 10)))
    }
    if character.isLetter {
      let letters =
        isHexadecimal ? Array("abcdef") : run % 2 == 1 ? Self.consonants : Self.vowels
      let letter = letters[next(below: letters.count)]
      return character.isUppercase ? Character(letter.uppercased()) : letter
    }
    if character.isWhitespace { return " " }
    return character.isASCII && !"@%+".contains(character) ? character : "-"
  }
}

extension String {
  /// Whether it is a hexadecimal number or a UUID.
  fileprivate var isHexadecimal: Bool {
    utf8.count >= 8 && contains(where: \.isNumber)
      && allSatisfy { ($0.isASCII && $0.isHexDigit) || $0 == "-" }
  }
}
