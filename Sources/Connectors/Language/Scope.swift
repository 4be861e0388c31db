/// The names known at one place of a manifest.
struct Scope {
  private(set) var names: [String: Reference] = [:]
  /// The `let`s of the manifest: each is known only where everything it uses is known.
  var lets: [Let?] = []

  mutating func add(_ name: String, _ reference: Reference) { names[name] = reference }

  mutating func add(_ builtins: [Builtin]) {
    for builtin in builtins { names[builtin.rawValue] = .builtin(builtin) }
  }

  func adding(_ builtins: [Builtin]) -> Scope {
    var scope = self
    scope.add(builtins)
    return scope
  }

  func removing(_ builtins: [Builtin]) -> Scope {
    var scope = self
    for builtin in builtins where scope.names[builtin.rawValue] == .builtin(builtin) {
      scope.names[builtin.rawValue] = nil
    }
    return scope
  }

  /// Finds what a name stands for; complains and gives nothing when it is not known here.
  func resolve(_ name: String, at node: Node) -> Reference? {
    guard let reference = names[name] else {
      let known = names.keys.sorted()
      let near = name.nearest(among: known).map { "did you mean {\($0)}? The" } ?? "the"
      node.complain("uses {\(name)}", "\(near) names known here are \(known.listed)")
      return nil
    }
    if let missing = missing(for: reference) {
      node.complain(
        "uses {\(name)}, which needs {\(missing)}",
        "{\(missing)} is not known here; use {\(name)} elsewhere or write it without")
    }
    return reference
  }

  private func missing(for reference: Reference) -> String? {
    guard case .local(let position) = reference, let local = lets[position] else { return nil }
    let known = Set(names.values)
    return local.uses.filter { !known.contains($0.value) }.map(\.key).min()
  }

  func isPerMember(_ reference: Reference, with: [WithValue]) -> Bool {
    switch reference {
    case .builtin(let builtin): builtin.isPerMember
    case .taken: true
    case .local(let position): lets[position]?.isPerMember ?? false
    case .with(let position): with[position].isPerMember
    case .setting, .element, .token: false
    }
  }
}
