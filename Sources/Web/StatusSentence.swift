import Hub
import PurgeCore
import Store

/// One request in one sentence, as support says it on the phone.
struct StatusSentence {
  let record: RequestRecord
  let lines: [TaskLine]
  let brakes: Brakes
  let now: Instant

  var text: String {
    switch record.state {
    case .completed:
      "Done at \(record.tasks.count == 1 ? "" : "all ")\(count(record.tasks.count))\(accepted)."
    case .completedWithExceptions:
      "Ended; \(names { $0.state == .waived }) by a documented exception\(accepted)."
    case .pending:
      "Confirmed; starts \(record.startAt.map(\.minute) ?? "soon") UTC and can be cancelled until then."
    case .cancelled: "Cancelled before anything was sent."
    case .awaitingConfirmation: "Waits to be confirmed."
    case .awaitingApproval:
      "Confirmed by \(record.actor); waits until somebody else approves or rejects it\(alsoHeld), and nothing is sent before."
    case .rejected: "Rejected\(rejection); nothing was sent."
    case .onHold:
      "Held back by the legal hold \(holds); nothing is sent, and it goes on by itself when the hold ends."
    case .inProgress: progress
    }
  }

  private var holds: String { brakes.holds.map(\.description).joined(separator: ", ") }

  private var alsoHeld: String {
    brakes.holds.isEmpty ? "" : ", which the legal hold \(holds) does not allow now"
  }

  private var rejection: String {
    let entry = brakes.decisions.last { $0.action == "request.rejectRequested" }
    return entry.map { " by \($0.actor): \($0.detail)" } ?? ""
  }

  /// How many connectors are done, what the others wait for, and how much time is left: those that
  /// wait for a person come first.
  private var progress: String {
    let open = lines.filter { !$0.task.state.isClosed }
    let done = "\(lines.count - open.count) of \(lines.count) done"
    return ([done] + forPeople(open) + byThemselves(open) + [time]).joined(separator: "; ") + "."
  }

  private func forPeople(_ open: [TaskLine]) -> [String] {
    let waiting = open.filter(\.task.state.waitsForPerson)
    let more = waiting.count - Self.most
    return waiting.prefix(Self.most).map(wait)
      + (more > 0 ? ["\(more) more \(more == 1 ? "waits" : "wait") for people"] : [])
  }

  private func byThemselves(_ open: [TaskLine]) -> [String] {
    let rest = open.filter { !$0.task.state.waitsForPerson }
    let atVendor = rest.filter { $0.task.state == .awaitingVendor }
    let again = rest.filter(\.isRetrying)
    let going = rest.filter { !$0.isRetrying && $0.task.state != .awaitingVendor }
    return [
      sum(atVendor, "waits", "wait", "for the vendor's confirmation"),
      again.count == 1
        ? "\(again[0].task.key.connector) is \(again[0].retrying)"
        : sum(again, "is", "are", "tried again after a failure"),
      going.count == 1
        ? "\(going[0].task.key.connector) is under way with \(going[0].task.tally.settled) of \(going[0].task.total)"
        : sum(going, "is", "are", "under way"),
    ].compactMap(\.self)
  }

  /// How many connectors are named before the rest are counted.
  private static let most = 3

  private func sum(_ lines: [TaskLine], _ one: String, _ many: String, _ words: String) -> String? {
    guard !lines.isEmpty else { return nil }
    let names = lines.prefix(Self.most).map(\.task.key.connector.description)
    let more = lines.count - names.count
    let listed = names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    return "\(listed) \(lines.count == 1 ? one : many) \(words)"
  }

  private func wait(_ line: TaskLine) -> String {
    let (task, name) = (line.task, line.task.key.connector)
    guard case .needsAttention(let code) = task.state else { return blocked(line) }
    if task.isByHand { return "\(name) waits for its owner, who erases by hand" }
    return "\(name) needs a decision about \(task.tally.needingAttention) of \(task.total): "
      + "\(CodePage(code).title.lowercasedFirst) (\(code.number))"
  }

  private func blocked(_ line: TaskLine) -> String {
    let name = line.task.key.connector
    guard case .disabled(let reason, _) = line.connector?.state else {
      return "\(name) waits for its connector"
    }
    guard case .referencesPurgedUser(_, let places) = reason, let place = places.first else {
      return "\(name) waits for an administrator: \(reason.words)"
    }
    return "\(name) waits for an administrator to edit \(place.file) line \(place.line)"
  }

  private var time: String { record.timeLeft(at: now) }

  private func count(_ connectors: Int) -> String {
    "\(connectors) \(connectors == 1 ? "connector" : "connectors")"
  }

  private func names(_ isMeant: (ConnectorTask) -> Bool) -> String {
    record.tasks.filter(isMeant).map(\.key.connector.description).joined(separator: ", ")
  }

  /// Accepted is never deleted: a sentence that says done also says what nobody confirmed.
  private var accepted: String {
    let unconfirmed = names { $0.tally.accepted > 0 }
    let attested = names { $0.isByHand && $0.state == .completed }
    return (unconfirmed.isEmpty ? "" : "; \(unconfirmed) accepted without confirming")
      + (attested.isEmpty ? "" : "; \(attested) by hand, by the owner's word alone")
  }
}

extension RequestRecord {
  /// How much time is left, or how long it is overdue, in words.
  func timeLeft(at now: Instant) -> String {
    let days = daysLeft(at: now)
    let words = "\(abs(days)) \(abs(days) == 1 ? "day" : "days")"
    if now < deadline { return "\(words) left" }
    return days == 0 ? "overdue since \(deadline.minute) UTC" : "overdue by \(words)"
  }
}
