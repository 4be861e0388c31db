/// What a server takes from strangers.
public struct ServerLimits: Sendable, Hashable {
  /// The most connections at once; more wait to be accepted.
  public var connections: Int
  /// The largest body, in bytes; a larger one is answered with 413.
  public var bodyBytes: Int
  /// The memory of a connection, which bounds its request line and header fields.
  ///
  /// More than fits is answered with 414 or 431.
  public var headBytes: Int
  /// The time a connection may be silent, in whole seconds.
  public var idleTime: Duration
  /// The time for a whole request to come in, or a whole answer to be taken, whatever trickles.
  public var requestTime: Duration
  /// The time `stop` gives those in hand before it answers 503 for them.
  public var stopTime: Duration

  /// Makes limits.
  public init(
    connections: Int = 1024, bodyBytes: Int = 1 << 20, headBytes: Int = 32 << 10,
    idleTime: Duration = .seconds(60), requestTime: Duration = .seconds(60),
    stopTime: Duration = .seconds(20),
  ) {
    self.connections = connections
    self.bodyBytes = bodyBytes
    self.headBytes = headBytes
    self.idleTime = idleTime
    self.requestTime = requestTime
    self.stopTime = stopTime
  }
}
