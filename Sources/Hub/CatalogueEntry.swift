import Connectors
public import Documents
import PurgeCore

extension Catalogue {
  /// What a kind of vendor says about itself: everything, or only what stands in a list of them.
  ///
  /// - Throws: `Refusal` 3002 when the manifest cannot be read.
  public func entry(of name: String, inFull isFull: Bool = true) throws(Refusal) -> JSON {
    let manifest = try manifest(name)
    return .object(manifest.summary + (isFull ? manifest.details : []))
  }
}

extension Manifest {
  fileprivate var summary: [JSON.Member] {
    var kinds: [IdentityKind] = []
    for kind in self.kinds where !kinds.contains(kind) { kinds.append(kind) }
    return [
      .init("name", .string(name)), .init("title", .string(about.title)),
      .init("category", .optional(about.category)),
      .init("evidence", .string(strongestEvidence.word)),
      .init("latency", .optional(about.latency)),
      .init("people", .array(kinds.map { .string($0.rawValue) })),
    ]
  }

  fileprivate var details: [JSON.Member] {
    [
      .init("verifiesAfter", .optional(verificationDelay?.words)),
      .init("docs", .optional(about.docs)), .init("permission", .optional(about.permission)),
      .init("consequences", .array(about.consequences.map(JSON.string))),
      .init("residuals", .array(about.residuals.map(JSON.string))),
      .init("settings", .array(schema.properties.map(\.json))),
    ]
  }
}

extension SettingsSchema.Property {
  fileprivate var json: JSON {
    .object([
      .init("name", .string(name)), .init("description", .optional(explanation)),
      .init("isRequired", JSON(isRequired)), .init("isSecret", JSON(isSecret)),
      .init("person", .optional(person?.rawValue)), .init("default", defaultValue ?? .null),
      .init("choices", .array(choices ?? [])),
    ])
  }
}

extension JSON {
  fileprivate static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
}

extension Span {
  /// The time in the largest unit that fits, as manifests write it: `1d`, `90s`.
  fileprivate var words: String {
    let units: [(String, Int64)] = [
      ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
    ]
    let unit = units.first { milliseconds.isMultiple(of: $0.1) } ?? ("ms", 1)
    return "\(milliseconds / unit.1)\(unit.0)"
  }
}
