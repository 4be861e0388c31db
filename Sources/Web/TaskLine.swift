import Documents
import Hub
import PurgeCore

/// One connector's line in a request's page.
struct TaskLine {
  let task: ConnectorTask
  /// The connector as it is now; nil when nothing is known of it any more.
  let connector: ConnectorStatus?

  var json: JSON {
    var members: [JSON.Member] = [
      .init("connector", .string(task.key.connector.description)),
      .init("state", .string(task.state.word)), .init("isOpen", .bool(!task.state.isClosed)),
      .init("people", JSON(task.total)),
      .init("settled", JSON(task.state.isClosed ? task.total : task.tally.settled)),
      .init("needingAttention", JSON(task.tally.needingAttention)),
      .init("tally", task.tally.json), .init("summary", .string(summary)),
    ]
    if let code = task.state.code { members.append(.init("code", JSON(code.number))) }
    if let evidence = task.tally.evidence {
      members.append(.init("evidence", .string(evidence.word)))
    }
    if let who { members.append(.init("who", .string(who))) }
    return .object(members)
  }

  /// What happened, or what is waited for.
  private var summary: String {
    switch task.state {
    case .queued: "waits for its turn"
    case .running: counts.isEmpty ? "calls are under way" : counts
    case .awaitingVendor: "\(task.tally.pending) with the vendor, not confirmed yet" + also
    case .blocked: "blocked: \(connector?.state?.reason ?? "the connector is disabled")" + also
    case .needsAttention(let code):
      "\(task.tally.needingAttention) need a decision: \(CodePage(code).title.lowercasedFirst) (\(code.number))"
        + also
    case .completed: counts
    case .noDataFound: "the vendor knew nobody"
    case .notApplicable: "no identifier this vendor knows"
    case .waived: counts
    case .cancelled: "cancelled before anything was sent"
    }
  }

  private var also: String { counts.isEmpty ? "" : "; \(counts)" }

  private var counts: String {
    let tally = task.tally
    let parts = [
      (tally.erased, "erased"), (tally.verifiedAbsent, "verified absent"),
      (tally.absent, "not there"), (tally.accepted, "accepted, not confirmed"),
      (tally.notApplicable, "not applicable"), (tally.waived, "waived"),
    ]
    return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }

  private var who: String? {
    switch task.state {
    case .blocked: "administrator"
    case .needsAttention(let code): CodePage(code).who
    default: nil
    }
  }
}

extension TaskState {
  var code: Code? {
    switch self {
    case .blocked(let code), .needsAttention(let code): code
    case .completed: .completed
    case .noDataFound: .noDataFound
    case .notApplicable: .notApplicable
    case .waived: .waived
    case .queued, .running, .awaitingVendor, .cancelled: nil
    }
  }
}

extension Tally {
  fileprivate var json: JSON {
    [
      "erased": JSON(erased), "absent": JSON(absent), "accepted": JSON(accepted),
      "verifiedAbsent": JSON(verifiedAbsent), "notApplicable": JSON(notApplicable),
      "waived": JSON(waived), "ambiguous": JSON(ambiguous), "failed": JSON(failed),
      "pending": JSON(pending),
    ]
  }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
