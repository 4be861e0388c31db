/// A place in a JSON value (RFC 6901): `/results/0/task_id`.
public struct JSONPointer: Sendable, Hashable {
  /// The steps from the root, without escapes.
  public var steps: [String]

  /// The root when empty.
  public init(steps: [String] = []) { self.steps = steps }

  /// Reads a pointer; the empty text is the root.
  public init(_ text: String) throws(PathError) {
    guard !text.isEmpty else {
      steps = []
      return
    }
    guard text.utf8.first == UInt8(ascii: "/") else {
      throw PathError(reason: "a pointer begins with \"/\", such as \"/data/0/id\"")
    }
    steps = []
    for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      steps.append(try Self.unescape(part))
    }
  }

  private static func unescape(_ part: Substring) throws(PathError) -> String {
    guard part.utf8.contains(UInt8(ascii: "~")) else { return String(part) }
    var step = String.UnicodeScalarView()
    var scalars = part.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "~" else {
        step.append(scalar)
        continue
      }
      switch scalars.next() {
      case "0": step.append("~")
      case "1": step.append("/")
      default: throw PathError(reason: "\"~\" in a pointer is written \"~0\", and \"/\" is \"~1\"")
      }
    }
    return String(step)
  }

  /// The pointer one step further down.
  public func appending(_ step: String) -> JSONPointer { JSONPointer(steps: steps + [step]) }

  /// The pointer one step further down, into a list.
  public func appending(_ position: Int) -> JSONPointer { appending(String(position)) }

  /// The pointer one step up; nothing for the root.
  public var parent: JSONPointer? {
    steps.isEmpty ? nil : JSONPointer(steps: Array(steps.dropLast()))
  }

  /// The place as people write it: `erase[0].json`.
  public var dotted: String {
    steps.reduce(into: "") { path, step in
      if step.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !path.isEmpty, !step.isEmpty {
        path += "[\(step)]"
      } else {
        path += path.isEmpty ? step : ".\(step)"
      }
    }
  }
}

extension JSONPointer: CustomStringConvertible {
  /// The pointer as RFC 6901 writes it.
  public var description: String { steps.map { "/\(Self.escape($0))" }.joined() }

  static func escape(_ step: String) -> String {
    guard step.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
      return step
    }
    return step.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "~": text += "~0"
      case "/": text += "~1"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension JSON {
  /// The value at a place; nothing when there is none.
  public func at(_ pointer: JSONPointer) -> JSON? {
    var value = self
    for step in pointer.steps {
      guard let next = value.child(step) else { return nil }
      value = next
    }
    return value
  }

  private func child(_ step: String) -> JSON? {
    switch self {
    case .object: self[step]
    case .array: Self.position(step).flatMap { self[$0] }
    default: nil
    }
  }

  /// RFC 6901 knows no leading zeros and no signs.
  private static func position(_ step: String) -> Int? {
    guard let first = step.utf8.first, (0x30...0x39).contains(first) else { return nil }
    guard step.utf8.count == 1 || first != UInt8(ascii: "0") else { return nil }
    return Int(step)
  }
}

/// Why a pointer or a path cannot be read.
public struct PathError: Error, Sendable, Hashable {
  /// What is wrong, as half a sentence.
  public let reason: String

  init(reason: String) { self.reason = reason }
}
