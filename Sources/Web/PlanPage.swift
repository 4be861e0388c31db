import Documents
import Hub
import PurgeCore

extension Plan {
  /// The plan as the API gives it.
  var json: JSON {
    let needed = phrase.map(JSON.string) ?? .null
    return [
      "plan": .string(hash), "kind": .string(kind.rawValue), "people": JSON(people),
      "connectors": .array(connectors.map(\.json)), "confirmation": ["phrase": needed],
      "irreversible": "once confirmed, what vendors erase cannot be brought back",
      "holds": .array(held.map { $0.json(numbering) }),
      "cap": cap?.json ?? .null,
      "approval": approvalAbove.map { ["above": JSON($0)] } ?? .null,
    ]
  }
}

extension HeldPeople {
  /// At most a thousand numbers, which is more than anybody takes out by hand.
  fileprivate func json(_ numbering: Selection.Numbering) -> JSON {
    [
      "hold": .string(hold.description), "people": JSON(numbers.count),
      "counted": .string(numbering == .lines ? "lines" : "numbers"),
      "numbers": .array(numbers.prefix(1_000).map { JSON($0) }),
    ]
  }
}

extension ShareCap {
  fileprivate var json: JSON {
    [
      "share": .string(share.description), "known": JSON(known), "limit": JSON(limit),
      "selected": .string(words), "isExceeded": .bool(isExceeded),
    ]
  }
}

extension PlannedConnector {
  fileprivate var json: JSON {
    var members: [JSON.Member] = [
      .init("name", .string(name.description)), .init("state", .string(state.word)),
      .init("people", JSON(people)), .init("calls", JSON(calls)),
      .init("evidence", evidence.map { .string($0.word) } ?? .null),
      .init("wouldDisable", .array(wouldDisable.map(\.json))),
      .init("consequences", .array(consequences.map(JSON.string))),
      .init("residuals", .array(residuals.map(JSON.string))),
    ]
    if let reason { members.append(.init("reason", .string(reason))) }
    return .object(members)
  }

  private var reason: String? {
    if isByHand, !state.isDisabled, wouldDisable.isEmpty {
      return "its owner erases by hand; the request stays open until they say so"
    }
    if people == 0 { return "it knows no identifier of this kind; nothing is sent" }
    if state.isDisabled {
      return "it is disabled; what it owes waits until an administrator brings it back"
    }
    return wouldDisable.isEmpty
      ? nil : "what it owes waits until an administrator edits that place"
  }
}

extension SettingPlace {
  var json: JSON {
    ["path": .string(path), "file": .string(file), "line": JSON(line)]
  }
}
