import Crypto

extension Pseudonyms {
  /// A member's name: it stays unless it looks like somebody's.
  mutating func field(_ name: String) -> String {
    if let fixed = fields[name] { return fixed }
    if isPersonal(name) { return self.name(for: name) }
    if words.fields.contains(name) { return name }
    guard name.isFieldName, !isOriginal(name), !mentionsPerson(name) else {
      return self.name(for: name)
    }
    return name
  }

  /// Whether one of the person's texts stands in it, in one of the usual spellings, or a part of one.
  private func mentionsPerson(_ text: String) -> Bool {
    let folded = text.lowercased()
    return personal.contains { person in
      person.spellings.contains { folded.contains($0) }
        || !person.parts.isDisjoint(with: folded.split { !$0.isLetter && !$0.isNumber })
    }
  }
}

extension String {
  /// A word of an API, as programmers name members: no blanks, few digits, nothing encoded.
  fileprivate var isFieldName: Bool {
    let hasOnlySigns = utf8.allSatisfy { sign in
      switch sign {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "_-.:$".utf8.contains(sign)
      }
    }
    return hasOnlySigns && (1...40).contains(utf8.count) && filter(\.isNumber).count < 4
      && contains(where: \.isLetter) && humps * 4 <= utf8.count + 3 && !holdsEncodedText
  }

  /// How often capitals and digits begin: `nextRecordsUrl` has two, an encoded text has many.
  private var humps: Int {
    zip(self, dropFirst()).filter { one, next in
      (next.isUppercase && !one.isUppercase) || next.isNumber != one.isNumber
    }.count
  }

  /// Whether it is base64 or hexadecimal of something that can be read.
  private var holdsEncodedText: Bool {
    let padding = String(repeating: "=", count: (4 - utf8.count % 4) % 4)
    let decoded = [UInt8](base64: self + padding) ?? []
    return utf8.count > 5 && !decoded.isEmpty && decoded.allSatisfy { (0x20...0x7E).contains($0) }
  }
}
