import Documents
import PurgeCore

/// What was found wrong so far while one file is read.
final class Findings {
  let document: Document
  let file: String
  private(set) var list: [Diagnostic] = []

  init(_ document: Document, file: String) {
    self.document = document
    self.file = file
  }

  var root: Node { Node(value: document.root, pointer: JSONPointer(), findings: self) }

  func add(_ pointer: JSONPointer, _ problem: String, _ remedy: String) {
    list.append(
      Diagnostic(
        file: file, line: document.nearestLine(of: pointer), setting: pointer.dotted,
        problem: problem, remedy: remedy))
  }

  /// Throws everything that was found, in line order.
  func check() throws(Diagnostics) {
    guard list.isEmpty else {
      throw Diagnostics(list.sorted { ($0.line, $0.setting) < ($1.line, $1.setting) })
    }
  }

  /// The document, or its syntax error as a diagnostic.
  static func reading(_ bytes: [UInt8], file: String) throws(Diagnostics) -> Findings {
    guard bytes.contains(where: { !" \t\r\n".utf8.contains($0) }) else {
      throw Diagnostics([
        Diagnostic(
          file: file, line: 1, setting: "", problem: "is empty or cannot be opened",
          remedy: "write { … } into it and let the hub read it")
      ])
    }
    do throws(DocumentError) {
      return Findings(
        try Document(reading: bytes, file: file, dialect: .json5), file: file)
    } catch {
      let diagnostic = Diagnostic(
        file: file, line: error.line, setting: "",
        problem: "cannot be read at column \(error.column)", remedy: error.reason)
      throw Diagnostics([diagnostic])
    }
  }
}

/// A value in a file being read, with its place; asking for the wrong type leaves a diagnostic.
struct Node {
  let value: JSON
  let pointer: JSONPointer
  let findings: Findings

  func complain(_ problem: String, _ remedy: String) { findings.add(pointer, problem, remedy) }

  /// A member that is there.
  subscript(name: String) -> Node? {
    value[name].map { Node(value: $0, pointer: pointer.appending(name), findings: findings) }
  }

  /// A member that must be there.
  func required(_ name: String, _ example: String) -> Node? {
    if let node = self[name] { return node }
    complain("lacks \"\(name)\"", "write \(example)")
    return nil
  }

  /// The members of an object, all of whose words are known; nothing for another type.
  func words(_ known: [String]) -> Bool {
    guard let members = members() else { return false }
    for (name, node) in members where !known.contains(name) {
      let near = name.nearest(among: known).map { "did you mean \"\($0)\"?" }
      node.complain(
        "is not a word known here",
        near.map { "\($0) The words known here are \(known.listed)" }
          ?? "the words known here are \(known.listed)")
    }
    return true
  }

  func members() -> [(name: String, node: Node)]? {
    guard let members = value.members else { return mistyped("an object", "{ … }") }
    return members.map { member in
      let place = pointer.appending(member.name)
      return (member.name, Node(value: member.value, pointer: place, findings: findings))
    }
  }

  func elements() -> [Node]? {
    guard let elements = value.array else { return mistyped("a list", "[ … ]") }
    return elements.enumerated().map { position, element in
      Node(value: element, pointer: pointer.appending(position), findings: findings)
    }
  }

  /// The elements of a list, or the value itself when it is none.
  func oneOrMore() -> [Node] { value.array == nil ? [self] : elements() ?? [] }

  func text() -> String? {
    guard let text = value.string else { return mistyped("a text", "\"…\"") }
    guard !text.isEmpty else {
      complain("is empty", "write a text or take it out")
      return nil
    }
    return text
  }

  func flag() -> Bool? { value.bool ?? mistyped("yes or no", "true or false") }

  func count() -> Int? {
    guard let number = value.integer, number > 0 else {
      return mistyped("a whole number above zero", "such as 50")
    }
    return number
  }

  func span() -> Span? {
    guard let text = value.string, let span = Span(text) else {
      return mistyped("a length of time", "a number and ms, s, min, h or d, such as \"90s\"")
    }
    return span
  }

  func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) -> Choice?
  where Choice.RawValue == String {
    if let choice = value.string.flatMap(Choice.init) { return choice }
    let words = Choice.allCases.map(\.rawValue)
    let list = words.map { "\"\($0)\"" }.listed
    guard let text = value.string else { return mistyped("one of its words", list) }
    let near = text.nearest(among: words).map { "did you mean \"\($0)\"? Its words are" }
    complain("is not one of its words", "\(near ?? "its words are") \(list)")
    return nil
  }

  func place() -> JSONPointer? {
    guard let text = value.string else { return mistyped("a pointer", "such as \"/data/id\"") }
    do throws(PathError) {
      return try JSONPointer(text)
    } catch {
      complain("is no JSON pointer", error.reason)
      return nil
    }
  }

  func rows() -> JSONPath? {
    guard let text = value.string else { return mistyped("a path", "such as \"$.data[*]\"") }
    do throws(PathError) {
      return try JSONPath(text)
    } catch {
      complain("is no path to rows", error.reason)
      return nil
    }
  }

  func pattern() -> Pattern? {
    guard let text = text() else { return nil }
    guard let pattern = Pattern(text) else {
      complain("is no regular expression", "mend its brackets and escapes")
      return nil
    }
    return pattern
  }

  /// A regular expression for what a stranger sends, who must not be able to make it take for ever.
  func patternForAnswers() -> Pattern? {
    guard let pattern = pattern() else { return nil }
    if let safe = pattern.forStrangers { return safe }
    complain(
      "repeats a group, or several parts without end, which an answer can make take for ever",
      "repeat single characters, and write how often at most: \\d{1,9}")
    return nil
  }

  func mistyped<Wanted>(_ wanted: String, _ example: String) -> Wanted? {
    complain("is \(value.kindInWords) where \(wanted) is expected", "write \(example)")
    return nil
  }
}
