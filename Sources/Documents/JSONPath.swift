/// The rows of an answer: `$.data[*]`.
///
/// The part of RFC 9535 that names rows: `$`, `.name`, `['name']`, `[n]` (from the end when
/// negative) and `[*]`. Filters, slices and descents are refused.
public struct JSONPath: Sendable, Hashable {
  enum Step: Sendable, Hashable {
    case name(String)
    case position(Int)
    case every
  }

  private let steps: [Step]

  /// Reads a path.
  public init(_ text: String) throws(PathError) {
    var reader = JSONPathReader(text)
    steps = try reader.read()
  }

  /// The values the path names, in the order they stand; none when nothing is there.
  public func rows(in value: JSON) -> [JSON] {
    steps.reduce([value]) { values, step in
      values.flatMap { Self.children(of: $0, step) }
    }
  }

  /// The names of members it goes through.
  public var names: [String] {
    steps.compactMap { if case .name(let name) = $0 { name } else { nil } }
  }

  /// Whether it names one place rather than the rows of a list.
  public var isSingle: Bool { !steps.contains(.every) }

  /// The rows of a list; nothing when the path leads to no list at all.
  ///
  /// An answer without its list is not an answer with an empty one: each `[*]` must stand on an
  /// array that is there.
  public func list(in value: JSON) -> [JSON]? {
    var values = [value]
    for (position, step) in steps.enumerated() {
      let leadsToList = steps[position...].contains(.every)
      var children: [JSON] = []
      for value in values {
        if step == .every, value.array == nil { return nil }
        let found = Self.children(of: value, step)
        if leadsToList, step != .every, found.isEmpty { return nil }
        children += found
      }
      values = children
    }
    return values
  }

  private static func children(of value: JSON, _ step: Step) -> [JSON] {
    switch (step, value) {
    case (.name(let name), .object): value[name].map { [$0] } ?? []
    case (.position(let position), .array(let elements)):
      value[position < 0 ? elements.count + position : position].map { [$0] } ?? []
    case (.every, .array(let elements)): elements
    case (.every, .object(let members)): members.map(\.value)
    default: []
    }
  }
}

private struct JSONPathReader {
  private var rest: Substring

  init(_ text: String) { rest = Substring(text) }

  mutating func read() throws(PathError) -> [JSONPath.Step] {
    guard rest.popFirst() == "$" else {
      throw PathError(reason: "a path begins with \"$\", such as \"$.data[*]\"")
    }
    var steps: [JSONPath.Step] = []
    while let next = rest.popFirst() {
      switch next {
      case ".": steps.append(try dotted())
      case "[": steps.append(try bracketed())
      default: throw PathError(reason: "after \"$\" only \".name\", \"[n]\" and \"[*]\" may follow")
      }
    }
    return steps
  }

  private mutating func dotted() throws(PathError) -> JSONPath.Step {
    if rest.first == "*" {
      rest.removeFirst()
      return .every
    }
    let name = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
    guard let first = name.first, !first.isNumber else {
      throw PathError(reason: "a name of letters follows \".\"; write others as ['the name']")
    }
    rest = rest[name.endIndex...]
    return .name(String(name))
  }

  private mutating func bracketed() throws(PathError) -> JSONPath.Step {
    guard let quote = rest.first, quote == "'" || quote == "\"" else { return try unquoted() }
    rest.removeFirst()
    var name = ""
    while let character = rest.popFirst(), character != quote {
      name.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
    }
    guard rest.popFirst() == "]" else { throw PathError(reason: "\"[\" is not closed by \"]\"") }
    return .name(name)
  }

  private mutating func unquoted() throws(PathError) -> JSONPath.Step {
    guard let end = rest.firstIndex(of: "]") else {
      throw PathError(reason: "\"[\" is not closed by \"]\"")
    }
    let text = rest[..<end]
    rest = rest[rest.index(after: end)...]
    if text == "*" { return .every }
    guard let position = Int(text), String(position) == text else {
      throw PathError(reason: "between \"[\" and \"]\" stands a number, \"*\" or a quoted name")
    }
    return .position(position)
  }
}
