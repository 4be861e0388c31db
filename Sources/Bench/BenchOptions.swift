/// What a person asks of the bench; nil where the mode's own number holds.
public struct BenchOptions: Sendable, Hashable {
  /// How long a mode measures at least, in seconds.
  public var seconds: Double?
  /// How many people a request names, or are on record.
  public var people: Int?
  /// How many vendors there are.
  public var connectors: Int?
  /// How many milliseconds each sync of the disk takes more.
  public var syncDelay: Int?

  /// Asks for nothing.
  public init() {}
}
