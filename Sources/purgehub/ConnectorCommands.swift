import Documents
import HTTPTypes
import Hub
import PurgeCore
import Web

extension Command {
  static let listConnectors = Command(
    shape: CommandShape(
      words: ["connectors", "list"], summary: "List the configured connectors and their states.",
      flags: [.init(name: "--all", value: nil, help: "also those whose file says enabled: false")],
      example: "purgehub connectors list"),
    opening: .reloading
  ) { session async throws(CommandFailure) in
    let page = try await session.ask(.get, "/v1/connectors" + session.query("--all"))
    session.wantsJSON ? session.print(json: page) : session.showConnectors(page)
    return .done
  }

  static let showConnector = Command(
    shape: CommandShape(
      words: ["connectors", "show"], operands: ["NAME"],
      summary: "Show one connector: its state, why, and what brings it back.",
      example: "purgehub connectors show braze-eu"),
    opening: .reloading
  ) { session async throws(CommandFailure) in
    let connector = try await session.ask(.get, session.connectorPath)
    session.wantsJSON ? session.print(json: connector) : session.showConnector(connector)
    return .done
  }

  static let checkConnectors = Command(
    shape: CommandShape(
      words: ["connectors", "check"], operands: ["[NAME]"],
      summary: "Check connector files and ask vendors a harmless question; change nothing.",
      flags: [
        .init(
          name: "--offline", value: nil,
          help: "read files only, without secrets, data and vendors: for pipelines"),
        .init(name: "--strict", value: nil, help: "a warning counts as a problem"),
      ],
      example: "purgehub connectors check --offline --strict"),
    flagWithoutHub: "--offline"
  ) { session async throws(CommandFailure) in
    let report = try await session.checkReport()
    session.wantsJSON ? session.print(json: report) : session.showReport(report)
    let warnings = report["connectors"]?.array?.contains { $0["warnings"]?.array?.isEmpty == false }
    let isStrict = session.arguments.has("--strict")
    let isClean = report["isClean"]?.bool == true && !(isStrict && warnings == true)
    return isClean ? .done : .configuration
  }

  static let planConnectors = Command(
    shape: CommandShape(
      words: ["connectors", "plan"],
      summary: "Say what a reload would enable, disable and release; change nothing.",
      example: "purgehub connectors plan")
  ) { session async throws(CommandFailure) in
    let plan = try await session.ask(.post, "/v1/connectors/plan", [:])
    session.wantsJSON ? session.print(json: plan) : session.showForecasts(plan)
    return .done
  }

  static let reloadConnectors = Command(
    shape: CommandShape(
      words: ["connectors", "reload"],
      summary: "Read the connector files again; enable what a new clean revision may enable.",
      flags: [timeout, noWait], example: "purgehub connectors reload")
  ) { session async throws(CommandFailure) in
    let report = try await session.ask(.post, "/v1/connectors/reload", [:])
    return try await session.afterReload(report)
  }

  static let enableConnector = Command(
    shape: CommandShape(
      words: ["connectors", "enable"], operands: ["NAME"],
      summary: "Enable a connector that an administrator or an outage disabled.",
      flags: [timeout, noWait], example: "purgehub connectors enable braze-eu")
  ) { session async throws(CommandFailure) in
    let report = try await session.ask(.post, session.connectorPath + "/enable", [:])
    return try await session.afterReload(report)
  }

  static let disableConnector = Command(
    shape: CommandShape(
      words: ["connectors", "disable"], operands: ["NAME"],
      summary: "Stop sending to a vendor; what it owes stays owed.",
      flags: [.init(name: "--note", value: "TEXT", help: "why; kept in the audit, name nobody")],
      example: "purgehub connectors disable braze-eu --note \"vendor maintenance\"")
  ) { session async throws(CommandFailure) in
    let body: JSON = ["note": .string(try session.required("--note"))]
    let connector = try await session.ask(.post, session.connectorPath + "/disable", body)
    session.wantsJSON ? session.print(json: connector) : session.showConnector(connector)
    return .done
  }
}

extension Session {
  var connectorPath: String { "/v1/connectors/" + escaped(arguments.operands[0]) }

  fileprivate func showConnectors(_ page: JSON) {
    let connectors = page["connectors"]?.array ?? []
    guard !connectors.isEmpty else {
      return console.say(
        "No connector is configured; config/connectors holds examples with enabled: false.")
    }
    var table = Table(headings: ["CONNECTOR", "KIND", "STATE", "OWES", "WHY"])
    table.rows = connectors.map { connector in
      [
        connector["name"]?.string ?? "", connector["use"]?.string ?? "-",
        connector["state"]?.string ?? "", connector["owes"]?.bool == true ? "yes" : "-",
        connector["reason"]?.string ?? "-",
      ]
    }
    let lines = table.lines()
    console.say(console.dim(lines[0]))
    for (line, connector) in zip(lines.dropFirst(), connectors) {
      console.say(connector["state"]?.string == "enabled" ? line : console.dim(line))
    }
  }

  func showConnector(_ connector: JSON) {
    console.say(
      console.bold("\(connector["name"]?.string ?? "")  \(connector["state"]?.string ?? "")"))
    let facts: [(String, String?)] = [
      ("why", connector["reason"]?.string), ("since", connector["since"]?.string),
      ("request", connector["request"]?.string), ("what to do", connector["action"]?.string),
      ("file", connector["file"]?.string), ("kind", connector["use"]?.string),
      ("revision", connector["revision"]?.string),
      ("owes", connector["owes"]?.bool.map { $0 ? "requests wait for it" : "nothing" }),
    ]
    for case (let name, let text?) in facts { console.say("  \(name): \(text)") }
    for place in connector["places"]?.array ?? [] {
      console.say(
        "  at: \(place["file"]?.string ?? ""):\(place["line"]?.integer ?? 0) (\(place["path"]?.string ?? ""))"
      )
    }
    for problem in connector["problems"]?.array ?? [] {
      console.say("  problem: \(problem.string ?? "")")
    }
  }

  func showReport(_ report: JSON) {
    for connector in report["connectors"]?.array ?? [] {
      console.say("\(connector["name"]?.string ?? ""): \(connector["result"]?.string ?? "")")
      for problem in connector["problems"]?.array ?? [] { console.say("  \(problem.string ?? "")") }
      for warning in connector["warnings"]?.array ?? [] {
        console.say("  warning: \(warning.string ?? "")")
      }
    }
  }

  fileprivate func checkReport() async throws(CommandFailure) -> JSON {
    let name = arguments.operands.first
    guard arguments.has("--offline") else {
      let path = name.map { "/v1/connectors/\(escaped($0))/check" } ?? "/v1/connectors/check"
      return try await ask(.post, path, [:])
    }
    let settings = try HouseDoor.settings(arguments)
    return try refusing { () throws(Refusal) in
      try House.lint(settings, name.map(ConnectorName.init(_:))).json
    }
  }

  fileprivate func showForecasts(_ plan: JSON) {
    let forecasts = plan["connectors"]?.array ?? []
    let news = forecasts.filter { $0["isNews"]?.bool == true }
    if news.isEmpty { console.say("A reload would change no connector.") }
    for forecast in forecasts {
      let sentence = forecast["sentence"]?.string ?? ""
      console.say(forecast["isNews"]?.bool == true ? sentence : console.dim(sentence))
      for problem in forecast["problems"]?.array ?? [] { console.say("  \(problem.string ?? "")") }
    }
  }

  /// Shows what a reload did, then works off what it released.
  fileprivate func afterReload(_ report: JSON) async throws(CommandFailure) -> ExitCode {
    if !wantsJSON { showReport(report) }
    let released = report["released"]?.array?.compactMap(\.string) ?? []
    if arguments.has("--no-wait") || released.isEmpty {
      if wantsJSON { print(json: report) }
      return report["isClean"]?.bool == true ? .done : .configuration
    }
    if !wantsJSON {
      console.say("\(released.count) \(released.count == 1 ? "request" : "requests") released.")
    }
    return try await workOff(released, after: report)
  }

  /// Works on requests one after the other; with `--json` all stand in the report's one document.
  func workOff(
    _ released: [String], after report: JSON, showingEach: Bool = true
  ) async throws(CommandFailure) -> ExitCode {
    var worst = ExitCode.done
    var pages: [JSON] = []
    for id in released {
      let view = try await work(at: "/v1/requests/" + escaped(id))
      if wantsJSON { pages.append(view.json) } else if showingEach { view.show() }
      if view.exit != .done { worst = view.exit }
    }
    if wantsJSON {
      print(json: .object((report.members ?? []) + [.init("requests", .array(pages))]))
    }
    return worst
  }
}
