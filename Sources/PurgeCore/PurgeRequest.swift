/// Why a purge is asked for.
public enum PurgePurpose: Sendable, Hashable {
  /// A right to erasure under a regulation, such as `gdpr` or `ccpa`.
  case erasure(regulation: String)
  /// The company's own retention rules.
  case retentionPolicy
  /// Tidying up.
  case dataHygiene
}

/// How urgent a request's calls are inside a connector; bulk never delays a single person by more
/// than one call in flight.
public enum Lane: Int, Sendable, Hashable, CaseIterable {
  /// First.
  case urgent
  /// A few people.
  case normal
  /// Many people.
  case bulk
}

/// Where a request stands (VOCABULARY: request states).
public enum RequestState: String, Sendable, Hashable, CaseIterable {
  /// Planned, not yet confirmed.
  case awaitingConfirmation
  /// Confirmed by one person, another must agree.
  case awaitingApproval
  /// Confirmed, approved where that is needed, and waiting; it can still be cancelled.
  case pending
  /// Held back by a legal hold.
  case onHold
  /// Past the point of no return.
  case inProgress
  /// Every task ended without a waiver.
  case completed
  /// Every task ended, at least one of them waived.
  case completedWithExceptions
  /// Cancelled before anything was sent.
  case cancelled
  /// Not approved.
  case rejected

  /// Whether nothing more will happen.
  public var isFinal: Bool {
    switch self {
    case .completed, .completedWithExceptions, .cancelled, .rejected: true
    default: false
    }
  }

  /// The states that may follow.
  public var successors: Set<RequestState> {
    switch self {
    case .awaitingConfirmation: [.awaitingApproval, .pending, .inProgress, .cancelled, .rejected]
    case .awaitingApproval: [.pending, .inProgress, .rejected, .cancelled]
    case .pending: [.inProgress, .onHold, .cancelled]
    case .onHold: [.pending, .rejected, .cancelled]
    case .inProgress: [.completed, .completedWithExceptions]
    case .completed, .completedWithExceptions, .cancelled, .rejected: []
    }
  }
}

/// How near a request's deadline is.
public enum DeadlineStanding: String, Sendable, Hashable {
  /// Less than three quarters of the time are gone.
  case onTrack
  /// Three quarters are gone.
  case dueSoon
  /// All of it is gone.
  case overdue

  /// The standing of a request accepted and due at those instants.
  public init(accepted: Instant, deadline: Instant, now: Instant) {
    let whole = (deadline - accepted).milliseconds
    let gone = (now - accepted).milliseconds
    self = now >= deadline ? .overdue : gone * 4 >= whole * 3 ? .dueSoon : .onTrack
  }
}
