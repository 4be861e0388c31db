import PurgeCore

/// The people of a request, sealed in blocks of so many to a row.
enum SubjectBlock {
  /// How many people a full block holds.
  static let size = 512

  /// The plain bytes of people: length-prefixed fields, one after the other.
  static func encode(_ people: some Collection<Subject>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(people.count * 48)
    bytes.append(length: people.count)
    for person in people {
      bytes.append(length: person.identities.count)
      for identity in person.identities { bytes.append(identity) }
    }
    return bytes
  }

  /// The people in plain bytes; nil when the bytes are no such block.
  static func decode(_ bytes: [UInt8]) -> [Subject]? {
    var reader = Reader(bytes: bytes)
    return reader.list { reader in reader.list { $0.identity() }.map(Subject.init) }
  }

  /// What a block is bound to, so that blocks cannot be swapped between requests or places.
  static func place(_ request: PurgeRequestID, _ block: Int) -> [UInt8] {
    Array("\(request.number)/\(block)".utf8)
  }
}

/// Kinds that are written as one byte; others are written as they are.
private let knownKinds: [IdentityKind] = [.externalId, .email, .phone, .userAlias, .deviceId]

extension [UInt8] {
  /// Appends a length, seven bits to a byte.
  mutating func append(length: Int) {
    var rest = UInt64(length)
    while rest >= 0x80 {
      append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  /// Appends a text after its length, so that neighbours cannot run together.
  mutating func append(_ text: String) {
    append(length: text.utf8.count)
    append(contentsOf: text.utf8)
  }

  fileprivate mutating func append(_ identity: Identity) {
    if let known = knownKinds.firstIndex(of: identity.kind) {
      append(UInt8(known + 1))
    } else {
      append(0)
      append(identity.kind.rawValue)
    }
    append(identity.value)
    append(identity.label == nil ? 0 : 1)
    if let label = identity.label { append(label) }
    append(length: identity.prioritization.count)
    for choice in identity.prioritization { append(choice.rawValue) }
  }
}

/// Reads what was written above; every step is nil when the bytes run out.
private struct Reader {
  let bytes: [UInt8]
  var position = 0

  mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func length() -> Int? {
    var value = 0
    for shift in stride(from: 0, to: 56, by: 7) {
      guard let next = byte() else { return nil }
      value |= Int(next & 0x7F) << shift
      if next < 0x80 { return value }
    }
    return nil
  }

  mutating func text() -> String? {
    guard let length = length(), bytes.count - position >= length else { return nil }
    defer { position += length }
    return String(decoding: bytes[position..<(position + length)], as: UTF8.self)
  }

  mutating func list<Element>(_ element: (inout Reader) -> Element?) -> [Element]? {
    guard let count = length(), count <= bytes.count else { return nil }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count {
      guard let next = element(&self) else { return nil }
      elements.append(next)
    }
    return elements
  }

  mutating func kind() -> IdentityKind? {
    guard let number = byte().map(Int.init) else { return nil }
    guard number > 0 else { return text().map { IdentityKind($0) } }
    return number <= knownKinds.count ? knownKinds[number - 1] : nil
  }

  mutating func identity() -> Identity? {
    guard let kind = kind(), let value = text(), let hasLabel = byte() else { return nil }
    let label = hasLabel == 0 ? nil : text()
    let choices = list { $0.text().flatMap(Prioritization.init) }
    guard let choices else { return nil }
    return Identity(kind, value, label: label, prioritization: choices)
  }
}
