public import Documents

extension Manifest {
  /// The JSON Schema (2020-12) of a connector's file that uses this manifest, for editors.
  ///
  /// It says what the loader would say; the loader alone decides, because it also knows secrets,
  /// hosts and the vendor's limits.
  public var connectorFileSchema: JSON {
    [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": .string("A connector to \(about.title)"),
      "type": "object", "additionalProperties": false,
      "required": schema.needsSettings ? ["use", "settings"] : ["use"],
      "properties": [
        "$schema": ["type": "string"],
        "use": ["const": .string(name), "description": "the folder under Connectors/"],
        "title": ["type": "string", "description": "what people call it"],
        "enabled": ["type": "boolean", "default": true, "description": "false: nothing is sent"],
        "selfHosted": [
          "type": "boolean", "default": .bool(isSelfHosted),
          "description": "plain http and private addresses are allowed",
        ],
        "base": [
          "type": "string",
          "description": "where every request goes instead; only with selfHosted: true",
        ],
        "http2": [
          "type": "boolean", "default": false, "description": "HTTP/2 where the vendor speaks it",
        ],
        "limits": Self.limitsSchema,
        "settings": schema.jsonSchema,
      ],
    ]
  }

  private static let limitsSchema: JSON = [
    "type": "object", "additionalProperties": false,
    "description": "lower than the vendor's only",
    "properties": [
      "rate": [
        "anyOf": [["type": "string"], ["type": "array", "items": ["type": "string"]]],
        "description": "requests in a time, such as 10/s",
      ],
      "concurrent": ["type": "integer", "minimum": 1, "description": "calls in flight"],
    ],
  ]
}

extension SettingsSchema {
  fileprivate var needsSettings: Bool { properties.contains(where: \.mustBeSaid) }

  fileprivate var jsonSchema: JSON {
    [
      "type": "object", "additionalProperties": false,
      "required": .array(properties.filter(\.mustBeSaid).map { .string($0.name) }),
      "properties": .object(properties.map { .init($0.name, $0.jsonSchema) }),
    ]
  }

  /// A secret is never a text in the file, but the place where it is kept.
  fileprivate static let secret: [JSON.Member] = [
    .init("type", "object"), .init("minProperties", 1), .init("maxProperties", 1),
    .init("additionalProperties", false),
    .init(
      "properties",
      [
        "env": ["type": "string", "description": "a variable of the hub's environment"],
        "file": ["type": "string", "description": "a file's path"],
      ]),
  ]
}

extension SettingsSchema.Property {
  fileprivate var jsonSchema: JSON {
    var members = isSecret ? SettingsSchema.secret : shape.jsonSchema
    let note = person.map { _ in "names a person: purging them disables the connector" }
    let words = [explanation, note].compactMap(\.self).joined(separator: "; ")
    if !words.isEmpty { members.append(.init("description", .string(words))) }
    if let defaultValue { members.append(.init("default", defaultValue)) }
    return .object(members)
  }
}

extension Shape {
  fileprivate var jsonSchema: [JSON.Member] {
    var members: [JSON.Member] = []
    func add(_ name: String, _ value: JSON?) {
      if let value { members.append(.init(name, value)) }
    }
    add("type", kind.map { .string($0.rawValue) })
    add("enum", choices.map { .array($0) })
    add("pattern", pattern.map { .string($0.source) })
    add("format", format.map { .string($0.rawValue) })
    add("minimum", range.minimum.map { JSON($0) })
    add("maximum", range.maximum.map { JSON($0) })
    add("minLength", length.minimum.map { JSON($0) })
    add("maxLength", length.maximum.map { JSON($0) })
    add("minItems", count.minimum.map { JSON($0) })
    add("maxItems", count.maximum.map { JSON($0) })
    add("items", items.first.map { .object($0.jsonSchema) })
    if let properties {
      add("required", .array(properties.filter(\.isRequired).map { .string($0.name) }))
      add("properties", .object(properties.map { .init($0.name, .object($0.shape.jsonSchema)) }))
      add("additionalProperties", false)
    }
    return members
  }
}
