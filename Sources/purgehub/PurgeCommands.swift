import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore

extension Command {
  static let plan = Command(
    shape: CommandShape(
      words: ["plan"],
      summary: "Show what a purge would do, and do nothing.", flags: SelectionFlags.flags,
      example: "purgehub plan --csv people.csv"),
    opening: .reloading
  ) { session async throws(CommandFailure) in
    let plan = try await session.ask(SelectionFlags.request("/v1/plans", session))
    session.wantsJSON
      ? session.print(json: plan) : PlanView(json: plan, console: session.console).show()
    return .done
  }

  static let purge = Command(
    shape: CommandShape(
      words: ["purge"],
      summary: "Erase people from every connected system.",
      flags: SelectionFlags.flags + [
        .init(
          name: "--exceed-cap", value: "REASON",
          help: "why more people may go at once than maxShare allows; kept for the auditor"),
        .init(name: "--yes", value: "PLANHASH", help: "confirm this very plan without being asked"),
        .init(
          name: "--key", value: "TEXT", help: "idempotency key: the same key never purges twice"),
        Command.timeout, Command.noWait,
      ],
      example: "purgehub purge --email ada@example.com"),
    opening: .reloading
  ) { session async throws(CommandFailure) in
    let plan = try await session.ask(SelectionFlags.request("/v1/plans", session))
    let options = try session.confirmation(of: plan)
    var request = try SelectionFlags.request("/v1/requests", session, options: options)
    if let key = session.arguments.value("--key") { request.fields["Idempotency-Key"] = key }
    let accepted = try await session.ask(request)
    session.announce(accepted)
    return try await session.afterwards(accepted)
  }
}

extension Session {
  /// What confirms the plan: its hash, consent, and the phrase where one is asked for.
  fileprivate func confirmation(of plan: JSON) throws(CommandFailure) -> [JSON.Member] {
    let phrase = plan["confirmation"]?["phrase"]?.string
    var members: [JSON.Member] = [.init("consent", .bool(true))]
    let reason = arguments.value("--exceed-cap")
    if let reason { members.append(.init("exceedCap", .string(reason))) }
    if let hash = arguments.value("--yes") {
      members.append(.init("plan", .string(hash)))
      if let phrase { members.append(.init("phrase", .string(phrase))) }
      return members
    }
    guard console.canAsk, arguments.value("--csv") != "-" else {
      let hash = plan["plan"]?.string ?? ""
      throw CommandFailure(
        exit: .usage, problem: "a purge must be confirmed and nobody can be asked here",
        remedy: "Look at purgehub plan, then give --yes \(hash).")
    }
    PlanView(json: plan, console: console).show()
    members.append(.init("plan", plan["plan"] ?? .null))
    // What the hub refuses anyway is not asked for; the refusal says what to do.
    let isCapped = plan["cap"]?["isExceeded"]?.bool == true && reason == nil
    if isCapped || plan["holds"]?.array?.isEmpty == false { return members }
    let words = phrase ?? "yes"
    try ask(for: words, to: "purge", otherwise: "Not confirmed; nothing was purged")
    members.append(.init("phrase", .string(words)))
    return members
  }

  /// The last question; an empty answer, or any other than the phrase, ends it (SF-15).
  func ask(
    for phrase: String, to act: String, otherwise problem: String
  ) throws(CommandFailure) {
    let answer = console.ask(
      "Type \(console.bold(phrase)) to \(act); anything else leaves all as it is: ")
    guard answer == phrase else {
      throw CommandFailure(
        exit: .badInput, problem: problem, remedy: "", code: .phraseMismatch)
    }
  }

  fileprivate func announce(_ accepted: JSON) {
    guard !wantsJSON, let id = accepted["id"]?.string else { return }
    console.say("Purge request \(console.bold(id)) is accepted and on disk.")
  }
}

/// A plan as people read it before they decide.
struct PlanView {
  let json: JSON
  let console: Console

  func show() {
    let people = json["people"]?.integer ?? 0
    let connectors = json["connectors"]?.array ?? []
    console.say(
      console.bold(
        "\(people) \(people == 1 ? "person" : "people") by \(json["kind"]?.string ?? ""), "
          + "\(connectors.count) \(connectors.count == 1 ? "connector" : "connectors")"))
    var table = Table(headings: ["CONNECTOR", "STATE", "PEOPLE", "CALLS", "EVIDENCE"])
    if connectors.isEmpty { table.headings = [] }
    table.rows = connectors.map { connector in
      [
        name(connector), connector["state"]?.string ?? "",
        String(connector["people"]?.integer ?? 0), String(connector["calls"]?.integer ?? 0),
        connector["evidence"]?.string ?? "-",
      ]
    }
    table.lines().forEach { console.say("  " + $0) }
    if connectors.isEmpty {
      console.say("  No connector is configured: a purge would reach nobody and is refused.")
    }
    connectors.forEach(showRemarks)
    showBrakes()
    console.say("There is no way back: \(json["irreversible"]?.string ?? "")")
    console.say("Plan \(json["plan"]?.string ?? "")")
  }

  private func showRemarks(_ connector: JSON) {
    for place in connector["wouldDisable"]?.array ?? [] {
      console.say(
        "  \(name(connector)) will be DISABLED: \(place["file"]?.string ?? ""):"
          + "\(place["line"]?.integer ?? 0) (\(place["path"]?.string ?? "")) names one of these people"
      )
    }
    if let reason = connector["reason"]?.string { console.say("  \(name(connector)): \(reason)") }
    for text in (connector["consequences"]?.array ?? []) + (connector["residuals"]?.array ?? []) {
      console.say("  \(name(connector)): \(text.string ?? "")")
    }
  }

  private func name(_ connector: JSON) -> String { connector["name"]?.string ?? "" }
}
