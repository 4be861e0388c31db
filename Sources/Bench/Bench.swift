import Store

/// Measures the hub on this machine: requests through its door, vendors in a process of their own,
/// everything in a temporary folder.
public struct Bench: Sendable {
  var options: BenchOptions
  /// Whether somebody asked to end; then what was begun is taken away and nothing measured.
  let isAsked: @Sendable () -> Bool
  /// Says what is being done.
  let say: @Sendable (String) -> Void

  /// Makes a bench.
  public init(
    _ options: BenchOptions, isAsked: @escaping @Sendable () -> Bool,
    say: @escaping @Sendable (String) -> Void
  ) {
    self.options = options
    self.isAsked = isAsked
    self.say = say
  }

  /// Measures one mode; it leaves no file and no process behind, however it ends.
  public func run(_ mode: BenchMode) async throws -> [BenchResult] {
    say("\(mode.name): \(mode.summary)")
    return try await mode.run(self)
  }

  /// Lends out a hub's stage with quick vendors beside it, and takes both away afterwards.
  func onStage<Value>(
    _ flow: Flow, _ body: (Stage, VendorProcess) async throws -> Value
  ) async throws -> Value {
    let vendors = try VendorProcess(flow.vendors)
    defer { vendors.end() }
    let stage = try Stage(at: vendors.ports, flow)
    defer { stage.strike() }
    SlowDisk.delaySyncs(milliseconds: options.syncDelay ?? 0)
    defer { SlowDisk.delaySyncs(milliseconds: 0) }
    return try await body(stage, vendors)
  }

  func checkInterruption() throws {
    if isAsked() { throw BenchInterrupted() }
  }
}

/// A stream of purges that is measured.
struct Flow: Sendable {
  var mode: String
  var vendors: Int
  var peoplePerCall: Int
  /// Calls that each vendor allows at once.
  var atOnce: Int
  /// People in one request.
  var people = 100_000
  /// How long it is measured at least.
  var seconds = 5.0
  /// Whether the vendor only takes jobs, which end much later.
  var takesJobs = false

  /// What a person asked for instead.
  func with(_ options: BenchOptions) -> Flow {
    var flow = self
    flow.vendors = options.connectors ?? vendors
    flow.people = options.people ?? people
    flow.seconds = options.seconds ?? seconds
    return flow
  }
}
