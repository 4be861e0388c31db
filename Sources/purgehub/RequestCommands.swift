import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore

extension Command {
  static let listRequests = Command(
    shape: CommandShape(
      words: ["requests", "list"], summary: "List purge requests, newest first.",
      flags: [
        .init(name: "--open", value: nil, help: "only those that have not ended"),
        .init(name: "--after", value: "ID", help: "continue a list after this request"),
        .init(name: "--limit", value: "N", help: "how many, 1 to 200; default 50"),
      ],
      example: "purgehub requests list --open")
  ) { session async throws(CommandFailure) in
    let page = try await session.ask(
      .get, "/v1/requests" + session.query("--open", "--after", "--limit"))
    if session.wantsJSON { session.print(json: page) } else { session.showList(page) }
    return .done
  }

  static let showRequest = Command(
    shape: CommandShape(
      words: ["requests", "show"], operands: ["ID"],
      summary: "Show one purge request: a sentence, then each connector.",
      flags: [
        .init(
          name: "--follow", value: nil,
          help: "show what changes until it ends or needs a person; JSON lines with --json")
      ],
      example: "purgehub requests show PRG-7K3F-9QWD-2M5T-8 --follow"),
    flagWorking: "--follow"
  ) { session async throws(CommandFailure) in
    if session.arguments.has("--follow") { return try await session.follow(session.requestPath) }
    let request = try await session.ask(.get, session.requestPath)
    session.show(request)
    return .done
  }

  static let waitForRequest = Command(
    shape: CommandShape(
      words: ["requests", "wait"], operands: ["ID"],
      summary: "Work on a purge request until it ends or waits for a person.",
      flags: [timeout], example: "purgehub requests wait PRG-7K3F-9QWD-2M5T-8 --timeout 10m"),
    opening: .reloading
  ) { session async throws(CommandFailure) in try await session.wait(at: session.requestPath) }

  static let retryRequest = Command(
    shape: CommandShape(
      words: ["requests", "retry"], operands: ["ID"],
      summary: "Ask vendors again for people who need attention.",
      flags: [
        .init(name: "--connector", value: "NAME", help: "only at this connector"), timeout, noWait,
      ],
      example: "purgehub requests retry PRG-7K3F-9QWD-2M5T-8 --connector braze-eu"),
    opening: .reloading
  ) { session async throws(CommandFailure) in
    let connector = session.arguments.value("--connector")
    let body: JSON = connector.map { ["connector": .string($0)] } ?? [:]
    let answer = try await session.ask(.post, session.requestPath + "/retry", body)
    return try await session.afterwards(answer)
  }

  static let waiveRequest = Command(
    shape: CommandShape(
      words: ["requests", "waive"], operands: ["ID"],
      summary: "End what is open at a connector by a documented exception.",
      flags: [
        .init(name: "--connector", value: "NAME", help: "at this connector"),
        .init(name: "--reason", value: "TEXT", help: "why; kept for the auditor, name nobody"),
      ],
      example:
        "purgehub requests waive PRG-7K3F-9QWD-2M5T-8 --connector crm --reason \"contract ended\"")
  ) { session async throws(CommandFailure) in
    let body: JSON = [
      "connector": .string(try session.required("--connector")),
      "reason": .string(try session.required("--reason")),
    ]
    session.show(try await session.ask(.post, session.requestPath + "/waive", body))
    return .done
  }

  static let cancelRequest = Command(
    shape: CommandShape(
      words: ["requests", "cancel"], operands: ["ID"],
      summary: "Cancel a purge request that has not begun.",
      flags: [
        .init(name: "--reason", value: "TEXT", help: "why; kept for the auditor, name nobody")
      ],
      example: "purgehub requests cancel PRG-7K3F-9QWD-2M5T-8")
  ) { session async throws(CommandFailure) in
    let reason = session.arguments.value("--reason")
    let body: JSON = reason.map { ["reason": .string($0)] } ?? [:]
    session.show(try await session.ask(.post, session.requestPath + "/cancel", body))
    return .done
  }

  static let timeout = CommandShape.Flag(
    name: "--timeout", value: "TIME", help: "stop waiting after so long, such as 10m")
  static let noWait = CommandShape.Flag(
    name: "--no-wait", value: nil, help: "return at once; the work goes on with requests wait")
}

extension Session {
  var requestPath: String { "/v1/requests/" + escaped(arguments.operands[0]) }

  /// A query of those of the flags that were given: each is called there as here, without its dashes.
  func query(_ flags: String...) -> String {
    let items = flags.compactMap { flag -> String? in
      let value = arguments.has(flag) ? "true" : arguments.value(flag).map(escaped)
      return value.map { "\(flag.dropFirst(2))=\($0)" }
    }
    return items.isEmpty ? "" : "?" + items.joined(separator: "&")
  }

  /// A path or query part with everything escaped that is not a letter, a digit or a dash.
  func escaped(_ text: String) -> String {
    text.addingPercentEncoding(
      withAllowedCharacters: CharacterSet.alphanumerics.union(["-", "_", "."])) ?? ""
  }

  func required(_ flag: String) throws(CommandFailure) -> String {
    guard let value = arguments.value(flag) else {
      throw CommandFailure(
        exit: .usage, problem: "\(flag) is missing", remedy: "See the command's --help.")
    }
    return value
  }

  /// Shows a request as text or JSON.
  func show(_ request: JSON) {
    wantsJSON ? print(json: request) : RequestView(json: request, console: console).show()
  }

  /// After something was set going: work on it, unless told not to.
  func afterwards(_ request: JSON) async throws(CommandFailure) -> ExitCode {
    guard !arguments.has("--no-wait"), let id = request["id"]?.string else {
      show(request)
      return .done
    }
    return try await wait(at: "/v1/requests/" + escaped(id))
  }

  fileprivate func showList(_ page: JSON) {
    let requests = page["requests"]?.array ?? []
    guard !requests.isEmpty else { return console.say("There are no purge requests.") }
    var table = Table(headings: ["REQUEST", "STATE", "PEOPLE", "ACCEPTED", "DUE", "ATTENTION"])
    table.rows = requests.map { request in
      [
        request["id"]?.string ?? "", request["state"]?.string ?? "",
        String(request["people"]?.integer ?? 0),
        String(request["acceptedAt"]?.string?.prefix(16) ?? ""),
        String(request["deadline"]?.string?.prefix(10) ?? ""),
        request["attentionRequired"]?.bool == true ? "yes" : "-",
      ]
    }
    table.lines().forEach { console.say($0) }
    if let next = page["next"]?.string {
      console.say("More: purgehub requests list --after \(next)")
    }
  }
}
