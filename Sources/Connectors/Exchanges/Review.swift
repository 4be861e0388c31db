import Documents

extension Manifest {
  /// What a shipped manifest should tell people and does not, a sentence each.
  ///
  /// All of it is shown before a purge is confirmed, or helps whoever sets the connector up.
  public var gaps: [String] {
    let told: [(word: String, isTold: Bool)] = [
      ("docs", about.docs != nil), ("category", about.category != nil),
      ("consequences", !about.consequences.isEmpty), ("residuals", !about.residuals.isEmpty),
      ("permission", about.permission != nil || isByHand), ("latency", about.latency != nil),
      ("evidence", about.evidence != nil),
    ]
    return told.filter { !$0.isTold }.map { "The manifest does not say \"\($0.word)\"." }
      + schema.properties.filter { $0.explanation == nil }
      .map { "The setting \"\($0.name)\" has no description." }
  }
}

extension Exchanges {
  /// What a folder's cases should show and do not, a sentence each.
  public var gaps: [String] {
    let shown = Set(cases.flatMap(\.shows))
    let lacking = [Shown.absent, .failure, .retry].filter {
      !shown.contains($0) && cannotShow[$0.rawValue] == nil
    }
    let successes: Set<Shown> = [.success, .accepted, .pending]
    let hasSuccess = !shown.isDisjoint(with: successes) || cannotShow["success"] != nil
    return (hasSuccess ? [] : ["No case shows success, and cannotShow does not say why."])
      + lacking.map { "No case shows \($0.rawValue), and cannotShow does not say why." }
  }
}
