public import Documents
public import PurgeCore

/// What a connector's settings must look like: the part of JSON Schema that forms need.
public struct SettingsSchema: Sendable {
  /// One setting.
  public struct Property: Sendable {
    /// The setting's name.
    public let name: String
    /// Whether the file must say it.
    public let isRequired: Bool
    /// Whether it is given as `{ env: … }` or `{ file: … }` and never shown.
    public let isSecret: Bool
    /// The kind of identity it is, when it names a person.
    public let person: IdentityKind?
    /// What it is without being said.
    public let defaultValue: JSON?
    /// The only values it may have; nil for any.
    public let choices: [JSON]?
    /// What it is for.
    public let explanation: String?

    let shape: Shape

    /// Whether the file cannot do without it: it is required and has no default.
    var mustBeSaid: Bool { isRequired && defaultValue == nil }
  }

  /// The settings in the manifest's order.
  public let properties: [Property]

  func position(of name: String) -> Int? { properties.firstIndex { $0.name == name } }

  var namesInWords: String {
    properties.isEmpty
      ? "add it under settings.properties; there are no settings yet"
      : "the settings are \(properties.map(\.name).listed)"
  }
}

/// What a value must look like.
struct Shape: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case string, number, integer, boolean, array, object
  }

  enum Format: String, CaseIterable, Sendable {
    case email, uri, hostname, uuid, date
  }

  var kind: Kind?
  var choices: [JSON]?
  var pattern: Pattern?
  var format: Format?
  var range: (minimum: Double?, maximum: Double?) = (nil, nil)
  var length: (minimum: Int?, maximum: Int?) = (nil, nil)
  var count: (minimum: Int?, maximum: Int?) = (nil, nil)
  var items: [Shape] = []
  var properties: [(name: String, shape: Shape, isRequired: Bool)]?
}

extension Node {
  private static let shapeWords = [
    "type", "enum", "const", "default", "required", "properties", "items", "pattern", "format",
    "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "title", "description",
    "secret", "person",
  ]

  /// The settings of a manifest.
  func schema() -> SettingsSchema {
    guard words(["required", "properties", "type", "title", "description"]) else {
      return SettingsSchema(properties: [])
    }
    let required = self["required"]?.texts() ?? []
    let members = self["properties"]?.members() ?? []
    for name in required where !members.contains(where: { $0.name == name }) {
      self["required"]?.complain(
        "asks for \"\(name)\", which is not among the properties", "add it or take it out")
    }
    return SettingsSchema(
      properties: members.map { $0.node.property($0.name, isRequired: required.contains($0.name)) })
  }

  private func property(_ name: String, isRequired: Bool) -> SettingsSchema.Property {
    let shape = shape()
    let isSecret = self["secret"]?.flag() ?? false
    if isSecret, let kind = shape.kind, kind != .string {
      self["type"]?.complain("is not a secret's, which is always a text", "write \"string\"")
    }
    let defaultNode = self["default"]
    if let defaultNode, isSecret {
      defaultNode.complain("is a secret in clear text", "take it out")
    } else if let defaultNode, let problem = shape.problem(with: defaultNode.value) {
      defaultNode.complain("does not fit its own setting: it \(problem)", "mend one of the two")
    }
    return SettingsSchema.Property(
      name: name, isRequired: isRequired, isSecret: isSecret,
      person: self["person"]?.text().map(IdentityKind.init(_:)),
      defaultValue: defaultNode?.value, choices: shape.choices,
      explanation: self["description"]?.text(), shape: shape)
  }

  private func shape() -> Shape {
    var shape = Shape()
    guard words(Self.shapeWords) else { return shape }
    shape.kind = self["type"]?.choice(Shape.Kind.self)
    shape.choices = self["enum"]?.elements()?.map(\.value) ?? self["const"].map { [$0.value] }
    shape.pattern = self["pattern"]?.pattern()
    shape.format = self["format"]?.choice(Shape.Format.self)
    shape.range = (self["minimum"]?.number(), self["maximum"]?.number())
    shape.length = (self["minLength"]?.size(), self["maxLength"]?.size())
    shape.count = (self["minItems"]?.size(), self["maxItems"]?.size())
    shape.items = self["items"].map { [$0.shape()] } ?? []
    let required = self["required"]?.texts() ?? []
    shape.properties = self["properties"]?.members()?.map {
      ($0.name, $0.node.shape(), required.contains($0.name))
    }
    return shape
  }

  func texts() -> [String] { oneOrMore().compactMap { $0.text() } }

  private func number() -> Double? { value.double ?? mistyped("a number", "such as 10") }

  private func size() -> Int? {
    guard let size = value.integer, size >= 0 else {
      return mistyped("a whole number", "such as 10")
    }
    return size
  }
}

extension Shape {
  /// What is wrong with a value, as the rest of a sentence without the value; nothing when it fits.
  func problem(with value: JSON) -> String? {
    problem(ofKind: value) ?? problem(ofChoice: value) ?? problem(ofText: value)
      ?? problem(ofNumber: value) ?? problem(ofParts: value)
  }

  private func problem(ofKind value: JSON) -> String? {
    let fits =
      switch kind {
      case .string: value.string != nil
      case .number: value.double != nil
      case .integer: value.integer != nil
      case .boolean: value.bool != nil
      case .array: value.array != nil
      case .object: value.members != nil
      case nil: !value.isNull
      }
    return fits ? nil : "is \(value.kindInWords), but must be \(kind?.inWords ?? "a value")"
  }

  private func problem(ofChoice value: JSON) -> String? {
    guard let choices, !choices.contains(where: { $0.isEquivalent(to: value) }) else { return nil }
    return "must be one of \(choices.compactMap(\.plainText).listed)"
  }

  private func problem(ofText value: JSON) -> String? {
    guard let text = value.string else { return nil }
    if let minimum = length.minimum, text.count < minimum {
      return "must have at least \(minimum) characters"
    }
    if let maximum = length.maximum, text.count > maximum {
      return "must have at most \(maximum) characters"
    }
    if let pattern, !pattern.isFound(in: text) { return "must match \(pattern.source)" }
    return format.flatMap { $0.fits(text) ? nil : "must be \($0.inWords)" }
  }

  private func problem(ofNumber value: JSON) -> String? {
    guard let number = value.double else { return nil }
    if let minimum = range.minimum, number < minimum {
      return "must be at least \(minimum.inWords)"
    }
    if let maximum = range.maximum, number > maximum {
      return "must be at most \(maximum.inWords)"
    }
    return nil
  }

  private func problem(ofParts value: JSON) -> String? {
    if let elements = value.array {
      if let minimum = count.minimum, elements.count < minimum {
        return "must have at least \(minimum) elements"
      }
      if let maximum = count.maximum, elements.count > maximum {
        return "must have at most \(maximum) elements"
      }
      return items.first.flatMap { item in
        elements.lazy.compactMap { item.problem(with: $0) }.first.map {
          "has an element that \($0)"
        }
      }
    }
    guard let members = value.members, let properties else { return nil }
    for member in members where !properties.contains(where: { $0.name == member.name }) {
      return "has a member that is not known"
    }
    for property in properties {
      guard let part = value[property.name] else {
        if property.isRequired { return "lacks \"\(property.name)\"" }
        continue
      }
      if let problem = property.shape.problem(with: part) {
        return "has a \"\(property.name)\" that \(problem)"
      }
    }
    return nil
  }
}

extension Double {
  /// As people write it: 5, not 5.0.
  fileprivate var inWords: String { Int(exactly: self).map(String.init) ?? String(self) }
}

extension Shape.Kind {
  var inWords: String {
    switch self {
    case .string: "a text"
    case .number: "a number"
    case .integer: "a whole number"
    case .boolean: "true or false"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension Shape.Format {
  fileprivate var inWords: String {
    switch self {
    case .email: "an e-mail address"
    case .uri: "a URL"
    case .hostname: "a host name"
    case .uuid: "a UUID"
    case .date: "a date such as 2026-01-31"
    }
  }

  fileprivate func fits(_ text: String) -> Bool {
    switch self {
    case .email:
      let parts = text.split(separator: "@", omittingEmptySubsequences: false)
      return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(" ")
    case .uri: return Origin(text) != nil
    case .hostname:
      return !text.isEmpty && text.utf8.allSatisfy { $0.isHostSign } && !text.hasPrefix(".")
    case .uuid:
      let groups = text.split(separator: "-", omittingEmptySubsequences: false)
      return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.joined().allSatisfy(\.isHexDigit)
    case .date:
      let parts = text.split(separator: "-", omittingEmptySubsequences: false)
      return parts.map(\.count) == [4, 2, 2] && parts.joined().allSatisfy(\.isNumber)
    }
  }
}

extension UInt8 {
  fileprivate var isHostSign: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."): true
    default: false
    }
  }
}
