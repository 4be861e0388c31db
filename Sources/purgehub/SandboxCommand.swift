import Documents
import Foundation
import Sandbox

extension Command {
  static let sandbox = Command(
    shape: CommandShape(
      words: ["sandbox"],
      summary: "Be a vendor on this machine, well or badly behaved, to try connectors on.",
      flags: [
        .init(
          name: "--behave", value: "WORDS",
          help: "how to answer; of several words, separated by commas, each request takes the "
            + "next and the last stays"),
        .init(name: "--port", value: "N", help: "the port to listen on; default one that is free"),
        .init(name: "--list", value: nil, help: "show every behaviour and what must hold"),
        .init(
          name: "--write-connector", value: "FOLDER",
          help: "write a connector to it, with manifest, credential and settings of its own"),
      ],
      example: "purgehub sandbox --behave throttles,well --write-connector sandbox"),
    opening: nil
  ) { session async throws(CommandFailure) in
    if session.arguments.has("--list") {
      BehaviourList.show(session)
      return .done
    }
    let stall = try Stall(session)
    Interruption.listen()
    stall.open()
    await Interruption.untilAsked()
    stall.close()
    return .done
  }
}

/// The table of behaviours.
private enum BehaviourList {
  static func show(_ session: Session) {
    guard !session.wantsJSON else {
      return session.print(json: .array(Behaviour.all.map(\.json)))
    }
    session.console.say("Words for --behave; the vendor ...")
    for behaviour in Behaviour.all {
      session.console.say("")
      session.console.say("\(session.console.bold(behaviour.word))  \(behaviour.vendor)")
      session.console.say("  \(behaviour.mustHold)")
    }
  }
}

extension Behaviour {
  fileprivate var json: JSON {
    [
      "word": .string(word), "fault": JSON(row), "vendor": .string(vendor),
      "mustHold": .string(mustHold),
    ]
  }
}

/// A vendor while the command runs, and what is said about it.
private struct Stall {
  private let session: Session
  private let behaviours: [Behaviour]
  private let people: [String]
  private let vendor: HostileVendor
  private let folder: String?

  init(_ session: Session) throws(CommandFailure) {
    self.session = session
    behaviours = try Self.behaviours(session.arguments.value("--behave") ?? "well")
    people = Self.people
    folder = session.arguments.value("--write-connector").map(Self.absolute)
    let port = UInt16(try session.arguments.number("--port", in: 0...65_535) ?? 0)
    let note = Self.note(session)
    do {
      vendor = try HostileVendor(
        BatchVendor(people: people), behaving: behaviours, port: port, watching: note)
    } catch {
      throw CommandFailure(
        exit: .cannotCreate, problem: "Port \(port) of this machine cannot be listened on",
        remedy: "Leave --port out, or name one that is free.")
    }
    if let folder { try connector.write(to: folder) }
  }

  /// Says where the vendor is and what to do with it.
  func open() {
    guard !session.wantsJSON else { return say(json) }
    let words = behaviours.map(\.word).joined(separator: ", then ")
    say("A vendor listens on \(session.console.bold(vendor.url)); it behaves: \(words).")
    for behaviour in behaviours {
      say("  \(behaviour.word)  \(behaviour.vendor)")
      say("    \(behaviour.mustHold)")
    }
    say("It knows \(people.count) invented people, such as \(people.first ?? "nobody").")
    say("")
    say("config/connectors/sandbox.json5 for it:")
    say(connector.text(in: folder))
    say(folder.map(instructions) ?? Self.hint)
  }

  func close() {
    vendor.stop()
    if !session.wantsJSON {
      say("\(people.count - vendor.usual.ledger.remaining) of \(people.count) people are erased.")
    }
  }

  private static let hint = """
    It reads its credential from the variable SANDBOX_TOKEN, which is sandbox here. Run this with
    --write-connector FOLDER for a folder that holds all that is needed.
    """

  private func instructions(_ folder: String) -> String {
    """
    It stands in \(folder) with all it needs, and a database of its own. In another terminal:
      purgehub connectors reload --config \(folder)/sandbox.json5
      purgehub purge --config \(folder)/sandbox.json5 --email \(people.first ?? "ada@example.org")
    """
  }

  private var connector: SandboxConnector {
    SandboxConnector(url: vendor.url, hasTokens: behaviours.contains(where: \.isAboutTokens))
  }

  private var json: JSON {
    [
      "address": .string(vendor.url), "behaviours": .array(behaviours.map(\.json)),
      "connector": .string(connector.text(in: folder)),
      "folder": folder.map(JSON.string) ?? .null,
    ]
  }

  private func say(_ text: String) { session.console.say(text) }

  private func say(_ json: JSON) { say(String(decoding: json.encoded(), as: UTF8.self)) }
}

extension Stall {
  /// Says a line for each request; nobody is named in it.
  private static func note(_ session: Session) -> @Sendable (HostileVendor.Sighting) -> Void {
    let (console, wantsJSON) = (session.console, session.wantsJSON)
    return { seen in
      guard wantsJSON else {
        let status = seen.status.map(String.init) ?? "nothing"
        let behaviour = seen.behaviour.map { "  (\($0))" } ?? ""
        return console.say("\(seen.method) \(seen.path)  \(status)\(behaviour)")
      }
      let json: JSON = [
        "method": .string(seen.method), "path": .string(seen.path),
        "status": seen.status.map { JSON($0) } ?? .null,
        "behaviour": seen.behaviour.map(JSON.string) ?? .null,
      ]
      console.say(String(decoding: json.encoded(), as: UTF8.self))
    }
  }

  private static func behaviours(_ text: String) throws(CommandFailure) -> [Behaviour] {
    var behaviours: [Behaviour] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let word = word.trimmingCharacters(in: .whitespaces)
      guard let behaviour = Behaviour.named(word) else { throw unknown(word) }
      behaviours.append(behaviour)
    }
    if behaviours.count > 1, let alone = behaviours.first(where: \.isExclusive) {
      throw CommandFailure(
        exit: .usage, problem: "\(alone.word) is about the port, and so cannot be one of several",
        remedy: "write --behave \(alone.word)")
    }
    if behaviours.contains(where: \.isAboutTLS), !behaviours.allSatisfy(\.isAboutTLS) {
      throw CommandFailure(
        exit: .usage, problem: "Behaviours about TLS cannot be mixed with others",
        remedy: "leave one sort out")
    }
    return behaviours
  }

  private static func unknown(_ word: String) -> CommandFailure {
    let words = Behaviour.all.map(\.word)
    let error = UsageError.unknown(word, among: words, what: "behaviour")
    let remedy = error.remedy.hasPrefix("did") ? error.remedy : "see purgehub sandbox --list"
    return CommandFailure(exit: .usage, problem: error.problem, remedy: remedy)
  }

  private static var people: [String] {
    let data = FileManager.default.contents(atPath: Installation.root + "/config/demo-people.csv")
    let column = data.flatMap { try? IdentifierColumn(reading: Array($0)) }
    return column?.values ?? []
  }

  private static func absolute(_ folder: String) -> String {
    folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
  }
}

/// The files by which a hub reaches the vendor.
private struct SandboxConnector {
  var url: String
  var hasTokens: Bool

  private var use: String { hasTokens ? "sandbox-token" : "sandbox-batch" }

  /// The connector's file.
  func text(in folder: String?) -> String {
    let token = folder.map { "file: \"\($0)/token\"" } ?? "env: \"SANDBOX_TOKEN\""
    return """
      {
        use: "\(use)",
        selfHosted: true,  // plain http on this machine
        base: "\(url)",
        settings: { token: { \(token) } },
        enabled: true,
      }

      """
  }

  /// Writes the connector, its manifest, its credential and settings; nothing else is touched.
  func write(to folder: String) throws(CommandFailure) {
    do {
      for manifest in SandboxManifest.all where manifest.name == use {
        try write(manifest.text, to: "\(folder)/manifests/\(use)/connector.json5")
      }
      try write("sandbox\n", to: folder + "/token")
      try write(text(in: folder), to: folder + "/connectors/sandbox.json5")
      try write(
        "{ data: \"data\", connectors: \"connectors\", manifests: \"manifests\" }\n",
        to: folder + "/sandbox.json5")
    } catch {
      throw CommandFailure(
        exit: .cannotCreate, problem: "The connector could not be written to \(folder)",
        remedy: "Name a folder that you may write to.")
    }
  }

  private func write(_ text: String, to path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }
}
