/// A JSON value as it was written: members keep their order and numbers their digits.
///
/// Two values are equal when they are written alike: `1` and `1.0` differ, and so do two objects
/// whose members stand in another order. ``isEquivalent(to:)`` compares what they mean.
public enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number's text, always in JSON's own notation.
  case number(String)
  case string(String)
  case array([JSON])
  case object([Member])

  /// A name and its value.
  public struct Member: Sendable, Hashable {
    /// The name, without escapes.
    public var name: String
    /// The value.
    public var value: JSON

    /// Makes a member.
    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }
}

extension JSON {
  /// The text of a string, or nothing.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// A number that is whole and fits, or nothing; `1e3` and `2.0` are whole.
  public var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text) ?? double.flatMap(Int.init(exactly:))
  }

  /// A number, or nothing; digits a `Double` cannot hold are rounded.
  public var double: Double? {
    if case .number(let text) = self { Double(text) } else { nil }
  }

  /// Yes or no, or nothing; no other value counts as either.
  public var bool: Bool? {
    if case .bool(let answer) = self { answer } else { nil }
  }

  /// The elements of an array, or nothing.
  public var array: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members of an object in their order, or nothing.
  public var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// Whether this is `null`.
  public var isNull: Bool { self == .null }

  /// The value of a member; nothing for a missing name or for what is not an object.
  public subscript(name: String) -> JSON? {
    members?.first { $0.name == name }?.value
  }

  /// The element at a position; nothing past the end or for what is not an array.
  public subscript(position: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
    return elements[position]
  }

  /// Whether both mean the same: members in any order, numbers by value.
  public func isEquivalent(to other: JSON) -> Bool {
    switch (self, other) {
    case (.number(let one), .number(let two)):
      one == two || (Double(one) == Double(two) && integer == other.integer)
    case (.array(let one), .array(let two)):
      one.count == two.count && zip(one, two).allSatisfy { $0.isEquivalent(to: $1) }
    case (.object(let one), .object(let two)):
      one.count == two.count
        && one.allSatisfy { other[$0.name]?.isEquivalent(to: $0.value) ?? false }
    default: self == other
    }
  }

  /// What kind of value this is, in words for a sentence: "a text", "an object".
  public var kindInWords: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

// Deliberately not by `nil`: where a `JSON?` is meant, `nil` would silently become `.null`.
extension JSON: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// Makes a truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Makes a number.
  public init(integerLiteral value: Int) { self = .number(String(value)) }
  /// Makes a number.
  public init(floatLiteral value: Double) { self = JSON(value) }
  /// Makes a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Makes an array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// Makes an object whose members stand as written.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}

extension JSON {
  /// Makes a number.
  public init(_ value: some BinaryInteger) { self = .number(String(value)) }
  /// Makes a number; what JSON cannot write (infinity, not a number) becomes `null`.
  public init(_ value: Double) { self = value.isFinite ? .number("\(value)") : .null }
  /// Makes a string.
  public init(_ value: String) { self = .string(value) }
  /// Makes a truth value.
  public init(_ value: Bool) { self = .bool(value) }
}
