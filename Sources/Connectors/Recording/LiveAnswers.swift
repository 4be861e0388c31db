public import HTTPTypes
public import PurgeCore

/// What a vendor answered in earnest, before anything in it is replaced: never shown, never written.
public struct LiveAnswers: Sendable {
  /// One dry run: a call for one person, and its look-ups in order.
  public struct LookUp: Sendable {
    /// The call; with the token, where one was fetched.
    public let call: Call
    /// What was asked and answered.
    public var exchanges: [Exchange] = []

    /// A dry run that has not asked anything yet.
    public init(_ call: Call) { self.call = call }
  }

  /// The answer that brought a token.
  public var token: HTTPResponse?
  /// The answer to the manifest's `check`.
  public var check: HTTPResponse?
  /// Dry runs: the person who was named, then perhaps a stranger.
  public var lookUps: [LookUp] = []

  /// Nothing was asked yet.
  public init() {}
}

extension ManifestBehaviour {
  /// A call for one person that is not part of any request; to be played dry.
  public func dryCall(
    for subject: Subject, at now: Instant, nonce: UInt64, access: AccessToken?
  ) -> Call {
    // The same names as a replay's, so that a vendor who repeats a {uuid} repeats the replay's.
    let task = TaskKey(PurgeRequestID(bits: 0), ConnectorName(program.manifest.name))
    var call = Call(
      CallKey(task, 0..<1), people: [subject], schedule: CallSchedule(due: now),
      requestedAt: now, deadline: now + .days(30), lane: .normal)
    call.nonce = nonce
    call.access = access
    return call
  }
}
