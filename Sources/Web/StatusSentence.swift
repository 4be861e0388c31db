import Hub
import PurgeCore
import Store

/// One request in one sentence, as support says it on the phone.
struct StatusSentence {
  let record: RequestRecord
  let connectors: [ConnectorName: ConnectorStatus]
  let brakes: Brakes
  let now: Instant

  var text: String {
    switch record.state {
    case .completed:
      "Done at \(record.tasks.count == 1 ? "" : "all ")\(count(record.tasks.count))\(accepted)."
    case .completedWithExceptions:
      "Ended; \(names { $0.state == .waived }) by a documented exception\(accepted)."
    case .pending:
      "Confirmed; starts \(record.startAt.map { String($0.rfc3339.prefix(16)) } ?? "soon") UTC and can be cancelled until then."
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

  private var progress: String {
    let done = record.tasks.filter { $0.state.isClosed }.count
    let waits = record.tasks.filter { !$0.state.isClosed }.map(wait)
    let parts = ["\(done) of \(count(record.tasks.count)) done"] + waits + [time]
    return parts.joined(separator: "; ") + "."
  }

  private func wait(_ task: ConnectorTask) -> String {
    let name = task.key.connector
    switch task.state {
    case .blocked: return blocked(name)
    case .needsAttention(let code):
      return
        "\(name) needs a decision about \(task.tally.needingAttention) of \(task.total) (code \(code.number))"
    case .awaitingVendor: return "\(name) waits for the vendor's confirmation"
    default: return "\(name) is under way with \(task.tally.settled) of \(task.total)"
    }
  }

  private func blocked(_ name: ConnectorName) -> String {
    guard case .disabled(let reason, _) = connectors[name]?.state else {
      return "\(name) waits for its connector"
    }
    guard case .referencesPurgedUser(_, let places) = reason, let place = places.first else {
      return "\(name) waits for an administrator: \(reason.words)"
    }
    return "\(name) waits for an administrator to edit \(place.file) line \(place.line)"
  }

  private var time: String {
    let days = record.daysLeft(at: now)
    return days < 0 ? "overdue by \(-days) days" : "\(days) days left"
  }

  private func count(_ connectors: Int) -> String {
    "\(connectors) \(connectors == 1 ? "connector" : "connectors")"
  }

  private func names(_ isMeant: (ConnectorTask) -> Bool) -> String {
    record.tasks.filter(isMeant).map(\.key.connector.description).joined(separator: ", ")
  }

  /// Accepted is never deleted: a sentence that says done also says what nobody confirmed.
  private var accepted: String {
    let unconfirmed = names { $0.tally.accepted > 0 }
    return unconfirmed.isEmpty ? "" : "; \(unconfirmed) accepted without confirming"
  }
}
