import Documents
import HTTPTypes
import Hub

extension Command {
  static let listNotices = Command(
    shape: CommandShape(
      words: ["notices", "list"],
      summary: "List what was told to callbacks and by e-mail, and what was not, newest first.",
      flags: [
        .init(name: "--failed", value: nil, help: "only what was given up"),
        .init(name: "--before", value: "N", help: "continue a list before this notice"),
        .init(name: "--limit", value: "N", help: "how many, 1 to 200; default 50"),
      ],
      example: "purgehub notices list --failed")
  ) { session async throws(CommandFailure) in
    let page = try await session.ask(
      .get, "/v1/notices" + session.query("--failed", "--before", "--limit"))
    session.wantsJSON ? session.print(json: page) : session.showNotices(page)
    return .done
  }

  static let retryNotices = Command(
    shape: CommandShape(
      words: ["notices", "retry"],
      summary: "Have notices tried again that were given up.",
      flags: [.init(name: "--notice", value: "N", help: "only this one")],
      example: "purgehub notices retry --notice 12")
  ) { session async throws(CommandFailure) in
    let notice = try session.arguments.number("--notice", in: 1...Int.max)
    let body: JSON = notice.map { ["notice": JSON($0)] } ?? [:]
    let answer = try await session.ask(.post, "/v1/notices/retry", body)
    let count = answer["retried"]?.integer ?? 0
    session.wantsJSON
      ? session.print(json: answer)
      : session.console.say(
        count == 0
          ? "Nothing was given up."
          : "\(count) \(count == 1 ? "delivery is" : "deliveries are") tried again.")
    return .done
  }
}

extension Command {
  static let testNotices = Command(
    shape: CommandShape(
      words: ["notices", "test"],
      summary: "Tell everybody whom the settings name that this is a test.",
      example: "purgehub notices test")
  ) { session async throws(CommandFailure) in
    let answer = try await session.ask(.post, "/v1/notices/test", [:])
    let count = answer["told"]?.integer ?? 0
    session.wantsJSON
      ? session.print(json: answer)
      : session.console.say(
        "\(count) \(count == 1 ? "destination is" : "destinations are") told; "
          + "purgehub notices list says what came of it.")
    return .done
  }
}

extension Session {
  fileprivate func showNotices(_ page: JSON) {
    let notices = page["notices"]?.array ?? []
    guard !notices.isEmpty else { return console.say("There are no such notices.") }
    var table = Table(headings: ["NOTICE", "KIND", "ABOUT", "AT", "TOLD"])
    for notice in notices {
      let deliveries = notice["deliveries"]?.array ?? []
      let told = deliveries.isEmpty ? ["nobody"] : deliveries.map(\.words)
      table.rows += told.map { [notice.number, notice.kind, notice.about, notice.time, $0] }
    }
    table.lines().forEach { console.say($0) }
    if let next = page["next"]?.integer {
      console.say("More: purgehub notices list --before \(next)")
    }
  }
}

extension JSON {
  fileprivate var number: String { String(self["notice"]?.integer ?? 0) }
  fileprivate var kind: String { self["kind"]?.string ?? "" }
  fileprivate var time: String { String(self["at"]?.string?.prefix(16) ?? "") }
  fileprivate var about: String {
    [self["request"]?.string, self["connector"]?.string].compactMap(\.self).joined(separator: " ")
  }

  /// One delivery: to whom, and how far.
  fileprivate var words: String {
    let to = self["to"]?.string ?? ""
    let why = [self["problem"]?.string, self["code"]?.integer.map { "code \($0)" }]
      .compactMap(\.self).joined(separator: ", ")
    switch self["state"]?.string {
    case "delivered": return "\(to): delivered"
    case "failed": return "\(to): given up (\(why))"
    default:
      let due = String(self["dueAt"]?.string?.prefix(16) ?? "")
      return why.isEmpty ? "\(to): waiting" : "\(to): again \(due) (\(why))"
    }
  }
}
