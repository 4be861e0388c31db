public import Documents
package import HTTPTypes
package import PurgeCore

/// The recorded exchanges of a vendor, which are its manifest's test: `exchanges.json5`.
///
/// ```json5
/// {
///   settings: { url: "https://…", key: "test-key" },   // for all cases; secrets as plain test text
///   cannotShow: { absent: "the vendor answers alike for people it does not know" },  // and why
///   cases: [
///     { case: "One person is deleted",                  // a sentence
///       shows: ["success"],                             // what it is an example of, see `Shown`
///       settings: { region: "eu" },                     // over those above
///       people: [                                       // the people of the call, in order
///         { email: "ann@example.com" },                 // kind: value, in the person's own order
///         { userAlias: { id: "ann", label: "crm" } },   // id, label, prioritization
///         { email: ["a@example.com", "b@example.com"] },
///       ],
///       now: "2026-11-21T08:00:00.000Z",                // of the try; this is the default
///       requestedAt: "2026-11-20T08:00:00.000Z",        // of the purge; this is the default
///       nonce: 1, request: "PRG-0000-0000-0000-0",      // defaults
///       polling: "job-1",                               // asks about a job instead of erasing
///       checking: true,                                 // asks `check` instead; without people
///       token: { request: {…}, response: {…} },         // where the manifest fetches one
///       exchanges: [
///         { request: { method: "POST", url: "https://…", headers: { … }, body: { … } },
///           response: { status: 200, headers: { … }, body: { … } } },
///         { request: { … }, failure: "timeout" },       // a word of HTTPFailure.Kind
///       ],
///       concludes: "erased" },
///   ],
/// }
/// ```
///
/// A `body` that is a string is the bytes themselves; any other value is JSON: written compactly
/// in an answer, and compared by meaning in a request. Requests are compared in full: method, URL,
/// every header, body.
///
/// `concludes` is one word for everybody (`"erased"`), a list with a word for each person
/// (`["erased", { failed: 4002 }, { pending: "job-1" }, { retry: 4008 }]`), or, for the whole call,
/// `{ retry: 4008 }`, `{ throttled: "30s" }`, `{ throttled: "2026-11-21T08:00:30.000Z" }`,
/// `{ throttled: null }`, `{ blocked: 3003, status: 401 }`, `{ refused: 4002 }`. A token's own
/// failure is `{ token: 3003, status: 400 }`. What was recorded without erasing anybody ends with the
/// request that was not sent: `{ next: { method: "DELETE", url: "https://…" } }`. A `check` that
/// went well is `"good"`.
public struct Exchanges: Sendable {
  /// What a case can be an example of.
  public enum Shown: String, CaseIterable, Sendable {
    case success, absent, retry, failure, throttled, blocked, partial, malformed, ambiguous
    case token, pending, polling, accepted, notApplicable, check, lookUp
  }

  /// The cases, in the file's order.
  public let cases: [Story]
  /// The settings of all cases, secrets as invented text.
  public let settings: JSON
  /// What the vendor cannot show, with the reason.
  public let cannotShow: [String: String]
}

extension Exchanges {
  /// One case: a call, what is sent and answered, and what came of it.
  public struct Story: Sendable {
    /// What it is an example of.
    public let shows: [Shown]
    /// The sentence that names it.
    public let title: String
    /// The line it begins in.
    public let line: Int

    let settings: JSON
    /// The call as it stands before a token was fetched.
    package let call: Call
    let token: Recording?
    /// Whether it asks the harmless question instead of erasing.
    package let isChecking: Bool
    let recordings: [Recording]
    let conclusion: ExpectedConclusion

    /// What the vendor answered, one after the other.
    package var answers: [Result<HTTPResponse, HTTPFailure>] { recordings.map(\.result) }
    /// What the vendor answered when a token was asked for.
    package var tokenAnswer: HTTPResponse? { try? token?.result.get() }
  }

  struct Recording: Sendable {
    let request: RecordedRequest
    let result: Result<HTTPResponse, HTTPFailure>
  }

  struct RecordedRequest: Sendable {
    let method: String
    let url: String
    let fields: [HTTPFields.Field]
    let body: JSON?
  }

  enum ExpectedConclusion: Sendable {
    case call(Conclusion)
    case everybody(Outcome)
    case token(ConnectorFault)
    /// What would be sent next, to which no answer was recorded.
    case next(RecordedRequest)
    /// The check went well.
    case good
  }
}
