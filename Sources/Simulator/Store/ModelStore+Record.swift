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
    case replayed
    case connectorReplayed
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
      case .replayed: "task.replayed"
      case .connectorReplayed: "connector.replayed"
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

  /// Something that people and programs outside are told of.
  struct Telling: Sendable, Hashable {
    var kind: String
    var request: PurgeRequestID?
    var connector: ConnectorName?
    var code: Code?
  }

  mutating func tell(
    _ kind: String, _ request: PurgeRequestID?, _ connector: ConnectorName? = nil,
    _ code: Code? = nil
  ) {
    told.append(Telling(kind: kind, request: request, connector: connector, code: code))
  }

  /// A task came to need a person, and did not before.
  mutating func tellAttention(_ task: ConnectorTask, before: TaskState?) {
    guard case .needsAttention(let code) = task.state else { return }
    if case .needsAttention = before { return }
    tell("request.needsAttention", task.key.request, task.key.connector, code)
  }

  /// A connector stopped sending, for another reason than before, or sends again.
  mutating func tell(_ name: ConnectorName, was old: ConnectorState?, is new: ConnectorState) {
    guard old?.blockingCode != new.blockingCode else { return }
    var naming: PurgeRequestID?
    if case .disabled(.referencesPurgedUser(let request, _), _) = new { naming = request }
    tell(
      new.isDisabled ? "connector.disabled" : "connector.enabled", naming, name, new.blockingCode)
  }

  mutating func audit(
    _ action: AuditAction, _ request: PurgeRequestID? = nil, _ connector: ConnectorName? = nil
  ) {
    audits.append(AuditEntry(action: action, request: request, connector: connector))
  }

  /// Ends a request, and says so to people and programs.
  mutating func end(_ index: Int, as state: RequestState, _ flaw: Flaw? = nil) {
    requests[index].state = state
    tell("request.\(state.rawValue)", requests[index].id)
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
