/// The numbers the engine works by; the defaults are those of the design.
public struct EnginePolicy: Sendable, Hashable {
  /// How many calls are held per call that may be in flight.
  public var window = 2
  /// The most tasks with unplanned people kept in mind per lane and connector.
  public var tasksPerLane = 64
  /// How much of a connector each lane gets: urgent, normal, bulk.
  public var weights = [8, 4, 1]
  /// How near its deadline a task becomes urgent.
  public var promotion = Span.hours(72)

  /// The first wait of a failing call; it doubles from there.
  public var firstWait = Span.seconds(5)
  /// The longest wait of a failing call on its first day.
  public var longestWait = Span.hours(1)
  /// The longest wait of a failing call after its first day.
  public var longestWaitLater = Span.hours(6)
  /// The longest pause a vendor can ask for.
  public var longestPatience = Span.hours(24)
  /// How many times its interval the wait between two questions about a job may grow to.
  public var pollGrowth: Int64 = 4
  /// The most exchanges of one try; a connector that wants more has lost its way.
  public var exchangesPerTry = 200

  /// How many failures in a row open a breaker.
  public var breakerFailures = 10
  /// How many results of a minute must be there before their share of failures counts.
  public var breakerSample = 20
  /// The first time a breaker stays open; it doubles from there.
  public var breakerWait = Span.seconds(30)
  /// The longest time a breaker stays open before the next probe.
  public var longestBreakerWait = Span.minutes(15)
  /// How long a breaker is open before the connector is disabled as unreachable.
  public var unreachableAfter = Span.hours(72)
  /// How many probes must have failed as well, so that a clock's jump alone disables nobody.
  public var unreachableProbes = 8

  /// How long a task is left alone whose plan the store did not take.
  public var refusedPlanWait = Span.seconds(1)

  /// The first wait after a batch failed; it doubles from there.
  public var batchWait = Span.seconds(1)
  /// The longest wait after a batch failed.
  public var longestBatchWait = Span.seconds(30)

  /// The policy of the design.
  public init() {}
}
