import Documents
import Foundation
import HTTPTypes
import Hub
import Sandbox

extension Command {
  static let demo = Command(
    shape: CommandShape(
      words: ["demo"],
      summary: "See a purge go out to three sandbox vendors, and a connector disabled and back.",
      example: "purgehub demo"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let stage = try DemoStage(session.console)
    do throws(CommandFailure) {
      let ending = try await Demo(stage: stage, session: session).play()
      stage.clear()
      return ending
    } catch {
      stage.clear()
      throw error
    }
  }
}

/// The demo's three vendors and its temporary folder with everything a hub needs.
final class DemoStage: Sendable {
  let folder: String
  let people: [String]
  let vendors: [(name: String, vendor: any SandboxVendor)]
  private let servers: [SandboxServer]

  init(_ console: Console) throws(CommandFailure) {
    let sample = Installation.root + "/config/demo-people.csv"
    guard let data = FileManager.default.contents(atPath: sample),
      let column = try? IdentifierColumn(reading: Array(data))
    else {
      throw CommandFailure(
        exit: .noInput, problem: "The sample people are not at \(sample)",
        remedy: "Run the demo in the folder that holds Connectors and config.")
    }
    people = column.values
    vendors = [
      ("batch", BatchVendor(people: people)), ("lookup", LookUpVendor(people: people)),
      ("jobs", JobVendor(people: people)),
    ]
    folder = NSTemporaryDirectory() + "purgehub-demo-\(ProcessInfo.processInfo.processIdentifier)"
    do {
      servers = try vendors.map { try SandboxServer($0.vendor) }
      try writeFiles()
    } catch {
      throw CommandFailure(
        exit: .cannotCreate, problem: "The demo could not lay out its stage: \(error)",
        remedy: "Check that the temporary folder can be written and loopback be listened on.")
    }
  }

  /// The connector file that the story is about.
  var lookUpFile: String { folder + "/connectors/lookup.json5" }

  /// Writes the look-up connector's file with somebody as its owner.
  func writeLookUp(owner: String) throws {
    try write("connectors/lookup.json5", connector("lookup", port: servers[1].port, owner: owner))
  }

  /// Stops the vendors and takes the folder away.
  func clear() {
    servers.forEach { $0.stop() }
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func writeFiles() throws {
    for name in ["manifests", "connectors"] {
      try FileManager.default.createDirectory(
        atPath: folder + "/" + name, withIntermediateDirectories: true)
    }
    try write("token", "sandbox\n")
    for manifest in SandboxManifest.all {
      try FileManager.default.createDirectory(
        atPath: folder + "/manifests/" + manifest.name, withIntermediateDirectories: true)
      try write("manifests/\(manifest.name)/connector.json5", manifest.text)
    }
    let owners = ["batch": "ops@example.org", "lookup": people[0], "jobs": "ops@example.org"]
    for (pair, server) in zip(vendors, servers) {
      let text = connector(pair.name, port: server.port, owner: owners[pair.name] ?? "")
      try write("connectors/\(pair.name).json5", text)
    }
  }

  private func connector(_ name: String, port: Int, owner: String) -> String {
    """
    {
      use: "sandbox-\(name)",
      selfHosted: true,
      settings: {
        url: "http://127.0.0.1:\(port)",
        token: { file: "\(folder)/token" },
        owner: "\(owner)",
      },
      enabled: true,
    }

    """
  }

  private func write(_ name: String, _ text: String) throws {
    try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder + "/" + name)
  }
}

/// The story: a purge, a connector that names one of its people, an edit, and the end.
struct Demo {
  let stage: DemoStage
  let session: Session

  func play() async throws(CommandFailure) -> ExitCode {
    var settings = Settings(root: stage.folder)
    settings.data = stage.folder + "/data"
    settings.connectors = stage.folder + "/connectors"
    settings.manifests = stage.folder + "/manifests"
    let door = try await HouseDoor.open(settings, .reloading)
    do throws(CommandFailure) {
      let ending = try await tell(Session(arguments: session.arguments, door: door))
      await door.close()
      return ending
    } catch {
      await door.close()
      throw error
    }
  }

  private func tell(_ session: Session) async throws(CommandFailure) -> ExitCode {
    say(
      "Three sandbox vendors listen on loopback; each knows \(stage.people.count) invented people.")
    step("The plan: what would happen, and to whom")
    let plan = try await session.ask(request("/v1/plans"))
    PlanView(json: plan, console: session.console).show()

    step("The purge")
    let accepted = try await session.ask(
      request("/v1/requests?consent=true&plan=\(text(plan["plan"]))&phrase=\(phrase(plan))"))
    let path = "/v1/requests/" + text(accepted["id"])
    say("Purge request \(session.console.bold(text(accepted["id"]))) is accepted and on disk.")
    _ = try await session.wait(at: path)

    step("Why lookup is disabled")
    try await show("lookup", session)
    say("Its file names a purged person, so it may not go on until an administrator edits it.")

    step("The edit: somebody else becomes the owner")
    edit()
    let report = try await session.ask(.post, "/v1/connectors/reload", [:])
    session.showReport(report)
    let ending = try await session.wait(at: path)
    show(books: session)
    return ending
  }

  private func edit() {
    say(
      "  owner: \"\(stage.people[0])\"  becomes  owner: \"ops@example.org\"  in \(stage.lookUpFile)"
    )
    do { try stage.writeLookUp(owner: "ops@example.org") } catch {
      say("  the file could not be written: \(error)")
    }
  }

  private func show(_ connector: String, _ session: Session) async throws(CommandFailure) {
    session.showConnector(try await session.ask(.get, "/v1/connectors/" + connector))
  }

  private func show(books session: Session) {
    guard !session.wantsJSON else { return }
    step("The vendors' own books")
    for (name, vendor) in stage.vendors {
      say(
        "  \(name): \(vendor.ledger.remaining) people left, \(vendor.ledger.requests) requests seen"
      )
    }
  }

  private func request(_ path: String) throws(CommandFailure) -> HTTPRequest {
    let csv = "email\n" + stage.people.joined(separator: "\n") + "\n"
    return HTTPRequest(.post, path, fields: ["Content-Type": "text/csv"], body: Array(csv.utf8))
  }

  private func phrase(_ plan: JSON) -> String {
    session.escaped(plan["confirmation"]?["phrase"]?.string ?? "")
  }

  private func text(_ value: JSON?) -> String { value?.string ?? "" }

  private func step(_ title: String) {
    say("")
    say(session.console.bold("== \(title)"))
  }

  private func say(_ text: String) {
    if !session.wantsJSON { session.console.say(text) }
  }
}
