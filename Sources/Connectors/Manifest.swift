import Documents
public import PurgeCore

/// A kind of vendor: how it is asked to erase a person, as `Connectors/<name>/connector.json5` says.
///
/// Loading checks everything that can be known without a person: words, types, names in templates,
/// pointers, and the safety rules. What it holds is ready to be used: no template is parsed again.
public struct Manifest: Sendable {
  /// The folder's name, by which a connector's file uses it.
  public let name: String
  /// What the manifest says about itself.
  public let about: About
  /// What a connector's file must say.
  public let schema: SettingsSchema
  /// Whether a person erases there by hand, and nothing is ever sent.
  public let isByHand: Bool
  /// Whether plain http and private addresses are allowed, as on the company's own network.
  public let isSelfHosted: Bool

  let people: [PeopleEntry]
  let send: SendMode
  let base: Base
  let hosts: [HostPattern]
  let auth: Authorization
  let limits: Limits
  let lets: [Let]
  let loops: [Loop]
  let takenNames: [String]
  let tokenNames: [String]
  let rules: [Rule]
  let steps: [Step]
  let poll: Poll?
  let verify: Verification?
  let check: Check?

  /// The kinds of identity this vendor knows, in order of preference; a kind may stand twice.
  public var kinds: [IdentityKind] { people.map(\.ours) }

  /// How long after an erasure people are looked up again; nil when they are not.
  public var verificationDelay: Span? { verify?.after }

  /// The strongest evidence there is to have: what the manifest says, or what its outcomes allow.
  public var strongestEvidence: Evidence {
    if isByHand { return .attested }
    return about.evidence ?? (verify.map { _ in .verifiedAbsent })
      ?? (isAcceptedOnly ? .acknowledged : .confirmed)
  }
}

extension Manifest {
  /// What a manifest tells people, beside what it does.
  public struct About: Sendable, Hashable {
    /// The vendor's name as people write it.
    public var title = ""
    /// The vendor's page about this API.
    public var docs: String?
    /// What sort of system it is, such as `crm`.
    public var category: String?
    /// What follows from a purge here; shown before it is confirmed.
    public var consequences: [String] = []
    /// What this purge does not reach.
    public var residuals: [String] = []
    /// What the credential must be allowed to do at the vendor.
    public var permission: String?
    /// How long the vendor takes.
    public var latency: String?
    /// How strongly the vendor's answer is evidence.
    public var evidence: Evidence?
  }
}

/// One kind of identity: ours, theirs, and the JSON shape they want it in.
struct PeopleEntry: Sendable {
  let ours: IdentityKind
  let theirs: String
  let shape: JSONTemplate?
  /// Settings that must have these values for the entry to count.
  let condition: [(setting: Int, value: JSON)]
  let needsLabel: Bool
  let needsPrioritization: Bool
}

/// Which identities of a person are sent.
enum SendMode: String, CaseIterable, Sendable {
  case first, each, all
}

/// Where requests go.
enum Base: Sendable {
  case template(URLTemplate)
  /// The value of a single name, as it is.
  case name(NameUse)
  /// One template for each value of a setting.
  case map(setting: Int, [String: URLTemplate])
}

/// `for`: the steps run once for each element of a setting.
struct Loop: Sendable {
  let name: String
  let setting: Int
}

/// What goes with each request to prove who asks.
struct Authorization: Sendable {
  enum Part: Sendable {
    case bearer(TextTemplate)
    case basic(TextTemplate, TextTemplate)
    case headers([HeaderTemplate])
    case query([HeaderTemplate])
    case aws(AWSCredential)
  }

  var parts: [Part] = []
  var token: TokenStep?
}

/// What a signature of version 4 is made with.
struct AWSCredential: Sendable {
  let region: TextTemplate
  let service: TextTemplate
  let key: TextTemplate
  let secret: TextTemplate
}

/// A name and its templated value.
struct HeaderTemplate: Sendable {
  let name: String
  let value: TextTemplate
}

/// How a token is fetched and what is taken from the answer.
struct TokenStep: Sendable {
  enum Lifetime: Sendable {
    case fixed(Span)
    /// The place of a number of seconds.
    case told(JSONPointer)
  }

  let step: Step
  let take: [JSONPointer]
  let lifetime: Lifetime
}

/// How fast and how long.
struct Limits: Sendable {
  enum WaitKind: String, CaseIterable, Sendable {
    case epoch, seconds, millis, date
  }

  var rates: [Rate] = []
  var concurrent: Int?
  var retryFor: Span?
  var pool: String?
  var spacing: Span?
  var wait: (header: String, kind: WaitKind)?
}

/// One request and what its answer means.
struct Step: Sendable {
  enum Target: Sendable {
    /// Follows the base.
    case path(URLTemplate)
    /// Stands for itself.
    case absolute(URLTemplate)
  }

  var label = ""
  var method = RequestMethod.post
  var target = Target.path(URLTemplate(parts: []))
  var with: [WithValue] = []
  var headers: [HeaderTemplate] = []
  var type: String?
  var body: BodyTemplate?
  var batch: Batch?
  var idempotency: String?
  var find: Find?
  var job: [JobSource] = []
  var items: Items?
  var count: JSONPointer?
  var rules: [Rule] = []
  /// Whether what is sent depends on the person.
  var usesMember = false
  /// Whether the URL itself does, so that "not found" speaks of the person.
  var addressesMember = false
}

struct WithValue: Sendable {
  let name: String
  let template: JSONTemplate
  let isPerMember: Bool
}

enum RequestMethod: String, CaseIterable, Sendable {
  case get, post, put, patch, delete
}

enum BodyTemplate: Sendable {
  case json(JSONTemplate)
  case form([(name: TextTemplate, value: JSONTemplate)])
  case csv(part: String, head: TextTemplate, rows: TextTemplate)
  case text(TextTemplate)
}

/// How many people travel in one request.
///
/// The word `linger` is understood and has no effect: a call holds people of one purge only, so
/// nobody waits for others to join.
struct Batch: Sendable {
  let max: Int
  /// The most bytes of a body.
  let bytes: Int?
}

/// What makes a request a look-up.
struct Find: Sendable {
  struct Guard: Sendable {
    let place: TextTemplate
    let value: TextTemplate
  }

  enum Page: Sendable {
    case url(JSONPointer)
    case cursor(JSONPointer)
    case after(parameter: String, last: JSONPointer, more: JSONPointer?)
    case offset(parameter: String, size: Int)
    case number(parameter: String, size: Int)
    case link(relation: String)
  }

  /// For whom capitals do not count: the part of an address that vendors fold is folded by nearly
  /// all of them, other names only by some.
  enum Caseless: Sendable {
    case all
    case kinds([IdentityKind])

    static var email: Caseless { .kinds([.email]) }
  }

  let rows: JSONPath
  let guards: [Guard]
  let caseless: Caseless
  let take: [(slot: Int, place: JSONPointer)]
  let page: Page?
  let max: Int
}

/// Where a job's name stands, or what it is.
enum JobSource: Sendable {
  case place(JSONPointer)
  case template(TextTemplate)
}

/// Results for each person in one answer.
struct Items: Sendable {
  enum Key: Sendable {
    case position
    case name
    case place(JSONPointer)
  }

  let rows: JSONPath
  let key: Key
}

/// What an answer means.
struct Rule: Sendable {
  enum Test: Sendable {
    case equals(JSON)
    case matches(Pattern)
    case exists(Bool)
  }

  var statuses: [ClosedRange<Int>] = []
  var kinds: [IdentityKind] = []
  var place: JSONPointer?
  var test: Test?
  var text: Pattern?
  var rows: Int?
  var word = OutcomeWord.failed
}

/// What a rule can say.
enum OutcomeWord: String, CaseIterable, Sendable {
  case erased, accepted, absent, verifiedAbsent, pending, ambiguous, retry, throttled, failed
  case blocked

  /// Whether it says that the vendor acted.
  var isSuccess: Bool {
    switch self {
    case .erased, .accepted, .pending, .verifiedAbsent: true
    default: false
    }
  }

  /// Whether it ends an obligation: never for an answer that says the credential is bad.
  var endsObligation: Bool { isSuccess || self == .absent }
}

/// How the vendor is asked what became of a job.
struct Poll: Sendable {
  let step: Step
  let every: Span
  let giveUp: Span
  let state: JSONPointer?
  let states: [String: OutcomeWord]
  let rows: JSONPath?
  let guards: [Find.Guard]
  let due: JSONPointer?

  /// The words it can end with.
  var words: [OutcomeWord] { states.values + step.rules.map(\.word) }
}

/// When people who are said to be gone are looked up again.
struct Verification: Sendable {
  let after: Span
  let every: Span
  let giveUp: Span
}

/// The harmless request that shows whether the credential works.
struct Check: Sendable {
  let step: Step
}
