import Documents

/// Text with names in braces.
struct TextTemplate: Sendable {
  enum Part: Sendable {
    case literal(String)
    case name(NameUse)
  }

  let parts: [Part]

  /// The only name, when the text is nothing else: its value keeps its type.
  var sole: NameUse? {
    if parts.count == 1, case .name(let use) = parts[0] { use } else { nil }
  }

  /// The text itself, when it holds no names.
  var constant: String? {
    switch parts.count {
    case 0: ""
    case 1: if case .literal(let text) = parts[0] { text } else { nil }
    default: nil
    }
  }

  var uses: [NameUse] {
    parts.compactMap { if case .name(let use) = $0 { use } else { nil } }
  }
}

/// A text cut at its expressions: `{name}` is one, braces around blanks are text.
enum BracePiece: Equatable {
  case literal(String)
  case expression(String)

  /// Cuts a text; nothing when its braces do not match.
  static func cut(_ text: String) -> [BracePiece]? {
    var pieces: [BracePiece] = []
    var literal = ""
    var depth = 0
    var rest = Substring(text)
    while let character = rest.first {
      if character == "{", let expression = expression(at: rest) {
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        literal = ""
        pieces.append(.expression(expression))
        rest = rest.dropFirst(expression.count + 2)
        continue
      }
      if character == "{" { depth += 1 }
      if character == "}" { depth -= 1 }
      guard depth >= 0 else { return nil }
      literal.append(character)
      rest.removeFirst()
    }
    if !literal.isEmpty { pieces.append(.literal(literal)) }
    return depth == 0 ? pieces : nil
  }

  private static func expression(at rest: Substring) -> String? {
    let inner = rest.dropFirst().prefix { !$0.isWhitespace && !"{}\"'".contains($0) }
    let isClosed = rest.dropFirst(inner.count + 1).first == "}"
    return isClosed && !inner.isEmpty ? String(inner) : nil
  }
}

extension Node {
  /// A text with names, all of them known.
  func template(_ scope: Scope) -> TextTemplate? {
    guard let text = value.string else {
      return mistyped("a text", "\"…\", with names in braces")
    }
    return template(of: text, scope)
  }

  func template(of text: String, _ scope: Scope) -> TextTemplate? {
    guard let pieces = pieces(of: text) else { return nil }
    var parts: [TextTemplate.Part] = []
    for piece in pieces {
      switch piece {
      case .literal(let text): parts.append(.literal(text))
      case .expression(let text):
        guard let use = use(of: text, scope) else { return nil }
        parts.append(.name(use))
      }
    }
    return TextTemplate(parts: parts)
  }

  func pieces(of text: String) -> [BracePiece]? {
    if let pieces = BracePiece.cut(text) { return pieces }
    complain("has braces that do not match", "write names as {name}, and other braces in pairs")
    return nil
  }

  func use(of text: String, _ scope: Scope) -> NameUse? {
    let isOptional = text.last == "?"
    let name = isOptional ? String(text.dropLast()) : text
    guard let reference = scope.resolve(name, at: self) else { return nil }
    if case .local(let position) = reference, scope.lets[position]?.yields == .bytes {
      complain("puts the bytes of {\(name)} into text", "end {\(name)} with \"hex\" or \"base64\"")
    }
    return NameUse(name: name, reference: reference, isOptional: isOptional)
  }
}
