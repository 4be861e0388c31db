import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore
import Web

extension Command {
  static let explainRequest = Command(
    shape: CommandShape(
      words: ["requests", "explain"], operands: ["ID", "CONNECTOR"],
      summary: "Tell the story of a purge request at one connector.",
      flags: [
        .init(
          name: "--all", value: nil, help: "every call, one a line; JSON lines with --json")
      ],
      example: "purgehub requests explain PRG-7K3F-9QWD-2M5T-8 braze-eu")
  ) { session async throws(CommandFailure) in
    let path =
      session.requestPath + "/connectors/" + session.escaped(session.arguments.operands[1])
    if session.arguments.has("--all") {
      try await session.listAttempts(path + "/attempts")
    } else {
      let page = try await session.ask(.get, path)
      session.wantsJSON ? session.print(json: page) : session.tell(page)
    }
    return .done
  }

  static let explain = Command(
    shape: CommandShape(
      words: ["explain"], operands: ["[CODE]"],
      summary: "Say what a code means, what causes it, what to do and who does it.",
      example: "purgehub explain 3001"),
    opening: nil
  ) { session async throws(CommandFailure) in
    guard let text = session.arguments.operands.first else {
      session.showCodes(CodeManual.list)
      return .done
    }
    guard let page = Int(text).flatMap(CodeManual.page) else {
      throw CommandFailure(
        exit: .attention, problem: "There is no code of that number",
        remedy: "See purgehub explain for all codes; a request is explained by requests explain.")
    }
    session.wantsJSON ? session.print(json: page) : session.showCode(page)
    return .done
  }

  static let diagnostics = Command(
    shape: CommandShape(
      words: ["diagnostics"], operands: ["ID"],
      summary: "Write what support hands on about a request to a file that names nobody.",
      flags: [
        .init(
          name: "--output", value: "FILE",
          help: "where to; - is standard output; default diagnostics-ID.json here")
      ],
      example: "purgehub diagnostics PRG-7K3F-9QWD-2M5T-8 --output -")
  ) { session async throws(CommandFailure) in
    let page = try await session.ask(.get, session.requestPath + "/diagnostics")
    let id = page["request"]?["id"]?.string ?? ""
    let file = session.arguments.value("--output") ?? "diagnostics-\(id).json"
    guard file != "-" else {
      session.print(json: page)
      return .done
    }
    try session.create(
      file, page.encodedPretty() + [10], isPrivate: true,
      whenTaken: "Name another one with --output.")
    session.wantsJSON
      ? session.print(json: ["file": .string(file)])
      : session.console.say("\(file) is written. It names nobody; look through it all the same.")
    return .done
  }
}

extension Session {
  /// The story of a task, a line for each event, by day.
  fileprivate func tell(_ page: JSON) {
    let task = page["task"] ?? .null
    let (id, name) = (page["id"]?.string ?? "", task["connector"]?.string ?? "")
    console.say(console.bold("\(id) at \(name)  \(task["state"]?.string ?? "")"))
    var day = ""
    for event in page["story"]?.array ?? [] {
      let at = event["at"]?.string ?? ""
      if at.prefix(10) != day {
        day = String(at.prefix(10))
        console.say(console.dim(day + " UTC"))
      }
      console.say("  \(at.clock)  \(event.storyLine)")
    }
    let summary = task["summary"]?.string ?? ""
    let isTold = summary.hasPrefix("tried again")
    let next = isTold ? nil : task["nextTryAt"]?.string.map { "; next try at \($0.timeOfDay)" }
    let who = task["who"]?.string.map { " (\($0))" }
    console.say("Now: \(summary)\(next ?? "")\(who ?? "")".fromHere)
    if let action = task["action"]?.string { console.say("To do: \(action)".fromHere) }
  }

  /// Every attempt, as the hub gives them page by page.
  fileprivate func listAttempts(_ path: String) async throws(CommandFailure) {
    var place: String? = ""
    while let after = place, !Interruption.isAsked {
      let query = "?limit=500" + (after.isEmpty ? "" : "&after=\(after)")
      let page = try await ask(.get, path + query)
      for attempt in page["attempts"]?.array ?? [] {
        console.say(
          wantsJSON ? String(decoding: attempt.encoded(), as: UTF8.self) : attempt.fullLine)
      }
      place = page["next"]?.string
    }
  }

  fileprivate func showCodes(_ list: JSON) {
    guard !wantsJSON else { return print(json: list) }
    var table = Table(headings: ["CODE", "WHO ACTS", "WHAT"])
    table.rows = (list["codes"]?.array ?? []).map { code in
      [
        String(code["code"]?.integer ?? 0), code["who"]?.string ?? "", code["title"]?.string ?? "",
      ]
    }
    table.lines().forEach { console.say($0) }
  }

  fileprivate func showCode(_ page: JSON) {
    console.say(
      console.bold("\(page["code"]?.integer ?? 0)  \(page["title"]?.string ?? "")")
        + "  (\(page["field"]?.string ?? ""))")
    console.say(page["meaning"]?.string ?? "")
    let causes = page["causes"]?.array?.compactMap(\.string) ?? []
    if !causes.isEmpty { console.say("Usual causes:") }
    for cause in causes { console.say("  - \(cause)") }
    console.say("What to do: \(page["action"]?.string ?? "")")
    console.say("Who acts: \(page["who"]?.string ?? "")")
  }
}

extension JSON {
  /// An event of a story in one line.
  fileprivate var storyLine: String {
    let until = self["until"]?.string.map { ", until \($0.clock)" } ?? ""
    let who = self["by"]?.string.flatMap { $0 == "hub" ? nil : " (by \($0))" } ?? ""
    return (self["sentence"]?.string ?? "").fromHere + until + who
  }

  /// An attempt with everything known of it.
  fileprivate var fullLine: String {
    let evidence = (self["evidence"]?.members ?? []).map { "\($0.name)=\($0.value.string ?? "")" }
    let first = self["first"]?.integer ?? 0
    let end = first + (self["people"]?.integer ?? 0) - 1
    return ([attemptLine, "people \(first)-\(end)"] + evidence).joined(separator: "; ")
  }
}

extension String {
  /// The time of day of an instant in RFC 3339.
  fileprivate var clock: String { String(dropFirst(11).prefix(8)) }
}
