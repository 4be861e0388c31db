import Documents

/// A JSON value with names in its texts.
indirect enum JSONTemplate: Sendable {
  case constant(JSON)
  case text(TextTemplate)
  case list([JSONTemplate])
  case object([Member])
  case each(Each)

  struct Member: Sendable {
    let name: TextTemplate
    let value: JSONTemplate
  }

  /// `{ $each: "people", $do: …, $key: … }`.
  struct Each: Sendable {
    enum Source: String, CaseIterable, Sendable {
      case people, identities
    }
    let source: Source
    let element: JSONTemplate
    let key: TextTemplate?
  }

  var uses: [NameUse] {
    switch self {
    case .constant: []
    case .text(let text): text.uses
    case .list(let elements): elements.flatMap(\.uses)
    case .object(let members): members.flatMap { $0.name.uses + $0.value.uses }
    case .each(let each): each.element.uses + (each.key?.uses ?? [])
    }
  }

  /// Whether a part is made once for each person.
  var isMadePerPerson: Bool {
    switch self {
    case .constant, .text: false
    case .list(let elements): elements.contains(where: \.isMadePerPerson)
    case .object(let members): members.contains(where: \.value.isMadePerPerson)
    case .each(let each): each.source == .people || each.element.isMadePerPerson
    }
  }
}

extension JSONTemplate {
  /// The value; nothing when it is only a `{name?}` that is absent.
  func render(_ frame: Frame) throws(Unbound) -> JSON? {
    switch self {
    case .constant(let value): return value
    case .text(let text): return try frame.value(of: text)
    case .list(let elements):
      var values: [JSON] = []
      for element in elements {
        if let value = try element.render(frame) { values.append(value) }
      }
      return .array(values)
    case .object(let members): return .object(try Self.render(members, frame))
    case .each(let each): return try each.render(frame)
    }
  }

  private static func render(
    _ members: [Member], _ frame: Frame
  ) throws(Unbound) -> [JSON.Member] {
    var rendered: [JSON.Member] = []
    rendered.reserveCapacity(members.count)
    for member in members {
      guard let value = try member.value.render(frame) else { continue }
      rendered.append(.init(try frame.text(of: member.name), value))
    }
    return rendered
  }
}

extension JSONTemplate.Each {
  func render(_ frame: Frame) throws(Unbound) -> JSON {
    var values: [JSON] = []
    var members: [JSON.Member] = []
    for narrowed in source == .people ? frame.eachMember() : frame.eachIdentity() {
      guard let value = try element.render(narrowed) else { continue }
      if let key {
        members.append(.init(try narrowed.text(of: key), value))
      } else {
        values.append(value)
      }
    }
    return key == nil ? .array(values) : .object(members)
  }
}

extension Node {
  /// A JSON value with names, all of them known.
  func jsonTemplate(_ scope: Scope) -> JSONTemplate? {
    switch value {
    case .string(let text): return jsonText(text, scope)
    case .array:
      guard let elements = elements() else { return nil }
      let templates = elements.compactMap { $0.jsonTemplate(scope) }
      return templates.count == elements.count ? .list(templates).folded : nil
    case .object(let members):
      return members.contains { $0.name.hasPrefix("$") } ? each(scope) : object(scope)
    default: return .constant(value)
    }
  }

  private func jsonText(_ text: String, _ scope: Scope) -> JSONTemplate? {
    guard let template = template(of: text, scope) else { return nil }
    return template.constant.map { .constant(.string($0)) } ?? .text(template)
  }

  private func object(_ scope: Scope) -> JSONTemplate? {
    guard let members = members() else { return nil }
    let templates = members.compactMap { name, node -> JSONTemplate.Member? in
      guard let name = node.template(of: name, scope), let value = node.jsonTemplate(scope)
      else { return nil }
      return .init(name: name, value: value)
    }
    return templates.count == members.count ? .object(templates).folded : nil
  }

  private func each(_ scope: Scope) -> JSONTemplate? {
    guard words(["$each", "$do", "$key"]) else { return nil }
    let source = required("$each", "$each: \"people\" or \"identities\"")?
      .choice(JSONTemplate.Each.Source.self)
    let inner = source == .identities ? scope.adding(Builtin.ofIdentity) : scope
    let element = required("$do", "$do: what is made of each")?.jsonTemplate(inner)
    let key = self["$key"]?.template(inner)
    guard let source, let element else { return nil }
    return .each(.init(source: source, element: element, key: key))
  }
}

extension JSONTemplate {
  /// One constant where nothing in it has a name: rendered by copying.
  fileprivate var folded: JSONTemplate {
    switch self {
    case .list(let elements):
      let values = elements.compactMap(\.plain)
      return values.count == elements.count ? .constant(.array(values)) : self
    case .object(let members):
      let plain = members.compactMap { member in
        member.name.constant.flatMap { name in
          member.value.plain.map { JSON.Member(name, $0) }
        }
      }
      return plain.count == members.count ? .constant(.object(plain)) : self
    default: return self
    }
  }

  private var plain: JSON? { if case .constant(let value) = self { value } else { nil } }
}
