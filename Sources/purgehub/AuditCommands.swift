import Documents
import HTTPTypes
import Hub

extension Command {
  static let listAudit = Command(
    shape: CommandShape(
      words: ["audit", "list"], summary: "List who did what, oldest first.",
      flags: [
        .init(name: "--request", value: "ID", help: "only of this purge request"),
        .init(name: "--after", value: "N", help: "continue a list after this entry"),
        .init(name: "--limit", value: "N", help: "how many, 1 to 1000; default 50"),
      ],
      example: "purgehub audit list --after 100")
  ) { session async throws(CommandFailure) in
    let page = try await session.ask(
      .get, "/v1/audit" + session.query("--request", "--after", "--limit"))
    if session.wantsJSON { session.print(json: page) } else { session.showAudit(page) }
    return .done
  }

  static let verifyAudit = Command(
    shape: CommandShape(
      words: ["audit", "verify"],
      summary: "Follow the chain of the whole audit trail and tell where it was changed.",
      flags: [
        .init(
          name: "--receipt", value: "FILE", help: "also find the entry this receipt is chained to")
      ],
      example: "purgehub audit verify --receipt receipt.json")
  ) { session async throws(CommandFailure) in
    let finding = try await session.ask(.post, "/v1/audit/verify", session.notedPlace())
    if session.wantsJSON {
      session.print(json: finding)
    } else {
      session.console.say(finding["sentence"]?.string ?? "")
      if let hash = finding["hash"]?.string { session.console.say("Last link \(hash)") }
    }
    return finding["isIntact"]?.bool == true ? .done : .attention
  }
}

extension Session {
  fileprivate func showAudit(_ page: JSON) {
    let entries = page["entries"]?.array ?? []
    guard !entries.isEmpty else { return console.say("There are no such entries.") }
    var table = Table(headings: ["ENTRY", "AT", "WHO", "WHAT", "REQUEST", "CONNECTOR", "DETAIL"])
    table.rows = entries.map { entry in
      [
        String(entry["entry"]?.integer ?? 0), String(entry["at"]?.string?.prefix(19) ?? ""),
        entry["who"]?.string ?? "", entry["action"]?.string ?? "",
        entry["request"]?.string ?? "-", entry["connector"]?.string ?? "-",
        entry["detail"]?.string ?? "",
      ]
    }
    table.lines().forEach { console.say($0) }
    if let next = page["next"]?.integer { console.say("More: purgehub audit list --after \(next)") }
  }

  /// The place in the audit trail that a receipt names; an empty object without a receipt.
  fileprivate func notedPlace() throws(CommandFailure) -> JSON {
    guard let file = arguments.value("--receipt") else { return [:] }
    let receipt = try receipt(in: file)
    let audit = receipt.matter["audit"]
    return [
      "entry": audit?["entry"] ?? .null, "hash": audit?["hash"] ?? .null,
      "receipt": .string(receipt.digest),
    ]
  }
}
