/// The names every manifest may use.
enum Builtin: String, CaseIterable, Sendable {
  case id, kind, label, prioritization, identity
  case person, request, requestedAt, uuid, uuid4, now, today, epoch, nonce
  case body, job, cursor

  /// Whether each person of a batch has their own.
  var isPerMember: Bool {
    switch self {
    case .id, .label, .prioritization, .identity, .person: true
    default: false
    }
  }

  /// The names that speak of one identity.
  static let ofIdentity: [Builtin] = [.id, .kind, .label, .prioritization, .identity]
  /// The names that are known wherever a request is made.
  static let ofCall: [Builtin] = [.person, .request, .requestedAt, .uuid, .uuid4] + ofMoment
  /// The names that need nothing but the time.
  static let ofMoment: [Builtin] = [.now, .today, .epoch, .nonce]
}

/// What a name in a template stands for, found once while loading.
enum Reference: Hashable, Sendable {
  case builtin(Builtin)
  /// A setting, by its position in the schema.
  case setting(Int)
  /// The element of a setting that `for` goes through, by its position there.
  case element(Int)
  /// A `let`, by its position.
  case local(Int)
  /// A `with` of the step at hand, by its position.
  case with(Int)
  /// What a `find` took from a row, by the manifest's own numbering.
  case taken(Int)
  /// What the token's answer brought, by position.
  case token(Int)
}

/// A name as it is used in a template.
struct NameUse: Sendable {
  let name: String
  let reference: Reference
  /// Whether `{name?}` was written: when it is absent, what holds it is dropped.
  let isOptional: Bool
}

/// Why nothing can be sent: a name that has no value, or an empty or unfit one.
struct Unbound: Error {
  let name: String
}
