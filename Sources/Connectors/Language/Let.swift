import Crypto
import Documents

/// A derived value: a source and what is done to it, one step after the other.
struct Let: Sendable {
  /// What flows through the steps.
  enum Kind: Sendable {
    case text, bytes, json
  }

  enum Function: Sendable {
    case trim, lower, upper, digits
    case md5, sha1, sha256, hex, base64, base64url, unbase64, json
    case strip(String)
    case quote(String)
    case hmacSHA256(TextTemplate)
    /// A signature by a private key in PEM.
    case rs256(TextTemplate)
    case plus(Int)
  }

  let name: String
  let source: JSONTemplate
  let functions: [Function]
  let yields: Kind
  /// The names of other than `let`s it needs, through other `let`s too.
  let uses: [String: Reference]
  let isPerMember: Bool
}

/// What a `let` holds while it is made.
enum Piece {
  case text(String)
  case bytes([UInt8])
  case json(JSON)

  /// The value a template can use; nothing for bytes, which the loader keeps out of templates.
  var value: JSON? {
    switch self {
    case .text(let text): .string(text)
    case .json(let json): json
    case .bytes: nil
    }
  }

  var bytes: [UInt8] {
    switch self {
    case .text(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    case .json(let json): json.encoded()
    }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Let {
  func piece(_ frame: Frame) throws(Unbound) -> Piece {
    guard let piece = try pieceIfAny(frame) else { throw Unbound(name: name) }
    return piece
  }

  /// The same; nothing when the source is only a `{name?}` that is absent.
  func pieceIfAny(_ frame: Frame) throws(Unbound) -> Piece? {
    guard let value = try source.render(frame) else { return nil }
    var piece = value.string.map(Piece.text) ?? .json(value)
    for function in functions {
      guard let next = try function.apply(to: piece, frame) else { throw Unbound(name: name) }
      piece = next
    }
    return piece
  }
}

extension Let.Function {
  /// The result; nothing when the input is not fit for it.
  fileprivate func apply(
    to piece: Piece, _ frame: Frame
  ) throws(Unbound) -> Piece? {
    switch self {
    case .trim: .text(piece.text.trimmed)
    case .lower: .text(piece.text.lowercased())
    case .upper: .text(piece.text.uppercased())
    case .digits: .text(piece.text.filter { $0.isASCII && $0.isNumber })
    case .hex: .text(piece.bytes.hex)
    case .base64: .text(piece.bytes.base64)
    case .base64url: .text(piece.bytes.base64url)
    case .unbase64: [UInt8](base64: piece.text).map(Piece.bytes)
    case .json: .text(piece.text)
    case .strip(let prefix): .text(piece.text.stripping(prefix))
    case .quote(let mark): .text(piece.text.quoted(with: mark))
    case .md5, .sha1, .sha256: digest(of: piece.bytes).map(Piece.bytes)
    case .hmacSHA256(let key):
      (try? MessageCode.hmacSHA256(of: piece.bytes, key: try frame.bytes(of: key)))
        .map(Piece.bytes)
    case .rs256(let key): Self.signature(of: piece.bytes, by: try frame.bytes(of: key))
    case .plus(let number): piece.text.plus(number).map { .json(.number($0)) }
    }
  }

  private static func signature(of bytes: [UInt8], by pem: [UInt8]) -> Piece? {
    do {
      let key = try PrivateKey(pem: pem)
      return .bytes(try key.rs256(bytes))
    } catch {
      return nil
    }
  }

  private func digest(of bytes: [UInt8]) -> [UInt8]? {
    switch self {
    case .md5: try? Digest.md5(bytes)
    case .sha1: try? Digest.sha1(bytes)
    default: try? Digest.sha256(bytes)
    }
  }

  /// What comes out when that goes in; nothing when it cannot go in.
  fileprivate func yield(from kind: Let.Kind) -> Let.Kind? {
    switch self {
    case .trim, .lower, .upper, .digits, .strip, .quote, .unbase64:
      guard kind == .text else { return nil }
      if case .unbase64 = self { return .bytes }
      return .text
    case .json: return kind == .json ? .text : nil
    case .plus: return kind == .text ? .json : nil
    case .hex, .base64, .base64url: return kind == .json ? nil : .text
    case .md5, .sha1, .sha256, .hmacSHA256, .rs256: return kind == .json ? nil : .bytes
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    let rest = drop { $0.isWhitespace }
    let end = rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:)) ?? rest.startIndex
    return String(rest[..<end])
  }

  /// The sum as text; nothing where this is no whole number, or the sum is none.
  fileprivate func plus(_ number: Int) -> String? {
    guard let (sum, isTooLarge) = Int(self)?.addingReportingOverflow(number), !isTooLarge else {
      return nil
    }
    return String(sum)
  }

  fileprivate func stripping(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }

  /// Puts a backslash before each backslash and each of the marks.
  fileprivate func quoted(with mark: String) -> String {
    reduce(into: "") { text, character in
      if character == "\\" || mark.contains(character) { text.append("\\") }
      text.append(character)
    }
  }
}

extension Node {
  private static let plainFunctions: [String: Let.Function] = [
    "trim": .trim, "lower": .lower, "upper": .upper, "digits": .digits, "md5": .md5,
    "sha1": .sha1, "sha256": .sha256, "hex": .hex, "base64": .base64, "base64url": .base64url,
    "unbase64": .unbase64, "json": .json,
  ]

  /// A `let`; the scope's `lets` hold those it may use.
  func local(_ name: String, _ scope: Scope) -> Let? {
    guard let elements = elements() else { return nil }
    guard let first = elements.first else {
      complain("says nothing", "write [\"{id}\", \"lower\", \"md5\", \"hex\"], for instance")
      return nil
    }
    guard let source = first.jsonTemplate(scope) else { return nil }
    var kind: Let.Kind = first.value.string == nil ? .json : .text
    var functions: [Let.Function] = []
    for element in elements.dropFirst() {
      guard let function = element.function(scope) else { return nil }
      guard let next = function.yield(from: kind) else {
        element.complain(
          "cannot follow here",
          "text takes \"lower\" and the like, bytes take \"hex\" or \"base64\", JSON takes \"json\""
        )
        return nil
      }
      functions.append(function)
      kind = next
    }
    return Let(name, source, functions, yields: kind, scope)
  }

  private func function(_ scope: Scope) -> Let.Function? {
    if let name = value.string {
      if let function = Self.plainFunctions[name] { return function }
      let names = Self.plainFunctions.keys.sorted()
      let near = name.nearest(among: names).map { "did you mean \"\($0)\"? They are" }
      complain(
        "is no function",
        "\(near ?? "the functions are") \(names.listed), strip, quote, plus, hmac-sha256, rs256")
      return nil
    }
    guard let elements = elements(), elements.count == 2, let name = elements[0].text() else {
      complain("is no function", "write \"hex\" or [\"strip\", \"…\"]")
      return nil
    }
    switch name {
    case "strip": return elements[1].text().map(Let.Function.strip)
    case "quote": return elements[1].text().map(Let.Function.quote)
    case "hmac-sha256": return elements[1].key(scope).map(Let.Function.hmacSHA256)
    case "rs256": return elements[1].key(scope).map(Let.Function.rs256)
    case "plus": return elements[1].count().map(Let.Function.plus)
    default:
      elements[0].complain(
        "is no function with an argument", "those are strip, quote, plus, hmac-sha256 and rs256")
      return nil
    }
  }

  /// A key may be bytes, which a text template refuses elsewhere.
  private func key(_ scope: Scope) -> TextTemplate? {
    guard let text = text(), let pieces = pieces(of: text) else { return nil }
    if pieces.count == 1, case .expression(let name) = pieces[0],
      let reference = scope.resolve(name, at: self)
    {
      let use = NameUse(name: name, reference: reference, isOptional: false)
      return TextTemplate(parts: [.name(use)])
    }
    return template(of: text, scope)
  }
}

extension Let {
  fileprivate init(
    _ name: String, _ source: JSONTemplate, _ functions: [Function], yields: Kind, _ scope: Scope
  ) {
    self.name = name
    self.source = source
    self.functions = functions
    self.yields = yields
    var uses: [String: Reference] = [:]
    var isPerMember = source.isMadePerPerson
    let keys = functions.flatMap { function -> [NameUse] in
      switch function {
      case .hmacSHA256(let key), .rs256(let key): key.uses
      default: []
      }
    }
    for use in source.uses + keys {
      isPerMember = isPerMember || scope.isPerMember(use.reference, with: [])
      if case .local(let position) = use.reference {
        uses.merge(scope.lets[position]?.uses ?? [:]) { first, _ in first }
      } else {
        uses[use.name] = use.reference
      }
    }
    self.uses = uses
    self.isPerMember = isPerMember
  }
}
