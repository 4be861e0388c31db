import Documents
import HTTPTypes
import Hub
import PurgeCore

extension Command {
  static let addHold = Command(
    shape: CommandShape(
      words: ["holds", "add"],
      summary: "Place a legal hold: nobody with one of these names is purged until it ends.",
      flags: SelectionFlags.names + [
        .init(name: "--reason", value: "TEXT", help: "why; kept for the auditor, name nobody"),
        .init(name: "--case", value: "TEXT", help: "the case's reference"),
        .init(name: "--until", value: "DAY", help: "the last day, such as 2027-03-31, in UTC"),
      ],
      example: "purgehub holds add --email ada@example.com --reason litigation --case 4711")
  ) { session async throws(CommandFailure) in
    var options: [JSON.Member] = [.init("reason", .string(try session.required("--reason")))]
    for (flag, name) in [("--case", "case"), ("--until", "until")] {
      if let value = session.arguments.value(flag) { options.append(.init(name, .string(value))) }
    }
    let hold = try await session.ask(
      SelectionFlags.request("/v1/holds", session, options: options))
    session.wantsJSON ? session.print(json: hold) : session.showNewHold(hold)
    return hold["tooLate"]?.array?.isEmpty == false ? .attention : .done
  }

  static let listHolds = Command(
    shape: CommandShape(
      words: ["holds", "list"], summary: "List the legal holds that hold, newest first.",
      flags: [
        .init(name: "--all", value: nil, help: "also those that ended"),
        .init(name: "--after", value: "ID", help: "continue a list after this hold"),
        .init(name: "--limit", value: "N", help: "how many, 1 to 200; default 50"),
      ],
      example: "purgehub holds list --all")
  ) { session async throws(CommandFailure) in
    let page = try await session.ask(
      .get, "/v1/holds" + session.query("--all", "--after", "--limit"))
    session.wantsJSON ? session.print(json: page) : session.showHolds(page)
    return .done
  }

  static let showHold = Command(
    shape: CommandShape(
      words: ["holds", "show"], operands: ["ID"],
      summary: "Show one legal hold and the requests that it keeps from going on.",
      example: "purgehub holds show HLD-7K3F-9QWD-2M5T-8")
  ) { session async throws(CommandFailure) in
    let hold = try await session.ask(.get, session.holdPath)
    session.wantsJSON ? session.print(json: hold) : session.showHold(hold)
    return .done
  }

  static let releaseHold = Command(
    shape: CommandShape(
      words: ["holds", "release"], operands: ["ID"],
      summary: "End a legal hold; what it kept back goes on with the rest of its waiting period.",
      flags: [
        .init(name: "--reason", value: "TEXT", help: "why; kept for the auditor, name nobody")
      ],
      example: "purgehub holds release HLD-7K3F-9QWD-2M5T-8 --reason \"case closed\"")
  ) { session async throws(CommandFailure) in
    let body: JSON = ["reason": .string(try session.required("--reason"))]
    let hold = try await session.ask(.post, session.holdPath + "/release", body)
    session.wantsJSON ? session.print(json: hold) : session.showHold(hold)
    return .done
  }
}

extension Session {
  fileprivate var holdPath: String { "/v1/holds/" + escaped(arguments.operands[0]) }

  fileprivate func showNewHold(_ hold: JSON) {
    showHold(hold)
    for id in hold["tooLate"]?.array ?? [] {
      console.say(
        "Too late for \(id.string ?? ""): it purges, or has purged, somebody named here.")
    }
  }

  fileprivate func showHold(_ hold: JSON) {
    let id = hold["id"]?.string ?? ""
    console.say(console.bold("\(id)  \(hold["sentence"]?.string ?? "")"))
    console.say(
      "Placed by \(text(hold, "placedBy")) on \(text(hold, "placedAt").prefix(10))"
        + ": \(text(hold, "reason"))\(hold["case"]?.string.map { ", case \($0)" } ?? "")")
    for request in hold["heldBack"]?.array ?? [] {
      console.say("Keeps \(request.string ?? "") from going on.")
    }
    for request in hold["resumed"]?.array ?? [] {
      console.say("\(request.string ?? "") goes on, with the rest of its waiting period.")
    }
  }

  private func text(_ json: JSON, _ name: String) -> String { json[name]?.string ?? "" }

  fileprivate func showHolds(_ page: JSON) {
    let holds = page["holds"]?.array ?? []
    guard !holds.isEmpty else { return console.say("There are no legal holds.") }
    var table = Table(headings: ["HOLD", "NAMES", "PLACED", "BY", "ENDS", "CASE", "REASON"])
    table.rows = holds.map { hold in
      [
        text(hold, "id"), String(hold["names"]?.integer ?? 0),
        String(text(hold, "placedAt").prefix(10)), text(hold, "placedBy"), end(of: hold),
        hold["case"]?.string ?? "-", text(hold, "reason"),
      ]
    }
    table.lines().forEach { console.say($0) }
    if let next = page["next"]?.string {
      console.say("More: purgehub holds list --after \(next)")
    }
  }

  private func end(of hold: JSON) -> String {
    if let ended = hold["endedAt"]?.string { return "ended " + ended.prefix(10) }
    return hold["endsAt"]?.string.map { String($0.prefix(10)) } ?? "when released"
  }
}
