import Documents
import Hub
import PurgeCore
import Store

/// One connector's line in a request's page.
struct TaskLine {
  let task: ConnectorTask
  /// The connector as it is now; nil when nothing is known of it any more.
  let connector: ConnectorStatus?
  /// Who waived what was open, and why; nil when nobody did.
  let waiver: AuditEntry?
  /// Who passed on that it was erased by hand; nil when nobody did.
  let attestation: AuditEntry?
  /// Where its calls stand.
  let standing: TaskStanding?
  let now: Instant

  var json: JSON {
    var members: [JSON.Member] = [
      .init("connector", .string(task.key.connector.description)),
      .init("state", .string(task.state.word)), .init("isOpen", .bool(!task.state.isClosed)),
      .init("people", JSON(task.total)),
      .init("settled", JSON(task.state.isClosed ? task.total : task.tally.settled)),
      .init("needingAttention", JSON(task.needingAttention)),
      .init("tally", task.tally.json), .init("summary", .string(summary)),
    ]
    if task.isByHand { members.append(.init("byHand", true)) }
    if let code = task.state.code { members.append(.init("code", JSON(code.number))) }
    if let evidence = task.evidence {
      members.append(.init("evidence", .string(evidence.word)))
    }
    if let last = standing?.last { members.append(.init("lastAttempt", last.json)) }
    if let next { members.append(.init("nextTryAt", .string(next.rfc3339))) }
    if !task.state.isClosed, let giveUp = standing?.giveUp {
      members.append(.init("givenUpAt", .string(giveUp.rfc3339)))
    }
    if let who { members.append(.init("who", .string(who))) }
    if let action { members.append(.init("action", .string(action))) }
    members.append(.init("places", .array(places.map(\.json))))
    return .object(members)
  }

  /// What happened, or what is waited for.
  var summary: String {
    switch task.state {
    case .queued: isRetrying ? retrying : "waits for its turn"
    case .running: isRetrying ? retrying + also : counts.isEmpty ? "calls are under way" : counts
    case .awaitingVendor: "\(task.tally.pending) with the vendor, not confirmed yet" + also
    case .blocked: "blocked: \(connector?.state?.reason ?? "the connector is disabled")" + also
    case .needsAttention(.manualRecipient):
      "\(task.needingAttention) to be erased by hand by the system's owner" + also
    case .needsAttention(let code):
      "\(task.tally.needingAttention) need a decision: \(CodePage(code).title.lowercasedFirst) (\(code.number))"
        + also
    case .completed:
      counts
        + (attestation.map { " by hand, says \($0.actor) on \($0.at.day): \($0.detail)" } ?? "")
    case .noDataFound: "the vendor knew nobody"
    case .notApplicable: "no identifier this vendor knows"
    case .waived: counts + (waiver.map { " by \($0.actor) on \($0.at.day): \($0.detail)" } ?? "")
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
}

extension TaskLine {
  /// When the hub asks the vendor next; nil when it will not before somebody acts.
  private var next: Instant? {
    switch task.state {
    case .queued, .running, .awaitingVendor: standing?.due
    default: nil
    }
  }

  /// Whether the last try failed, and nothing is sent before another one.
  var isRetrying: Bool {
    guard let last = standing?.last, let next, !last.code.isOutcome else { return false }
    return next > now && task.state != .awaitingVendor
  }

  /// Why and when it is tried again.
  var retrying: String {
    guard let last = standing?.last, let next else { return "waits for its turn" }
    return "tried again at \(next.near(now)) UTC: \(CodePage(last.code).title.lowercasedFirst) "
      + "(\(last.code.number))"
  }
}

extension TaskLine {
  /// Who acts next; nil when the hub does.
  private var who: String? {
    switch task.state {
    case .blocked: "administrator"
    case .needsAttention(let code): CodePage(code).who
    case .awaitingVendor: "vendor"
    default: nil
    }
  }

  /// What brings it on.
  private var action: String? {
    let key = task.key
    switch task.state {
    case .blocked:
      guard let connector, case .disabled(let reason, _) = connector.state else { return nil }
      return reason.action(for: key.connector, in: connector.file)
    case .needsAttention(.manualRecipient):
      return "purgehub requests letter \(key.request) --connector \(key.connector) --output FILE "
        + "for the owner, then requests attest with what they say"
    case .needsAttention:
      return "purgehub requests retry \(key.request) --connector \(key.connector), "
        + "or requests waive with a reason"
    default: return nil
    }
  }

  /// Where the connector's settings name a purged person, while that is what blocks it.
  private var places: [SettingPlace] {
    guard case .blocked = task.state,
      case .disabled(.referencesPurgedUser(_, let places), _) = connector?.state
    else { return [] }
    return places
  }
}

extension Attempt {
  /// The attempt as clients read it.
  var json: JSON {
    [
      "number": JSON(number), "people": JSON(call.range.count),
      "first": JSON(call.range.lowerBound), "beganAt": .string(began.rfc3339),
      "endedAt": .string(ended.rfc3339), "exchanges": JSON(exchanges),
      "status": status.map { JSON($0) } ?? .null, "code": JSON(code.number),
      "title": .string(CodePage(code).title),
      "evidence": .object(
        evidence.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
    ]
  }
}

extension Code {
  /// Whether it names an outcome, and no fault.
  var isOutcome: Bool { number / 1_000 == 6 }
}

extension Instant {
  /// The time to the second; with the day where it is another one than now.
  func near(_ now: Instant) -> String {
    let second = String(rfc3339.prefix(19)).replacing("T", with: " ")
    return day == now.day ? String(second.dropFirst(11)) : second
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
  fileprivate var json: JSON { .object(counts.map { .init($0.word, JSON($0.count)) }) }
}

extension String {
  /// A sentence's beginning in the middle of another; names in capitals stay as they are.
  var lowercasedFirst: String {
    dropFirst().first?.isUppercase == true ? self : prefix(1).lowercased() + dropFirst()
  }
}
