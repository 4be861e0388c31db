import PurgeCore

// What the store leaves behind for people and programs: the audit trail and the outbox.
extension ModelStore {
  /// One line of the audit trail, without its words.
  struct AuditEntry: Sendable, Hashable {
    var action: AuditAction
    var request: PurgeRequestID?
    var connector: ConnectorName?
  }

  /// What was done.
  enum AuditAction: Sendable, Hashable {
    case accepted
    case started
    case cancelRequested
    case ended(RequestState)
    case waived
    case retried
    case named
    case connector(ConnectorWord)

    /// The action's word in the audit trail.
    var word: String {
      switch self {
      case .accepted: "request.accepted"
      case .started: "request.started"
      case .cancelRequested: "request.cancelRequested"
      case .ended(let state): "request.\(state.rawValue)"
      case .waived: "task.waived"
      case .retried: "task.retried"
      case .named: "connector.disabled"
      case .connector(.enabled): "connector.enabled"
      case .connector(.degraded): "connector.degraded"
      case .connector: "connector.disabled"
      }
    }
  }

  /// A notice for programs outside.
  struct Notice: Sendable, Hashable {
    var sequence: Int
    var state: RequestState
    var request: PurgeRequestID
    var isDelivered = false
  }

  mutating func audit(
    _ action: AuditAction, _ request: PurgeRequestID? = nil, _ connector: ConnectorName? = nil
  ) {
    audits.append(AuditEntry(action: action, request: request, connector: connector))
  }

  /// Ends a request, and says so to people and programs.
  mutating func end(_ index: Int, as state: RequestState, _ flaw: Flaw? = nil) {
    requests[index].state = state
    if flaw != .noticeForgotten {
      let counted = flaw == .noticeNumbersReused ? outbox.filter { !$0.isDelivered } : outbox
      outbox.append(
        Notice(sequence: counted.count + 1, state: state, request: requests[index].id))
    }
    audit(.ended(state), requests[index].id)
  }

  /// The oldest notices that nobody delivered yet.
  func waitingNotices(atMost limit: Int) -> [Notice] {
    Array(outbox.lazy.filter { !$0.isDelivered }.prefix(limit))
  }

  mutating func markDelivered(_ sequences: [Int]) {
    for index in outbox.indices where sequences.contains(outbox[index].sequence) {
      outbox[index].isDelivered = true
    }
  }
}
