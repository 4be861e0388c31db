public import HTTPTypes

/// What happened, as the engine hears it.
public enum Event: Sendable {
  /// A connector was configured, reconfigured, enabled, disabled or removed (behaviour nil).
  ///
  /// Said by people and files only: what the engine judged itself is not said back to it, since
  /// each of these is a new revision that drops the token and continues no older transcript.
  case connectorChanged(ConnectorName, (any ConnectorBehaviour)?, ConnectorState)
  /// Requests were accepted or released: these connectors have new work in the store.
  case submitted([ConnectorName])
  /// The store's answer to `load`.
  case loaded(LoadedWork)
  /// An exchange of a call ended.
  case answered(CallKey, Result<HTTPResponse, HTTPFailure>)
  /// The exchange of a token request ended.
  case tokenAnswered(ConnectorName, Result<HTTPResponse, HTTPFailure>)
  /// A batch is durable; calls planned in it come with their people.
  case committed(BatchID, [Call])
  /// A batch is not durable and changed nothing; the engine offers it again.
  case commitFailed(BatchID)
  /// Tasks ended by an operator (waived, cancelled): nothing more is sent for them.
  case withdrawn([TaskKey])
  /// A `wake` came due.
  case tick
  /// Somebody set the wall clock, ahead or back, since the last event.
  ///
  /// Said before any event of the new time: what the engine remembers is by the clock as it was, and
  /// a clock that is set back while nothing happens is not seen otherwise.
  case clockSet(by: Span)
  /// Send nothing new and finish what is in flight.
  case drain
}

/// What the engine wants done.
public enum Effect: Sendable {
  /// Give me up to so many due calls, and up to so many tasks of each lane with people not planned.
  ///
  /// Either number may be 0, when there is room only for the other; `hasMore` counts nonetheless.
  case load(ConnectorName, calls: Int, tasksPerLane: Int)
  /// Send this exchange of a call and answer with `answered`.
  case send(CallKey, HTTPRequest)
  /// Send this token request and answer with `tokenAnswered`.
  case fetchToken(ConnectorName, HTTPRequest)
  /// Make these changes durable in one transaction, in order.
  case commit(BatchID, [Change])
  /// Send `tick` at this instant; only the latest counts.
  case wake(at: Instant)
  /// Tell whoever watches.
  case announce(Notice)
}

/// A batch's number, given by the engine, counting up.
public struct BatchID: Sendable, Hashable, Comparable {
  /// The number.
  public var number: Int64
  /// Makes a number.
  public init(_ number: Int64) { self.number = number }
  /// Orders by number.
  public static func < (a: BatchID, b: BatchID) -> Bool { a.number < b.number }
}

/// A durable change the engine asks for.
public enum Change: Sendable, Hashable {
  /// Calls for ranges that follow each other from the task's cursor, held by the engine. Ignored as
  /// a whole when they do not begin at the cursor or the task is closed or blocked.
  case planned(TaskKey, [Range<Int>], at: Instant)
  /// A call ended: its row goes, its segments take its place, the attempt is written. Ignored when
  /// no such call is open, as after a waiver.
  case concluded(Attempt, [CallSegment])
  /// Held calls are given back: due now, not in hand.
  case released([CallKey])
  /// The engine found a connector ill or well: credential rejected, degraded, unreachable, healed.
  /// Never undoes what a person or a file disabled: ignored while the connector is disabled.
  case connector(ConnectorName, ConnectorState)
}

/// What the store has for a connector.
public struct LoadedWork: Sendable {
  /// For which connector.
  public var connector: ConnectorName
  /// Calls that are due, now held by the engine, with their people.
  public var calls: [Call]
  /// Open, unblocked tasks with people not planned yet, by lane then deadline; some may be known.
  public var tasks: [UnplannedTask]
  /// When the next call that is not held comes due; nil: none.
  public var nextDue: Instant?
  /// Whether more calls were due than asked for.
  public var hasMore: Bool

  /// Makes loaded work.
  public init(
    connector: ConnectorName, calls: [Call], tasks: [UnplannedTask], nextDue: Instant?,
    hasMore: Bool
  ) {
    self.connector = connector
    self.calls = calls
    self.tasks = tasks
    self.nextDue = nextDue
    self.hasMore = hasMore
  }
}

/// What the engine keeps of a task while people of it are not planned yet.
public struct UnplannedTask: Sendable, Hashable {
  /// The task.
  public var key: TaskKey
  /// How urgent.
  public var lane: Lane
  /// When the request must be done.
  public var deadline: Instant
  /// How many people.
  public var total: Int
  /// The cursor.
  public var plannedThrough: Int
  /// Makes it.
  public init(key: TaskKey, lane: Lane, deadline: Instant, total: Int, plannedThrough: Int) {
    self.key = key
    self.lane = lane
    self.deadline = deadline
    self.total = total
    self.plannedThrough = plannedThrough
  }
}

/// Something worth telling, free of identities.
public enum Notice: Sendable, Hashable {
  /// A connector's state changed by the engine's own judgement.
  case connector(ConnectorName, ConnectorState)
  /// A vendor asked for patience until an instant.
  case throttled(ConnectorName, until: Instant)
  /// The store takes nothing at present; dispatch has stopped by itself.
  case storageStalled
  /// The store takes changes again.
  case storageResumed
  /// Everything in flight is finished after `drain`.
  case drained
}
