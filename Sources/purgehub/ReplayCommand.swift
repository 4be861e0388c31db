import Documents
import HTTPTypes
import Hub
import PurgeCore

extension Command {
  static let replay = Command(
    shape: CommandShape(
      words: ["replay"],
      summary: "Erase again whom a vendor erased since an instant, after it restored a backup.",
      flags: [
        .init(name: "--connector", value: "NAME", help: "the vendor's connector"),
        .init(
          name: "--since", value: "TIME",
          help: "as of when the vendor has its data again, such as 2026-11-21T03:00:00Z or a day"),
        .init(name: "--reason", value: "TEXT", help: "why; kept for the auditor, name nobody"),
        .init(name: "--plan", value: nil, help: "only say what it would do"),
        .init(
          name: "--yes", value: "PLANHASH", help: "carry this very plan out without being asked"),
        timeout, noWait,
      ],
      example: "purgehub replay --connector braze-eu --since 2026-11-21T03:00:00Z"),
    opening: .reloading
  ) { session async throws(CommandFailure) in
    let path = "/v1/connectors/\(session.escaped(try session.required("--connector")))/replays"
    var body: [JSON.Member] = [.init("since", .string(try session.required("--since")))]
    if session.arguments.has("--plan") || session.arguments.value("--yes") == nil {
      let plan = try await session.ask(.post, path + "/plan", .object(body))
      if session.arguments.has("--plan") { return session.show(replayPlan: plan) }
      guard plan["people"]?.integer ?? 0 > 0 else { return session.show(replayPlan: plan) }
      body.append(.init("plan", .string(try session.confirmed(plan))))
    } else {
      body.append(.init("plan", .string(session.arguments.value("--yes") ?? "")))
    }
    if let reason = session.arguments.value("--reason") {
      body.append(.init("reason", .string(reason)))
    }
    return try await session.afterReplay(try await session.ask(.post, path, .object(body)))
  }
}

extension Session {
  fileprivate func show(replayPlan plan: JSON) -> ExitCode {
    if wantsJSON { print(json: plan) } else { say(plan) }
    return plan.hasForgotten ? .attention : .done
  }

  private func say(_ plan: JSON) {
    for sentence in plan["sentences"]?.array ?? [] { console.say(sentence.string ?? "") }
    if plan["people"]?.integer ?? 0 > 0 { console.say("Plan \(plan["plan"]?.string ?? "")") }
  }

  /// The hash of a plan that somebody was shown and agreed to.
  fileprivate func confirmed(_ plan: JSON) throws(CommandFailure) -> String {
    let hash = plan["plan"]?.string ?? ""
    guard console.canAsk else {
      throw CommandFailure(
        exit: .usage, problem: "a replay must be confirmed and nobody can be asked here",
        remedy: "Look at it with --plan, then give --yes \(hash).")
    }
    say(plan)
    let phrase = "REPLAY \(plan["people"]?.integer ?? 0)"
    try ask(for: phrase, to: "erase them again", otherwise: "Not confirmed; nothing was replayed")
    return hash
  }

  /// Shows what a replay did, then works on the requests it opened again.
  fileprivate func afterReplay(_ answer: JSON) async throws(CommandFailure) -> ExitCode {
    if !wantsJSON {
      for sentence in answer["sentences"]?.array ?? [] { console.say(sentence.string ?? "") }
    }
    let ids = answer["ids"]?.array?.compactMap(\.string) ?? []
    let ending = answer.hasForgotten ? ExitCode.attention : .done
    guard !arguments.has("--no-wait"), !ids.isEmpty else {
      if wantsJSON { print(json: answer) }
      return ending
    }
    // Many are no page to read.
    let exit = try await workOff(ids, after: answer, showingEach: ids.count <= 20)
    if ids.count > 20, !wantsJSON { console.say("See requests list --open for what is left.") }
    return exit == .done ? ending : exit
  }
}

extension JSON {
  /// Whether there are people whom the hub cannot ask for again.
  fileprivate var hasForgotten: Bool {
    self["forgotten"]?["people"]?.integer ?? 0 > 0
      || self["forgotten"]?["isComplete"]?.bool == false
  }
}
