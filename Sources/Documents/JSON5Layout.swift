extension JSON {
  /// Text as JSON5 for people: names without quotes where they need none, and what fits in a line
  /// of 100 signs in one line.
  public func encodedForPeople() -> String { laidOut(depth: 0, used: 0) }

  private func laidOut(depth: Int, used: Int) -> String {
    let line = inline
    if line.utf8.count + used + depth * 2 <= 98, !line.contains("\n") { return line }
    let indent = String(repeating: "  ", count: depth + 1)
    let end = String(repeating: "  ", count: depth)
    switch self {
    case .array(let elements) where !elements.isEmpty:
      let lines = elements.map { indent + $0.laidOut(depth: depth + 1, used: 1) + ",\n" }
      return "[\n" + lines.joined() + end + "]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { member in
        let name = member.name.asName + ": "
        let value = member.value.laidOut(depth: depth + 1, used: name.utf8.count + 1)
        return indent + name + value + ",\n"
      }
      return "{\n" + lines.joined() + end + "}"
    default: return line
    }
  }

  private var inline: String {
    switch self {
    case .array(let elements): "[" + elements.map(\.inline).joined(separator: ", ") + "]"
    case .object(let members) where !members.isEmpty:
      "{ "
        + members.map { $0.name.asName + ": " + $0.value.inline }.joined(separator: ", ") + " }"
    default: String(decoding: encoded(), as: UTF8.self)
    }
  }
}

extension String {
  /// The name as it stands before a colon.
  fileprivate var asName: String {
    let isPlain = utf8.allSatisfy { sign in
      switch sign {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "$"): true
      default: false
      }
    }
    if isPlain, let first = utf8.first, !(0x30...0x39).contains(first) { return self }
    var bytes: [UInt8] = []
    bytes.append(quoting: self)
    return String(decoding: bytes, as: UTF8.self)
  }
}
