import Documents
import HTTPTypes
import Hub
import PurgeCore
import Store

extension API {
  /// Asks a connector's vendor again for whom it erased since an instant, as a plan says.
  func replay(_ text: String, _ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let body = try request.jsonObject(knowing: ["since", "plan", "reason"])
    let done = try await house.replay(
      at: ConnectorName(text), since: try body.instant("since"),
      citing: body["plan"]?.string ?? "",
      reason: body["reason"]?.isNull ?? true ? "" : try body.reason(), by: request.operatorName)
    return HTTPResponse(done.isNew ? 202 : 200, json: done.json)
  }

  /// What such a replay would do.
  func planReplay(_ text: String, _ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let body = try request.jsonObject(knowing: ["since"])
    let plan = try await house.planReplay(
      at: ConnectorName(text), since: try body.instant("since"))
    return HTTPResponse(200, json: plan.json)
  }
}

extension ReplayPlan {
  fileprivate var json: JSON {
    [
      "plan": .string(hash), "connector": .string(connector.description),
      "state": .string(state.word), "since": .string(since.rfc3339), "requests": JSON(requests),
      "people": JSON(people), "overdue": JSON(overdue),
      "holds": .array(
        held.map {
          ["hold": .string($0.hold.description), "people": JSON($0.numbers.count)]
        }),
      "forgotten": forgotten.json, "earlier": .array(earlier.map { .object($0.facts) }),
      "sentences": .array(sentences.map(JSON.string)),
    ]
  }

  private var sentences: [String] {
    let whom = "\(people.people) of \(requests.openRequests)"
    var lines = [
      people == 0
        ? "No open request has people whom \(connector) erased since \(since.minute) UTC."
        : "\(whom) \(people == 1 ? "is" : "are") erased again at \(connector), which has its data "
          + "as of \(since.minute) UTC."
    ]
    for held in held {
      lines.append("\(held.numbers.count.people) \(held.hold) holds are left alone.")
    }
    if people > 0, isByHand { lines.append("Nothing is sent: its owner is to erase them by hand.") }
    if people > 0, let reason = state.reason, state.isDisabled {
      lines.append("\(connector) is disabled (\(reason)); they wait until it is enabled.")
    }
    if overdue > 0 {
      lines.append(
        "\(overdue.openRequests) \(overdue == 1 ? "is" : "are") past the deadline: whoever cannot "
          + "be erased at once needs a person's decision.")
    }
    if let earlier = earlier.first {
      lines.append(
        "\(earlier.actor) replayed it on \(earlier.at.minute) UTC, as of \(earlier.since.minute) UTC."
      )
    }
    return lines + forgotten.sentences
  }
}

extension CarriedOutReplay {
  fileprivate var json: JSON {
    .object(
      replay.facts + [
        .init("ids", .array(requests.map { .string($0.description) })),
        .init("forgotten", forgotten.json), .init("sentences", .array(sentences.map(JSON.string))),
      ])
  }

  private var sentences: [String] {
    let whom = "\(replay.people.people) of \(replay.requests.openRequests)"
    let isOne = replay.people == 1
    let sentence =
      isNew
      ? "\(whom) \(isOne ? "is" : "are") asked for again at \(replay.connector)."
      : "\(replay.actor) carried this plan out on \(replay.at.minute) UTC: \(whom) "
        + "\(isOne ? "was" : "were") asked for again at \(replay.connector)."
    return [sentence] + forgotten.sentences
  }
}

extension Replay {
  fileprivate var facts: [JSON.Member] {
    [
      .init("replay", JSON(number)), .init("connector", .string(connector.description)),
      .init("since", .string(since.rfc3339)), .init("at", .string(at.rfc3339)),
      .init("by", .string(actor)), .init("reason", .string(reason)),
      .init("requests", JSON(requests)), .init("people", JSON(people)),
    ]
  }
}

extension ForgottenPeople {
  fileprivate var json: JSON {
    [
      "requests": JSON(requests), "people": JSON(people), "isComplete": .bool(isComplete),
    ]
  }

  /// Who cannot be reached, and what to do about them; nothing when there is nobody.
  fileprivate var sentences: [String] {
    guard people > 0 || !isComplete else { return [] }
    let count = isComplete ? people.people : "At least \(people.people)"
    return [
      "\(count) of \(requests) ended \(requests == 1 ? "request" : "requests") cannot be asked for "
        + "again: the hub has forgotten them.",
      "Export the vendor's people, have purgehub users screen FILE name the purged ones, and purge "
        + "those rows anew.",
    ]
  }
}

extension Int {
  fileprivate var people: String { "\(self) \(self == 1 ? "person" : "people")" }
  fileprivate var openRequests: String { "\(self) open \(self == 1 ? "request" : "requests")" }
}

extension JSON {
  /// A member that must be an instant or a day, which is its beginning.
  func instant(_ name: String) throws(Refusal) -> Instant {
    guard let instant = self[name]?.string.flatMap(Instant.init(rfc3339:)) else {
      throw Refusal(
        .unreadableInput, "\(name) is missing or no instant.",
        action: "Write it as 2026-11-21T03:04:05Z, with an offset such as +01:00, or as a day, "
          + "which begins at midnight in UTC.")
    }
    return instant
  }
}
