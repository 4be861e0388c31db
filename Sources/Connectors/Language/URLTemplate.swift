import Documents

/// A URL with expressions of RFC 6570: `/v1/customers{?email,limit}`.
///
/// Stricter than the standard: a name without a value stops the request instead of vanishing,
/// unless it is written `{name?}`.
struct URLTemplate: Sendable {
  struct Variable: Sendable {
    let use: NameUse
    let isExploded: Bool
    let prefix: Int?
  }

  enum Part: Sendable {
    case literal(String)
    case expression(Operator, [Variable])
  }

  let parts: [Part]

  var uses: [NameUse] {
    parts.flatMap { part -> [NameUse] in
      if case .expression(_, let variables) = part { variables.map(\.use) } else { [] }
    }
  }

  /// The text before the first expression.
  var head: String { if case .literal(let text)? = parts.first { text } else { "" } }

  var literals: String {
    parts.map { if case .literal(let text) = $0 { text } else { "" } }.joined()
  }

  /// The operators of RFC 6570, with the columns of its appendix A.
  enum Operator: Character, Sendable {
    case simple = "_"
    case reserved = "+"
    case fragment = "#"
    case label = "."
    case path = "/"
    case parameters = ";"
    case query = "?"
    case more = "&"

    var first: String { self == .simple || self == .reserved ? "" : String(rawValue) }

    var separator: String {
      switch self {
      case .simple, .reserved, .fragment: ","
      case .label, .path, .parameters: String(rawValue)
      case .query, .more: "&"
      }
    }

    var isNamed: Bool { self == .parameters || self == .query || self == .more }
    var allowsReserved: Bool { self == .reserved || self == .fragment }
  }
}

extension URLTemplate {
  func render(_ frame: Frame) throws(Unbound) -> String {
    var url = ""
    for part in parts {
      switch part {
      case .literal(let text): url += text
      case .expression(let kind, let variables):
        url += try Self.expand(variables, kind, frame)
      }
    }
    return url
  }

  private static func expand(
    _ variables: [Variable], _ kind: Operator, _ frame: Frame
  ) throws(Unbound) -> String {
    var pieces: [String] = []
    for variable in variables {
      let values = try frame.texts(of: variable.use)
      guard !values.isEmpty else { continue }
      pieces += try encode(variable, values, kind)
    }
    return pieces.isEmpty ? "" : kind.first + pieces.joined(separator: kind.separator)
  }

  private static func encode(
    _ variable: Variable, _ values: [String], _ kind: Operator
  ) throws(Unbound) -> [String] {
    var encoded: [String] = []
    for value in values {
      // A dot segment would be folded away on its path and another thing be deleted.
      guard kind.isNamed || (value != "." && value != "..") else {
        throw Unbound(name: variable.use.name)
      }
      let part = variable.prefix.map { String(value.prefix($0)) } ?? value
      encoded.append(part.percentEncoded(keepingReserved: kind.allowsReserved))
    }
    let name = kind.isNamed ? "\(variable.use.name)=" : ""
    return variable.isExploded
      ? encoded.map { name + $0 } : [name + encoded.joined(separator: ",")]
  }
}

extension String {
  /// RFC 3986's encoding: only unreserved characters stay, and reserved ones if asked.
  func percentEncoded(keepingReserved: Bool = false) -> String {
    guard !utf8.allSatisfy({ $0.isUnreserved }) else { return self }
    var bytes: [UInt8] = []
    for byte in utf8 {
      if byte.isUnreserved || (keepingReserved && byte.isReserved) {
        bytes.append(byte)
      } else {
        bytes.append(UInt8(ascii: "%"))
        bytes.append(UInt8.hexadecimalDigits[Int(byte >> 4)])
        bytes.append(UInt8.hexadecimalDigits[Int(byte & 15)])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text without RFC 3986's encoding; what is no encoded byte stays as it is.
  var percentDecoded: String {
    var bytes: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(\.hexadecimal),
        let low = rest.dropFirst().first.flatMap(\.hexadecimal)
      {
        bytes.append(high << 4 | low)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension UInt8 {
  /// The value of a hexadecimal digit; nil for any other byte.
  fileprivate var hexadecimal: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46, 0x61...0x66: (self | 0x20) - 0x57
    default: nil
    }
  }

  fileprivate static let hexadecimalDigits = Array("0123456789ABCDEF".utf8)
  private static let reserved = Set(":/?#[]@!$&'()*+,;=%".utf8)

  fileprivate var isUnreserved: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: self == 0x2D || self == 0x2E || self == 0x5F || self == 0x7E
    }
  }

  fileprivate var isReserved: Bool { Self.reserved.contains(self) }
}

extension Node {
  /// A URL with expressions, all of whose names are known.
  func urlTemplate(_ scope: Scope, of given: String? = nil) -> URLTemplate? {
    guard let text = given ?? value.string else {
      return mistyped("a URL", "such as \"/users/{id}\"")
    }
    guard let pieces = pieces(of: text) else { return nil }
    var parts: [URLTemplate.Part] = []
    for piece in pieces {
      switch piece {
      case .literal(let text): parts.append(.literal(literal(text)))
      case .expression(let text):
        guard let part = expression(text, scope) else { return nil }
        parts.append(part)
      }
    }
    return URLTemplate(parts: parts)
  }

  private func literal(_ text: String) -> String {
    if text.contains(where: { $0.isWhitespace || "{}<>\"\\^`|".contains($0) }) {
      complain("has a blank or a sign that URLs do not have", "percent-encode it")
    }
    return text.percentEncoded(keepingReserved: true)
  }

  private func expression(_ text: String, _ scope: Scope) -> URLTemplate.Part? {
    let kind = text.first.flatMap { $0 == "_" ? nil : URLTemplate.Operator(rawValue: $0) }
    let list = kind == nil ? Substring(text) : text.dropFirst()
    var variables: [URLTemplate.Variable] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let variable = variable(String(part), scope) else { return nil }
      if kind?.allowsReserved == true { checkTrust(in: variable.use) }
      variables.append(variable)
    }
    return .expression(kind ?? .simple, variables)
  }

  /// What a person or a vendor supplied must not bring along its own slashes and question marks.
  private func checkTrust(in use: NameUse) {
    switch use.reference {
    case .setting, .element, .token: break
    default:
      complain(
        "puts {\(use.name)} into the URL without encoding it",
        "write {\(use.name)}; only settings may stand behind \"+\" or \"#\"")
    }
  }

  private func variable(_ text: String, _ scope: Scope) -> URLTemplate.Variable? {
    // A name of `with` may hold signs that mean something else elsewhere: `id:in`, `page[size]`.
    if scope.names[text] != nil {
      return use(of: text, scope).map { .init(use: $0, isExploded: false, prefix: nil) }
    }
    let isExploded = text.last == "*"
    let bare = isExploded ? String(text.dropLast()) : text
    if let colon = bare.lastIndex(of: ":"), let prefix = Int(bare[bare.index(after: colon)...]) {
      return use(of: String(bare[..<colon]), scope)
        .map { .init(use: $0, isExploded: false, prefix: prefix) }
    }
    return use(of: bare, scope).map { .init(use: $0, isExploded: isExploded, prefix: nil) }
  }
}
