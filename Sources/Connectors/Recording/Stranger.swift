public import PurgeCore

extension Subject {
  private static let names = ["kim", "lee", "noa", "sam", "alex", "robin", "toni", "mika"]

  /// Somebody who does not exist, with names of the same kinds and shapes, in the same order.
  public var stranger: Subject { stranger(seed: 0) }

  func stranger(seed: Int) -> Subject {
    var inventor = Inventor(seed: seed)
    var others = Set(identities.map { $0.value.lowercased() })
    return Subject(
      identities.enumerated().map { position, identity in
        var value = Self.invented(identity, position, &inventor)
        for name in Self.names where others.contains(value.lowercased()) {
          value = identity.kind == .email ? name + "@example.com" : inventor.text(like: value)
        }
        others.insert(value.lowercased())
        return Identity(
          identity.kind, value, label: identity.label.map { inventor.text(like: $0) },
          prioritization: identity.prioritization)
      })
  }

  private static func invented(
    _ identity: Identity, _ position: Int, _ inventor: inout Inventor
  ) -> String {
    switch identity.kind {
    case .email:
      let isFolded = identity.value == identity.value.lowercased()
      return isFolded ? "kim@example.com" : "Kim@Example.com"
    case .phone: return (identity.value.hasPrefix("+") ? "+" : "") + "120255501" + digits(position)
    default: return inventor.text(like: identity.value)
    }
  }

  private static func digits(_ position: Int) -> String {
    position < 10 ? "0\(position)" : "\(position % 100)"
  }
}
