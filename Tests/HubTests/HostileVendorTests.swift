import Documents
import Hub
import PurgeCore
import Sandbox
import Testing

/// What must come of a behaviour for a purge of three people in one call.
struct Ending: Sendable, CustomTestStringConvertible {
  /// What the hub makes of it.
  enum Class: Sendable {
    /// It is tried again; the try counts.
    case retry(Set<Int>)
    /// It waits, at least and at most so long; nobody's tries are used up.
    case throttled(ClosedRange<Int64>)
    /// The connector is disabled; nobody's tries are used up.
    case blocked(Int)
    /// A person is asked about so many.
    case attention(Int, of: Int)
    /// Nothing is sent for want of a token; nobody's tries are used up.
    case tokenless(ClosedRange<Int64>)
    /// Everybody is erased by the first try.
    case done
    /// Everybody is erased by the second try.
    case recovered
  }

  var word: String
  var outcome: Class

  init(_ word: String, _ outcome: Class) {
    self.word = word
    self.outcome = outcome
  }

  var testDescription: String { word }
  /// Whether there is enough to look at.
  func isOver(_ finding: Ordeal.Finding) -> Bool {
    switch outcome {
    case .done, .recovered: finding.state == "completed"
    case .blocked: finding.state == "blocked"
    case .attention: finding.state == "needsAttention"
    case .retry, .throttled, .tokenless: true
    }
  }

  var behaviour: Behaviour? { Behaviour.named(word) }
  var kind: String { behaviour?.isAboutTokens == true ? "token" : "batch" }
}

extension Ending {
  private static let backoff: ClosedRange<Int64> = 1...60_000
  private static let day: Int64 = 86_400_000

  static let all: [Ending] = [
    Ending("well", .done),
    Ending("refuses", .retry([5002])),
    Ending("resets-at-connect", .retry([5002, 5005])), Ending("resets", .retry([5005])),
    Ending("resets-in-head", .retry([5005])), Ending("resets-in-body", .retry([5005])),
    Ending("vanishes", .retry([5002])), Ending("stalls", .retry([5004])),
    Ending("hangs-up", .retry([5005])),
    Ending("acts-then-stalls", .retry([5004])), Ending("acts-then-hangs-up", .retry([5005])),
    Ending("trickles", .retry([5004])), Ending("trickles-head", .retry([5004])),
    Ending("endless-fields", .retry([5007])), Ending("endless-line", .retry([5007])),
    Ending("endless-interims", .retry([5007])), Ending("endless-chunks", .retry([5007])),
    Ending("announced-flood", .retry([5007])), Ending("gzip-bomb", .attention(4004, of: 3)),
    Ending("truncates", .retry([5005])), Ending("truncates-chunks", .retry([5005])),
    Ending("longer-than-announced", .retry([4008])), Ending("answers-twice", .retry([4008])),
    Ending("two-lengths", .retry([5005])), Ending("garbage", .retry([5005])),
    Ending("no-head", .retry([5005])),
    Ending("html", .attention(4004, of: 3)), Ending("bad-utf8", .attention(4004, of: 3)),
    Ending("broken-json", .attention(4004, of: 3)), Ending("deep-json", .attention(4004, of: 3)),
    Ending("empty", .attention(4004, of: 3)), Ending("another-list", .attention(4004, of: 3)),
    Ending("fails-one", .attention(4004, of: 1)),
    Ending("error-in-success", .attention(4004, of: 3)),
    Ending("throttles", .throttled(backoff)),
    Ending("throttles-seconds", .throttled(10_000...30_000)),
    Ending("throttles-date", .throttled(day - 60_000...day)),
    Ending("throttles-past", .throttled(backoff)),
    Ending("throttles-negative", .throttled(backoff)),
    Ending("throttles-huge", .throttled(day - 60_000...day)),
    Ending("throttles-garbage", .throttled(backoff)),
    Ending("fails", .retry([4008])), Ending("busy", .throttled(10_000...30_000)),
    Ending("flaps", .recovered),
    Ending("unauthorized", .blocked(3003)), Ending("token-expires", .done),
    Ending("no-tokens", .tokenless(backoff)),
    Ending("throttles-tokens", .tokenless(3_500_000...3_600_000)),
    Ending("refuses-tokens", .blocked(3003)), Ending("empty-tokens", .blocked(3002)),
    Ending("gone", .blocked(3002)), Ending("not-found", .blocked(3002)),
    Ending("redirects", .attention(4005, of: 3)),
    Ending("redirects-for-good", .attention(4005, of: 3)),
    Ending("redirects-in-circles", .attention(4005, of: 3)),
    Ending("sets-cookie", .retry([4008])),
    Ending("stalls-in-handshake", .retry([5002])), Ending("speaks-no-tls", .retry([5003])),
  ]

  static func of(_ rows: ClosedRange<Int>) -> [Ending] {
    all.filter { rows.contains($0.behaviour?.row ?? -1) }
  }
}

/// Each behaviour once, through the whole hub, beside a healthy vendor that must not notice.
@Suite struct `A purge at a hostile vendor` {
  @Test func `28-45 has an ending here for every behaviour of the sandbox`() {
    #expect(Ending.all.map(\.word).sorted() == Behaviour.all.map(\.word).sorted())
    #expect(Behaviour.all.count > 30)
  }

  @Test(arguments: Ending.of(0...0))
  func `is done where the vendor behaves`(ending: Ending) async throws { try await endure(ending) }

  @Test(arguments: Ending.of(28...28))
  func `28 that refuses connections is tried again`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(29...29))
  func `29 that resets connections is tried again, and no half answer counts`(
    ending: Ending
  ) async throws { try await endure(ending) }

  @Test(arguments: Ending.of(30...30))
  func `30 that says nothing is ended by the clock and tried again`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(32...32))
  func `32 that trickles is ended by the clock and tried again`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(33...33))
  func `33 whose head never ends is cut off at the limit`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(34...34))
  func `34 whose body never ends is cut off at the limit`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(35...35))
  func `35 that sends a folded body has it left folded`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(36...36))
  func `36 whose answers cannot be read erases nobody`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(37...37))
  func `37 whose success holds failures is believed person by person`(
    ending: Ending
  ) async throws { try await endure(ending) }

  @Test(arguments: Ending.of(38...38))
  func `38 S15 that throttles is waited for and uses up nobody's tries`(
    ending: Ending
  ) async throws { try await endure(ending) }

  @Test(arguments: Ending.of(39...39))
  func `39 that fails is tried again, later when it asks for that`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(40...40))
  func `40 that flaps is tried again, and done then`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(41...41))
  func `41 that acts without a word is uncertain and asked again`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(42...42))
  func `42 S15 whose tokens fail uses up nobody's tries`(ending: Ending) async throws {
    try await endure(ending)
  }

  @Test(arguments: Ending.of(43...43))
  func `43 that sends elsewhere is not followed, and a missing address is nobody's absence`(
    ending: Ending
  ) async throws { try await endure(ending) }

  @Test(arguments: Ending.of(44...44))
  func `44 whose TLS fails is sent nothing`(ending: Ending) async throws {
    try await endure(ending)
  }
}

/// Behaviours that show over several answers.
@Suite struct `A vendor that is hostile for a while` {
  private func lists(_ ordeal: Ordeal) -> [RawRequest] {
    ordeal.hostile.requests.filter { $0.head.hasPrefix("POST /people/delete") }
  }

  @Test func `29 that resets once is done at the second try`() async throws {
    try await Ordeal.run(["resets", "well"], until: { $0.state == "completed" }) {
      ordeal, finding in
      #expect(finding.tally["erased"] == 3)
      #expect(finding.attempts.map(\.code) == [.completed, .uncertain])
      #expect(finding.attempts.map(\.number) == [2, 1])
    }
  }

  @Test func `41 S8 that acted without a word is asked the very same again`() async throws {
    try await Ordeal.run(["acts-then-hangs-up", "well"], until: { $0.tally["absent"] == 3 }) {
      ordeal, finding in
      let lists = lists(ordeal)
      #expect(lists.count == 2)
      #expect(Set(lists.map(\.body)).count == 1)
      #expect(ordeal.hostile.usual.ledger.remaining == 0)
      #expect(finding.state == "noDataFound")
    }
  }

  @Test func `39 L5 that only fails is left to single probes after ten failures`() async throws {
    try await Ordeal.run(["fails"], kind: "lookup", people: 30) { ordeal, _ in
      try await ordeal.untilDegraded()
      // Ten failures, and what was in flight beside the tenth.
      #expect(ordeal.hostile.requests.count <= 10 + 16)
      #expect(ordeal.isHealthyDone)
    }
  }

  @Test func `40 that fails every second time is left to single probes as well`() async throws {
    try await Ordeal.run(["flaps"], kind: "lookup", people: 60) { ordeal, _ in
      try await ordeal.untilDegraded()
      #expect(ordeal.hostile.requests.count <= 2 * (20 + 16))
      #expect(ordeal.isHealthyDone)
    }
  }
}

/// Runs a purge and holds it against what must come of it.
private func endure(_ ending: Ending) async throws {
  try await Ordeal.run([ending.word], kind: ending.kind, until: ending.isOver) {
    ordeal, finding in
    #expect(ordeal.isHealthyDone, "the healthy vendor is served regardless")
    #expect(ordeal.hostile.bytesTaken < 24 << 20, "what is read is bounded")
    for request in ordeal.hostile.requests {
      #expect(request["Cookie"] == nil && request["Accept-Encoding"] == nil)
      #expect(request["Referer"] == nil)
    }
    try await ending.outcome.check(finding, ordeal)
  }
}

extension Ending.Class {
  fileprivate func check(_ finding: Ordeal.Finding, _ ordeal: Ordeal) async throws {
    let erased = finding.tally["erased"]?.integer
    let lies = ["absent", "accepted", "verifiedAbsent", "pending", "notApplicable"]
    for lie in lies { #expect(finding.tally[lie]?.integer == 0, "\(lie)") }
    switch self {
    case .retry(let codes):
      #expect(erased == 0)
      #expect(finding.attempts.allSatisfy { codes.contains($0.code.number) }, "\(finding)")
      #expect(finding.triesUsed ?? 0 >= 1)
      #expect(finding.wait ?? .milliseconds(0) <= .seconds(60))
    case .throttled(let wait):
      #expect(erased == 0)
      #expect(finding.attempts.first?.code == .rateLimited)
      #expect(finding.triesUsed == 0)
      #expect(wait.contains(finding.wait?.milliseconds ?? 0), "\(finding)")
    case .blocked(let code):
      #expect(erased == 0)
      #expect(finding.state == "blocked" && finding.code == code, "\(finding)")
      #expect(finding.triesUsed == 0)
    case .attention(let code, let people):
      #expect(finding.state == "needsAttention" && finding.code == code, "\(finding)")
      #expect(erased == 3 - people)
      #expect(finding.tally["failed"]?.integer == people)
      #expect(finding.attempts.count == 1)
    case .tokenless(let wait):
      #expect(erased == 0 && finding.attempts.isEmpty)
      #expect(finding.triesUsed == 0)
      #expect(!ordeal.hostile.requests.contains { $0.head.contains("/people") })
      let next = ordeal.house.activity.nextLook?.milliseconds ?? 0
      #expect(wait.contains(next), "\(next)")
    case .done:
      #expect(finding.state == "completed", "\(finding)")
      #expect(erased == 3)
      #expect(finding.attempts.count == 1)
    case .recovered:
      #expect(finding.state == "completed", "\(finding)")
      #expect(erased == 3)
      #expect(finding.attempts.map(\.code) == [.completed, .vendorFailed])
    }
  }
}
