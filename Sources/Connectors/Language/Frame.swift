import Documents
import PurgeCore

/// One of a person's identities that the vendor knows, and how the vendor wants it.
struct KnownIdentity: Sendable, Hashable {
  let identity: Identity
  /// The entry of `people` that names its kind.
  let entry: Int
}

/// A person, or a row found for a person, for whom a request is made.
struct Member: Sendable, Hashable {
  /// The person's position in the call.
  let person: Int
  /// The identity it travels under; nil where a request carries all of them.
  let identity: KnownIdentity?
  /// All the identities the vendor knows, where they are not just the one above.
  private let several: [KnownIdentity]?
  /// What was taken from a row, by the manifest's numbering.
  var taken: [JSON?]

  /// A person with one identity, or several.
  init(
    person: Int, identity: KnownIdentity?, identities: [KnownIdentity], taken: [JSON?]
  ) {
    self.person = person
    self.identity = identity
    several = identities
    self.taken = taken
  }

  /// A person with one identity, without a list of it.
  init(person: Int, only identity: KnownIdentity, taken: [JSON?]) {
    self.person = person
    self.identity = identity
    several = nil
    self.taken = taken
  }

  /// All the identities the vendor knows.
  var identities: [KnownIdentity] { several ?? identity.map { [$0] } ?? [] }
}

/// Everything a template may speak of at one moment.
struct Frame: Sendable {
  let program: Program
  let call: CallFacts
  var members: [Member]
  /// Whether a name of each person is a list, as inside a batch.
  var isList: Bool
  var elements: [JSON] = []
  var with: [WithValue] = []
  /// What names a request so that a repeated one is recognised: step, element and the like.
  var place = ""
  var cursor: String?
  var job: String?
  var body: [UInt8]?

  init(_ program: Program, _ call: CallFacts, _ members: [Member], isList: Bool = false) {
    self.program = program
    self.call = call
    self.members = members
    self.isList = isList
  }

  func eachMember() -> [Frame] {
    members.map { narrowed(to: $0) }
  }

  func eachIdentity() -> [Frame] {
    members.flatMap { member in
      member.identities.map { identity in
        narrowed(
          to: Member(
            person: member.person, identity: identity, identities: member.identities,
            taken: member.taken))
      }
    }
  }

  private func narrowed(to member: Member) -> Frame {
    var frame = self
    frame.members = [member]
    frame.isList = false
    return frame
  }
}

/// What a call brings along that templates may name.
struct CallFacts: Sendable {
  /// Nothing outside a call.
  let id: PurgeRequestID?
  let connector: String
  /// The position of the call's first person in the request.
  let first: Int
  /// The last replay of the connector; 0 for none.
  let replay: Int
  let requestedAt: Instant
  let now: Instant
  let nonce: UInt64
  let access: [String: String]

  init(_ call: Call) {
    id = call.key.task.request
    connector = call.key.task.connector.description
    first = call.key.range.lowerBound
    replay = call.replay
    requestedAt = call.requestedAt
    now = call.triedAt
    nonce = call.nonce
    access = call.access?.values ?? [:]
  }

  /// Outside a call: tokens and checks.
  init(connector: String, now: Instant, access: AccessToken?) {
    id = nil
    self.connector = connector
    first = 0
    replay = 0
    requestedAt = now
    self.now = now
    nonce = UInt64(bitPattern: now.milliseconds) &* 0x9E37_79B9_7F4A_7C15
    self.access = access?.values ?? [:]
  }

  var request: String { id?.description ?? "" }
}

extension Frame {
  /// A name's value; nothing when it has none or an empty one.
  func value(of reference: Reference) throws(Unbound) -> JSON? {
    guard isList, isPerMember(reference) else { return try single(reference)?.nonEmpty }
    if reference == .builtin(.id) { return try listOfIDs() }
    var values: [JSON] = []
    values.reserveCapacity(members.count)
    for frame in eachMember() {
      guard let value = try frame.single(reference)?.nonEmpty else { return nil }
      values.append(value)
    }
    return .array(values)
  }

  /// The commonest list of all, made without a frame for each member.
  private func listOfIDs() throws(Unbound) -> JSON {
    var values: [JSON] = []
    values.reserveCapacity(members.count)
    for member in members {
      guard let id = member.identity?.identity.value, !id.isEmpty else {
        throw Unbound(name: Builtin.id.rawValue)
      }
      values.append(.string(id))
    }
    return .array(values)
  }

  private func isPerMember(_ reference: Reference) -> Bool {
    switch reference {
    case .builtin(let builtin): builtin.isPerMember
    case .taken: true
    case .local(let position): program.manifest.lets[position].isPerMember
    case .with(let position): with[position].isPerMember
    case .setting, .element, .token: false
    }
  }

  private func single(_ reference: Reference) throws(Unbound) -> JSON? {
    switch reference {
    case .builtin(let builtin): try self.builtin(builtin)
    case .setting(let position): program.settings[position]
    case .element(let position): elements.indices.contains(position) ? elements[position] : nil
    case .local(let position): try program.manifest.lets[position].pieceIfAny(self)?.value
    case .with(let position): try with[position].template.render(self)
    case .taken(let slot): members.first?.taken[slot]
    case .token(let position):
      call.access[program.manifest.tokenNames[position]].map(JSON.string)
    }
  }

  private func builtin(_ builtin: Builtin) throws(Unbound) -> JSON? {
    switch builtin {
    case .id: known.map { .string($0.identity.value) }
    case .kind: known.map { .string(program.manifest.people[$0.entry].theirs) }
    case .label: known?.identity.label.map(JSON.string)
    case .prioritization:
      known.map { .array($0.identity.prioritization.map { .string($0.rawValue) }) }
    case .identity: try shapedIdentity()
    case .person: members.first.map { .string(UUIDs.person($0, call)) }
    case .uuid: .string(UUIDs.request(self))
    case .uuid4: .string(UUIDs.request(self, version: 4))
    case .request: .string(call.request)
    case .requestedAt: .string(call.requestedAt.rfc3339)
    case .now: .string(call.now.rfc3339)
    case .today: .string(call.now.day)
    case .epoch: .number(String(call.now.milliseconds / 1000))
    case .nonce: .string(String(call.nonce, radix: 16))
    case .body: body.map { .string(String(decoding: $0, as: UTF8.self)) }
    case .job: job.map(JSON.string)
    case .cursor: cursor.map(JSON.string)
    }
  }

  private var known: KnownIdentity? { members.first?.identity }

  private func shapedIdentity() throws(Unbound) -> JSON? {
    guard let known else { return nil }
    guard let shape = program.manifest.people[known.entry].shape else {
      return .string(known.identity.value)
    }
    return try shape.render(self)
  }
}

extension Frame {
  /// The value of a text: its own type when it is a single name; nothing for an absent `{name?}`.
  func value(of template: TextTemplate) throws(Unbound) -> JSON? {
    guard let use = template.sole else { return .string(try text(of: template)) }
    if let value = try value(of: use.reference) { return value }
    guard use.isOptional else { throw Unbound(name: use.name) }
    return nil
  }

  func text(of template: TextTemplate) throws(Unbound) -> String {
    if let constant = template.constant { return constant }
    var text = ""
    for part in template.parts {
      switch part {
      case .literal(let literal): text += literal
      case .name(let use): text += try texts(of: use).joined(separator: ",")
      }
    }
    return text
  }

  /// A name's value as text, or one text for each of several; none for an absent `{name?}`.
  func texts(of use: NameUse) throws(Unbound) -> [String] {
    guard let value = try value(of: use.reference) else {
      guard use.isOptional else { throw Unbound(name: use.name) }
      return []
    }
    let values = value.array ?? [value]
    let texts = values.compactMap(\.plainText)
    guard texts.count == values.count, !texts.contains("") else { throw Unbound(name: use.name) }
    return texts
  }

  /// A key's bytes: those of a single `let` as they are, any text as UTF-8.
  func bytes(of template: TextTemplate) throws(Unbound) -> [UInt8] {
    if let use = template.sole, case .local(let position) = use.reference {
      return try program.manifest.lets[position].piece(self).bytes
    }
    return Array(try text(of: template).utf8)
  }
}

extension JSON {
  /// A string, number or truth value as text; nothing for others.
  var plainText: String? {
    switch self {
    case .string(let text), .number(let text): text
    case .bool(let answer): answer ? "true" : "false"
    case .null, .array, .object: nil
    }
  }

  fileprivate var nonEmpty: JSON? {
    switch self {
    case .string(let text): text.isEmpty ? nil : self
    case .array(let elements): elements.isEmpty ? nil : self
    case .null: nil
    default: self
    }
  }
}
