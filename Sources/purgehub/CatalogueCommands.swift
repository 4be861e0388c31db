import Documents
import Hub

extension Command {
  static let testConnectors = Command(
    shape: CommandShape(
      words: ["connectors", "test"], operands: ["[KIND]"],
      summary: "Replay the recorded exchanges of one folder under Connectors, or of all.",
      example: "purgehub connectors test braze"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let catalogue = Catalogue(try HouseDoor.settings(session.arguments))
    let names = try session.kinds(in: catalogue)
    let reviews = names.map(catalogue.review)
    session.wantsJSON ? session.print(json: reviews.json) : session.show(reviews)
    return reviews.allSatisfy(\.problems.isEmpty) ? .done : .badInput
  }
}

extension Session {
  /// The kind of vendor that is named, or all of them.
  fileprivate func kinds(in catalogue: Catalogue) throws(CommandFailure) -> [String] {
    let known = catalogue.names
    guard let name = arguments.operands.first else { return known }
    guard known.contains(name) else {
      let unknown = UsageError.unknown(name, among: known, what: "kind of vendor")
      throw CommandFailure(
        exit: .noInput, problem: unknown.problem, remedy: unknown.remedy + ".")
    }
    return [name]
  }

  fileprivate func show(_ reviews: [ConnectorReview]) {
    for review in reviews {
      let ending = review.problems.isEmpty ? "as recorded" : "not as recorded"
      console.say("\(review.name): \(review.cases) cases, \(ending)")
      for problem in review.problems { console.say("  \(problem)") }
    }
  }
}

extension [ConnectorReview] {
  fileprivate var json: JSON {
    let list = map { review -> JSON in
      [
        "name": .string(review.name), "cases": JSON(review.cases),
        "problems": .array(review.problems.map { .string($0) }),
      ]
    }
    return ["connectors": .array(list), "isClean": JSON(allSatisfy(\.problems.isEmpty))]
  }
}
