import Documents
import HTTPTypes
import Hub
import PurgeCore

extension Command {
  static let planRequest = Command(
    shape: CommandShape(
      words: ["requests", "plan"], operands: ["ID"],
      summary: "Show what approving a purge request would do now; change nothing.",
      example: "purgehub requests plan PRG-7K3F-9QWD-2M5T-8"),
    opening: .reloading
  ) { session async throws(CommandFailure) in
    let plan = try await session.ask(.get, session.requestPath + "/plan")
    session.wantsJSON ? session.print(json: plan) : session.showPending(plan)
    return .done
  }

  static let approveRequest = Command(
    shape: CommandShape(
      words: ["requests", "approve"], operands: ["ID"],
      summary: "Approve, as a second person, a purge request that waits for it.",
      flags: [
        .init(name: "--yes", value: "PLANHASH", help: "approve this very plan without being asked"),
        timeout, noWait,
      ],
      example: "purgehub requests approve PRG-7K3F-9QWD-2M5T-8"),
    opening: .reloading
  ) { session async throws(CommandFailure) in
    let body: JSON = ["plan": .string(try await session.approvedPlan())]
    let answer = try await session.ask(.post, session.requestPath + "/approve", body)
    return try await session.afterwards(answer)
  }

  static let rejectRequest = Command(
    shape: CommandShape(
      words: ["requests", "reject"], operands: ["ID"],
      summary: "End a purge request that waits for an approval or is held; nothing is sent.",
      flags: [
        .init(name: "--reason", value: "TEXT", help: "why; kept for the auditor, name nobody")
      ],
      example: "purgehub requests reject PRG-7K3F-9QWD-2M5T-8 --reason \"wrong list\"")
  ) { session async throws(CommandFailure) in
    let body: JSON = ["reason": .string(try session.required("--reason"))]
    session.show(try await session.ask(.post, session.requestPath + "/reject", body))
    return .done
  }
}

extension Session {
  /// The hash of the plan that is approved: the one that was cited, or the one that was shown.
  fileprivate func approvedPlan() async throws(CommandFailure) -> String {
    if let hash = arguments.value("--yes") { return hash }
    let plan = try await ask(.get, requestPath + "/plan")
    let hash = plan["plan"]?.string ?? ""
    guard console.canAsk else {
      throw CommandFailure(
        exit: .usage, problem: "an approval must be confirmed and nobody can be asked here",
        remedy: "Look at purgehub requests plan ID, then give --yes \(hash).")
    }
    showPending(plan)
    let phrase = "APPROVE \(plan["people"]?.integer ?? 0)"
    try ask(for: phrase, to: "approve", otherwise: "Not approved; nothing was purged")
    return hash
  }

  fileprivate func showPending(_ plan: JSON) {
    PlanView(json: plan, console: console).show()
    console.say("Confirmed by \(plan["confirmedBy"]?.string ?? ""); another person must approve.")
    for change in plan["changes"]?.array ?? [] {
      console.say("Changed since: \(change.string ?? "")")
    }
  }
}
