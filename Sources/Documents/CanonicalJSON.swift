extension JSON {
  /// The one text of a value, as RFC 8785 spells it, so that signatures hold wherever it is written
  /// anew: no blanks, members in the order of their names' UTF-16 code units, only the escapes JSON
  /// demands.
  ///
  /// - Returns: nil when it holds a number that is not whole or beyond 2^53, or a name twice: those
  ///   are spelled differently by different programs.
  public func canonical() -> [UInt8]? {
    var bytes: [UInt8] = []
    return appendCanonically(to: &bytes) ? bytes : nil
  }

  private func appendCanonically(to bytes: inout [UInt8]) -> Bool {
    switch self {
    case .null, .bool, .string: append(to: &bytes)
    case .number:
      guard let integer, integer.magnitude < 1 << 53 else { return false }
      bytes.append(contentsOf: String(integer).utf8)
    case .array(let elements): return Self.append(elements, to: &bytes)
    case .object(let members): return Self.append(members, to: &bytes)
    }
    return true
  }

  private static func append(_ elements: [JSON], to bytes: inout [UInt8]) -> Bool {
    bytes.append(UInt8(ascii: "["))
    for (position, element) in elements.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      guard element.appendCanonically(to: &bytes) else { return false }
    }
    bytes.append(UInt8(ascii: "]"))
    return true
  }

  private static func append(_ members: [Member], to bytes: inout [UInt8]) -> Bool {
    let sorted = members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
    for (one, next) in zip(sorted, sorted.dropFirst())
    where one.name.utf16.elementsEqual(next.name.utf16) { return false }
    bytes.append(UInt8(ascii: "{"))
    for (position, member) in sorted.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(quoting: member.name)
      bytes.append(UInt8(ascii: ":"))
      guard member.value.appendCanonically(to: &bytes) else { return false }
    }
    bytes.append(UInt8(ascii: "}"))
    return true
  }
}
