import PurgeCore

/// A statement and its values; what is interpolated is bound and never becomes text.
///
/// The literal parts are `StaticString`, so a text made at run time cannot be a statement.
struct SQL: Sendable, ExpressibleByStringInterpolation {
  /// The literal parts; the n-th value stands after the n-th part.
  let parts: [StaticString]
  let values: [SQLValue]
  /// A number made of the places in the program where the literal parts are kept: the same statement
  /// always has the same, so that finding it prepared needs no text.
  let place: UInt

  init(stringLiteral value: StaticString) {
    var interpolation = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
    interpolation.appendLiteral(value)
    self.init(stringInterpolation: interpolation)
  }

  init(stringInterpolation: StringInterpolation) {
    parts = stringInterpolation.parts
    values = stringInterpolation.values
    place = stringInterpolation.place
  }

  /// The text a database prepares: the n-th value is `$n`.
  var text: String {
    var text = ""
    for (number, part) in parts.enumerated() {
      text += part.description
      if number < values.count { text += "$\(number + 1)" }
    }
    return text
  }

  /// Whether another statement is kept at the same places.
  func isSame(as other: [StaticString]) -> Bool {
    parts.count == other.count && zip(parts, other).allSatisfy { $0.place == $1.place }
  }

  /// Collects parts and values.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var parts: [StaticString] = []
    fileprivate var values: [SQLValue] = []
    fileprivate var place: UInt = 0

    init(literalCapacity: Int, interpolationCount: Int) {
      parts.reserveCapacity(interpolationCount + 1)
      values.reserveCapacity(interpolationCount)
    }

    mutating func appendLiteral(_ literal: StaticString) {
      precondition(parts.count == values.count, "two literal parts follow each other")
      parts.append(literal)
      place = (place ^ literal.place) &* 0x9E37_79B9_7F4A_7C15
    }

    mutating func appendInterpolation(_ value: some SQLBindable) { bind(value.sqlValue) }

    /// Binds nothing as `NULL`.
    mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
      bind(value?.sqlValue ?? .null)
    }

    private mutating func bind(_ value: SQLValue) {
      if parts.count == values.count { appendLiteral(" ") }
      values.append(value)
    }
  }
}

extension StaticString {
  /// Where the program keeps the literal.
  fileprivate var place: UInt { unsafe UInt(bitPattern: utf8Start) }
}

/// What a statement can bind.
enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case text(String)
  case bytes([UInt8])
}

/// A type whose values can be bound.
protocol SQLBindable {
  /// The value as a database keeps it.
  var sqlValue: SQLValue { get }
}

extension Int: SQLBindable { var sqlValue: SQLValue { .integer(Int64(self)) } }
extension Int64: SQLBindable { var sqlValue: SQLValue { .integer(self) } }
extension Bool: SQLBindable { var sqlValue: SQLValue { .integer(self ? 1 : 0) } }
extension String: SQLBindable { var sqlValue: SQLValue { .text(self) } }
extension [UInt8]: SQLBindable { var sqlValue: SQLValue { .bytes(self) } }
extension Instant: SQLBindable { var sqlValue: SQLValue { .integer(milliseconds) } }
extension PurgeRequestID: SQLBindable { var sqlValue: SQLValue { .integer(number) } }
extension ConnectorName: SQLBindable { var sqlValue: SQLValue { .text(description) } }
extension Lane: SQLBindable { var sqlValue: SQLValue { .integer(Int64(rawValue)) } }
extension RequestState: SQLBindable { var sqlValue: SQLValue { .text(rawValue) } }
