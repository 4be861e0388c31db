import PurgeCore

/// A statement and its values; what is interpolated is bound and never becomes text.
///
/// The literal parts are `StaticString`, so a text made at run time cannot be a statement.
struct SQL: Sendable, ExpressibleByStringInterpolation {
  private(set) var text: String
  private(set) var values: [SQLValue]

  init(stringLiteral value: StaticString) {
    text = value.description
    values = []
  }

  init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
    values = stringInterpolation.values
  }

  /// Collects text and values; the n-th value is `$n`.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""
    fileprivate var values: [SQLValue] = []

    init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 3 * interpolationCount)
      values.reserveCapacity(interpolationCount)
    }

    mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

    mutating func appendInterpolation(_ value: some SQLBindable) { bind(value.sqlValue) }

    /// Binds nothing as `NULL`.
    mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
      bind(value?.sqlValue ?? .null)
    }

    private mutating func bind(_ value: SQLValue) {
      values.append(value)
      text += "$"
      text += String(values.count)
    }
  }
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
