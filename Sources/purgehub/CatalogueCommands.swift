import Documents
import Foundation
import Hub
import PurgeCore

extension Command {
  static let testConnectors = Command(
    shape: CommandShape(
      words: ["connectors", "test"], operands: ["[KIND]"],
      summary: "Replay the recorded exchanges of one folder under Connectors, or of all.",
      example: "purgehub connectors test braze"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let catalogue = try session.catalogue
    let reviews = try session.kinds(in: catalogue).map(catalogue.review)
    session.wantsJSON ? session.print(json: reviews.json) : session.show(reviews)
    return reviews.allSatisfy(\.problems.isEmpty) ? .done : .badInput
  }
}

extension Command {
  static let catalogue = Command(
    shape: CommandShape(
      words: ["connectors", "catalog"], operands: ["[KIND]"],
      summary: "Show the kinds of vendor there are, or everything about one.",
      example: "purgehub connectors catalog stripe"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let catalogue = try session.catalogue
    let isFull = !session.arguments.operands.isEmpty
    var entries: [JSON] = []
    for name in try session.kinds(in: catalogue) {
      if isFull {
        entries.append(try refusing { () throws(Refusal) in try catalogue.entry(of: name) })
      } else {
        // One that cannot be read hides no other.
        entries.append(
          (try? catalogue.entry(of: name, inFull: false))
            ?? ["name": .string(name), "title": "cannot be read: see connectors test"])
      }
    }
    if session.wantsJSON {
      session.print(json: isFull ? entries[0] : ["kinds": .array(entries)])
    } else {
      isFull ? session.showKind(entries[0]) : session.showKinds(entries)
    }
    return .done
  }

  static let newConnector = Command(
    shape: CommandShape(
      words: ["connectors", "new"], operands: ["NAME"],
      summary: "Write a commented connector file, switched off, for a kind of vendor.",
      flags: [.init(name: "--use", value: "KIND", help: "a folder under Connectors")],
      example: "purgehub connectors new braze-eu --use braze"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let file = try session.writeConnectorFile()
    if session.wantsJSON {
      session.print(json: ["file": .string(file)])
    } else {
      session.console.say("Wrote \(file). Fill in its settings and say enabled: true, then run")
      session.console.say("  purgehub connectors plan")
    }
    return .done
  }

  static let schema = Command(
    shape: CommandShape(
      words: ["schema"], operands: ["[KIND]"],
      summary: "Print the JSON Schema of purgehub.json5, or of a kind's connector files.",
      example: "purgehub schema braze"),
    opening: nil
  ) { session async throws(CommandFailure) in
    guard let kind = session.arguments.operands.first else {
      session.print(json: Settings.schema)
      return .done
    }
    let catalogue = try session.catalogue
    let known = try session.known(kind, in: catalogue)
    session.print(json: try refusing { () throws(Refusal) in try catalogue.schema(of: known) })
    return .done
  }
}

extension Session {
  /// The kinds of vendor that the settings' folder holds.
  var catalogue: Catalogue {
    get throws(CommandFailure) { Catalogue(try HouseDoor.settings(arguments)) }
  }

  /// The kind of vendor that is named, or all of them.
  func kinds(in catalogue: Catalogue) throws(CommandFailure) -> [String] {
    guard let name = arguments.operands.first else { return catalogue.names }
    return [try known(name, in: catalogue)]
  }

  fileprivate func known(
    _ name: String, in catalogue: Catalogue
  ) throws(CommandFailure) -> String {
    let known = catalogue.names
    guard !known.contains(name) else { return name }
    let unknown = UsageError.unknown(name, among: known, what: "kind of vendor")
    throw CommandFailure(exit: .noInput, problem: unknown.problem, remedy: unknown.remedy + ".")
  }

  /// Writes the file of a new connector, never over one that is there.
  fileprivate func writeConnectorFile() throws(CommandFailure) -> String {
    let settings = try HouseDoor.settings(arguments)
    let (name, catalogue) = (arguments.operands[0], Catalogue(settings))
    guard let kind = arguments.value("--use") else {
      throw CommandFailure(
        exit: .usage, problem: "--use is missing",
        remedy: "Name a kind of vendor, such as --use braze; they are the folders under Connectors."
      )
    }
    guard name.isFileName else {
      throw CommandFailure(
        exit: .usage, problem: "A connector's name is letters, digits, dots and dashes",
        remedy: "Write such as braze-eu.")
    }
    let known = try known(kind, in: catalogue)
    let text = try refusing { () throws(Refusal) in
      try catalogue.connectorFile(of: known, named: name)
    }
    let file = settings.connectors + "/\(name).json5"
    // A folder that cannot be made shows in the file that cannot.
    try? FileManager.default.createDirectory(
      atPath: settings.connectors, withIntermediateDirectories: true)
    try create(
      file, Array(text.utf8), whenTaken: "Edit that one, or choose another name.")
    return file
  }

  fileprivate func show(_ reviews: [ConnectorReview]) {
    for review in reviews {
      let count = review.problems.count
      let ending =
        count == 0 ? "as recorded" : "\(count) \(count == 1 ? "thing" : "things") to mend"
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

extension String {
  /// Whether it can be a connector's name and its file's.
  fileprivate var isFileName: Bool {
    !isEmpty && !hasPrefix(".") && !hasPrefix("-")
      && utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
          UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
