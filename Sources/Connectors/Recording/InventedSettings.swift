import Documents

/// Settings of nobody's that fit a manifest's schema.
struct InventedSettings {
  /// What stands in the recorded file; settings left at their defaults are left out.
  private(set) var file: [JSON.Member] = []
  /// Each text of the real settings that must not come out, with what stands for it.
  private(set) var replaced: [(original: String, invented: String, isSecret: Bool)] = []

  /// Invents settings for a connector with its real ones; those invented before are used again.
  init(_ program: Program, preferring preferred: JSON, seed: Int) throws(RecordingProblem) {
    var inventor = Inventor(seed: seed)
    var real: Set<String> = []
    for value in program.settings { value?.texts { real.insert($0) } }
    for (property, value) in zip(program.manifest.schema.properties, program.settings) {
      guard let value else { continue }
      if !property.isSecret, property.defaultValue == value { continue }
      let preferred = preferred[property.name].flatMap { preferred in
        preferred.plainText.map(real.contains) == true ? nil : preferred
      }
      guard let invented = property.invented(value, preferred, &inventor, avoiding: real) else {
        throw RecordingProblem(
          "No invented value was found for the setting \"\(property.name)\".",
          remedy:
            "Write settings: { \(property.name): … } with one that fits into the folder's exchanges.json5, then record with --output."
        )
      }
      file.append(.init(property.name, invented))
      note(value, invented, property)
    }
  }

  private mutating func note(
    _ value: JSON, _ invented: JSON, _ property: SettingsSchema.Property
  ) {
    if let elements = value.array {
      for (one, other) in zip(elements, invented.array ?? []) { note(one, other, property) }
    } else if let members = value.members {
      for (one, other) in zip(members, invented.members ?? []) {
        note(one.value, other.value, property)
      }
    } else if let text = value.plainText, let other = invented.plainText {
      replaced.append((text, other, property.isSecret))
    }
  }
}

extension SettingsSchema.Property {
  fileprivate func invented(
    _ value: JSON, _ preferred: JSON?, _ inventor: inout Inventor, avoiding real: Set<String>
  ) -> JSON? {
    // What the manifest lists is no secret of this account's.
    if choices != nil || value.bool != nil { return value }
    if let preferred, fits(preferred) { return preferred }
    switch value {
    case .string(let text):
      return shape.candidates(for: text, isSecret, &inventor)
        .first { fits(.string($0)) && !real.contains($0) }.map(JSON.string)
    case .number(let text):
      return [JSON.number(inventor.number(like: text)), value].first(where: fits)
    default:
      let invented = shape.reinvented(value, &inventor)
      return fits(invented) ? invented : nil
    }
  }

  private func fits(_ value: JSON) -> Bool { shape.problem(with: value) == nil }
}

extension Shape {
  private static let addresses = ["admin@example.org", "owner@example.org"]

  /// Texts to try, the plainest first.
  fileprivate func candidates(
    for text: String, _ isSecret: Bool, _ inventor: inout Inventor
  ) -> [String] {
    // A key that signs cannot be made up from letters.
    guard !text.hasPrefix("-----BEGIN") else { return [] }
    var plain: [String] = []
    switch format {
    case .email: plain = Self.addresses
    case .uri: plain = ["https://vendor.example.com", "https://vendor.example.org"]
    case .hostname: plain = ["vendor.example.com", "vendor.example.org"]
    case .uuid: plain = (1...2).map { "00000000-0000-4000-8000-00000000000\($0)" }
    case .date: plain = ["2024-01-01", "2024-01-02"]
    case nil: plain = isSecret ? ["test-key"] : text.isAddress ? Self.addresses : []
    }
    var shaped: [String] = []
    // A pattern may ask for a beginning, such as AC before the digits of an account.
    for length in 0..<9 where length < text.count {
      let rest = String(text.dropFirst(length))
      for _ in 0..<4 { shaped.append(text.prefix(length) + inventor.text(like: rest)) }
    }
    let domain = text.drop { $0 != "." }
    return plain + shaped + ["acme" + domain, "globex" + domain, "acme", "test-key"]
  }

  fileprivate func reinvented(_ value: JSON, _ inventor: inout Inventor) -> JSON {
    switch value {
    case .string(let text):
      let shape = items.first ?? self
      if shape.choices?.contains(value) == true { return value }
      let fitting = shape.candidates(for: text, false, &inventor).first {
        shape.problem(with: .string($0)) == nil && $0 != text
      }
      return .string(fitting ?? inventor.text(like: text))
    case .number(let text): return .number(inventor.number(like: text))
    case .array(let elements):
      var invented: [JSON] = []
      for element in elements { invented.append(reinvented(element, &inventor)) }
      return .array(invented)
    case .object(let members):
      var invented: [JSON.Member] = []
      for member in members {
        invented.append(.init(member.name, reinvented(member.value, &inventor)))
      }
      return .object(invented)
    case .bool, .null: return value
    }
  }
}
