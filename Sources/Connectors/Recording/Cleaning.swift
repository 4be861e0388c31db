import Documents
import HTTPTypes

/// How answers are written down.
struct Cleaning {
  /// Whether long lists are cut; paging by whole pages needs every row.
  var cutsLists = true
  /// A value that is left as it came, to find out whether its replacement breaks the replay.
  var spared: JSONPointer?

  /// An answer with everything replaced that the manifest does not say.
  func cleaned(
    _ response: HTTPResponse, _ manifest: Manifest, _ names: inout Pseudonyms
  ) -> HTTPResponse {
    var clean = HTTPResponse(response.status)
    clean.fields = fields(response.fields, manifest, &names)
    guard !response.body.isEmpty else { return clean }
    if let body = try? JSON(reading: response.body) {
      clean.body = cleaned(body, JSONPointer(), &names).encoded()
    } else {
      let text = String(decoding: response.body.prefix(65_536), as: UTF8.self)
      clean.body = Array((names.masked(text) ?? "This is no JSON.").utf8)
    }
    return clean
  }

  private func cleaned(
    _ value: JSON, _ place: JSONPointer, _ names: inout Pseudonyms
  ) -> JSON {
    if let spared, spared == place { return value }
    switch value {
    case .string(let text): return .string(names.name(for: text))
    case .number(let text): return .number(names.number(for: text))
    case .array(let elements):
      var clean: [JSON] = []
      let kept = cutsLists ? kept(elements, names) : Array(elements.indices)
      for position in kept {
        clean.append(cleaned(elements[position], place.appending(position), &names))
      }
      return .array(clean)
    case .object(let members):
      var clean: [JSON.Member] = []
      let isTable = value.isTable
      for member in members {
        let isField = !isTable || names.words.fields.contains(member.name)
        let name = isField ? names.field(member.name) : names.name(for: member.name)
        guard !clean.contains(where: { $0.name == name }) else { continue }
        clean.append(.init(name, cleaned(member.value, place.appending(member.name), &names)))
      }
      return .object(clean)
    case .bool, .null: return value
    }
  }

  /// Which elements of a list stay: those about the person, and at least two.
  private func kept(_ elements: [JSON], _ names: Pseudonyms) -> [Int] {
    guard elements.count > 2 else { return Array(elements.indices) }
    var kept = elements.indices.filter { elements[$0].mentions(names) }
    for position in [0, elements.count - 1, 1] where kept.count < 2 && !kept.contains(position) {
      kept.append(position)
    }
    return kept.sorted()
  }

  /// The header fields that a replay reads.
  private func fields(
    _ fields: HTTPFields, _ manifest: Manifest, _ names: inout Pseudonyms
  ) -> HTTPFields {
    var clean = HTTPFields()
    if let type = fields["Content-Type"]?.split(separator: ";").first, type.isMediaType {
      clean["Content-Type"] = String(type)
    }
    if let hint = fields["Retry-After"] { clean["Retry-After"] = hint.isCount ? hint : "60" }
    if let wait = manifest.limits.wait, let hint = fields[wait.header] {
      clean[wait.header] = wait.kind.example(hint)
    }
    for case .link(let relation)? in manifest.steps.map(\.find?.page) {
      if let url = fields.link(relation) {
        clean["Link"] = "<\(names.name(for: url))>; rel=\"\(relation)\""
      }
    }
    return clean
  }
}

extension JSON {
  /// Whether the members of an object are named for what they hold, as rows of a table: all are
  /// objects with the same members.
  fileprivate var isTable: Bool {
    guard let members, members.count > 1 else { return false }
    let shapes = Set(members.map { $0.value.members?.map(\.name).sorted() ?? [] })
    return shapes.count == 1 && shapes != [[]]
  }

  /// Whether one of the person's texts stands somewhere in it.
  fileprivate func mentions(_ names: Pseudonyms) -> Bool {
    switch self {
    case .string(let text), .number(let text): names.isPersonal(text)
    case .array(let elements): elements.contains { $0.mentions(names) }
    case .object(let members):
      members.contains { names.isPersonal($0.name) || $0.value.mentions(names) }
    case .bool, .null: false
    }
  }

  /// The places of everything in it that is neither a list nor an object.
  func leaves(_ place: JSONPointer = JSONPointer()) -> [JSONPointer] {
    switch self {
    case .array(let elements):
      elements.enumerated().flatMap { $0.element.leaves(place.appending($0.offset)) }
    case .object(let members): members.flatMap { $0.value.leaves(place.appending($0.name)) }
    case .string, .number: [place]
    case .bool, .null: []
    }
  }

  /// Every text in it, the names of members apart.
  func texts(_ visit: (String) -> Void, names: (String) -> Void = { _ in }) {
    switch self {
    case .string(let text), .number(let text): visit(text)
    case .array(let elements): for element in elements { element.texts(visit, names: names) }
    case .object(let members):
      for member in members {
        names(member.name)
        member.value.texts(visit, names: names)
      }
    case .bool, .null: break
    }
  }
}

extension Limits.WaitKind {
  /// A wait of a minute at the time of a replay, where the vendor's own says when it was recorded.
  fileprivate func example(_ hint: String) -> String? {
    switch self {
    case .seconds, .millis: hint.isCount ? hint : nil
    case .epoch: "1795248060"
    case .date: "Sat, 21 Nov 2026 08:01:00 GMT"
    }
  }
}

extension StringProtocol {
  fileprivate var isCount: Bool {
    (1...9).contains(utf8.count) && utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  fileprivate var isMediaType: Bool {
    utf8.count < 80 && filter { $0 == "/" }.count == 1
      && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/+.-".contains($0)) }
  }
}
