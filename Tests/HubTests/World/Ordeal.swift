import Connectors
import Documents
import Foundation
import HTTPTypes
import PurgeCore
import Sandbox
import Testing
import Transport

@testable import Hub
@testable import Store

/// One purge at a hostile vendor and, beside it, at a healthy one.
struct Ordeal: Sendable {
  let hostile: HostileVendor
  let house: House
  let id: PurgeRequestID
  private let place: Place
  private let healthy: BatchVendor
  private let people: [String]

  /// What was found once the hostile vendor's part has come to rest or to a first try.
  struct Finding {
    var state: String
    var code: Int?
    var tally: JSON
    /// Tries at the hostile vendor, newest first.
    var attempts: [Attempt]
    /// How many tries its calls have used up; nil when none is open.
    var triesUsed: Int?
    /// How long its next call waits; nil when none is open.
    var wait: Span?
  }

  /// Purges people at both and looks at what came of it; `kind` is the sandbox's sort of vendor.
  static func run(
    _ words: [String], kind: String = "batch", people count: Int = 3,
    until isMet: @escaping @Sendable (Finding) -> Bool = { _ in true },
    _ look: (Ordeal, Finding) async throws -> Void
  ) async throws {
    let place = try Place()
    let people = (0..<count).map { "guest-\($0)@example.org" }
    let usual: any SandboxVendor =
      kind == "lookup" ? LookUpVendor(people: people) : BatchVendor(people: people)
    let behaviours = try words.map { try #require(Behaviour.named($0), "\($0)") }
    let hostile = try HostileVendor(usual, behaving: behaviours)
    let healthy = BatchVendor(people: people)
    // On threads of its own, as the hostile one: the other tests' tasks must not hold it up.
    let server = try HostileVendor(healthy, behaving: [.well])
    // Times that pass under load as well, but for those who are ended by the clock alone.
    var policy = ConnectionPolicy(selfHosted: true, connectTimeout: .seconds(20))
    if behaviours.contains(where: \.isEndedByClock) { policy.totalTimeout = .milliseconds(1_500) }
    if behaviours.contains(where: \.isEndedInConnecting) {
      policy.connectTimeout = .milliseconds(500)
    }
    let house = try await House.open(place.settings, .asAccepted, environment: [:])
    do {
      try await house.connect("hostile", to: hostile.url, kind, policy)
      let patient = ConnectionPolicy(selfHosted: true)
      try await house.connect("healthy", to: server.url, "batch", patient)
      let answer = try await Visitor(house: house).purge(.people("email", people))
      let ordeal = Ordeal(
        hostile: hostile, house: house, id: try PurgeRequestID(reading: answer.id), place: place,
        healthy: healthy, people: people)
      let finding = try await ordeal.finding(until: isMet)
      try await look(ordeal, finding)
      hostile.stop()
    } catch {
      await house.close()
      throw error
    }
    await house.close()
    server.stop()
  }

  /// Whether the healthy vendor has erased everybody exactly once, whatever the other did.
  var isHealthyDone: Bool {
    healthy.ledger.erasures == Dictionary(uniqueKeysWithValues: people.map { ($0, 1) })
  }

  /// Waits until the hostile vendor's breaker is open.
  func untilDegraded() async throws {
    let visitor = Visitor(house: house)
    for _ in 0..<120 {
      let page = try await visitor.get("/v1/connectors/hostile")
      if page.state == "degraded" { return }
      await house.untilNews(after: house.activity.revision, atMost: .seconds(1))
    }
    Issue.record("the breaker stays closed")
  }

  private func finding(until isMet: (Finding) -> Bool) async throws -> Finding {
    let visitor = Visitor(house: house)
    var page = try await visitor.get("/v1/requests/\(id)")
    for _ in 0..<120 {
      let finding = try await finding(in: page)
      if isHealthyDone, page.json.task("healthy")?["state"] == "completed",
        finding.hasShown(hostile), isMet(finding)
      {
        return finding
      }
      let revision = page.json["revision"]?.integer ?? 0
      page = try await visitor.get("/v1/requests/\(id)?after=\(revision)&wait=1000")
    }
    Issue.record("nothing came of it: \(page.text)")
    return try await finding(in: page)
  }

  private func finding(in page: Answer) async throws -> Finding {
    let task = try #require(page.json.task("hostile"))
    let key = TaskKey(id, ConnectorName("hostile"))
    // First the tries, then the calls they changed in the same transaction.
    let attempts = try await house.store.attempts(of: key, newestFirst: true, limit: 100)
    let calls = try place.calls(of: "hostile")
    let waits = calls.map { $0.due - House.now() }
    return Finding(
      state: task["state"]?.string ?? "", code: task["code"]?.integer,
      tally: task["tally"] ?? .null,
      attempts: attempts,
      triesUsed: calls.map(\.attempts).max(), wait: waits.min())
  }
}

extension Ordeal.Finding {
  /// Whether there is anything to look at: a try, an end, or a question for a token that failed.
  fileprivate func hasShown(_ vendor: HostileVendor) -> Bool {
    if !attempts.isEmpty || state == "blocked" || state == "needsAttention" { return true }
    return vendor.requests.contains { $0.head.hasPrefix("POST /token") }
      && !vendor.requests.contains { $0.head.hasPrefix("POST /people") }
  }
}

extension Behaviour {
  fileprivate var isEndedByClock: Bool {
    mustHold.contains("for an answer") || word == "acts-then-stalls"
  }
  fileprivate var isEndedInConnecting: Bool { mustHold.contains("for connecting") }
}

extension Place {
  /// The open calls at a connector.
  fileprivate func calls(of connector: String) throws -> [(attempts: Int, due: Instant)] {
    let connection = try Connection(path: settings.data + "/hub.sqlite")
    defer { connection.close() }
    return try connection.rows(
      "SELECT attempts, due_at FROM call WHERE connector = \(connector)"
    ) { (row) throws(StoreError) in (row.integer(0), row.instant(1)) }
  }
}

extension House {
  /// Puts a connector to a sandbox vendor in use.
  fileprivate func connect(
    _ name: String, to url: String, _ kind: String, _ policy: ConnectionPolicy
  ) async throws {
    let use = "sandbox-" + kind
    let text = try #require(SandboxManifest.all.first { $0.name == use }?.text)
    let manifest = try Manifest(named: use, reading: Array(text.utf8))
    let file =
      "{ use: '\(use)', selfHosted: true, base: '\(url)', settings: { token: { env: 'T' } } }"
    let configuration = try ConnectorConfiguration(
      named: ConnectorName(name), reading: Array(file.utf8), file: name,
      manifests: [use: manifest], resolve: { _ in .success("sandbox") })
    register.install(
      InstalledConnector(
        name: ConnectorName(name), use: use, title: use, file: name, revision: "1", text: file,
        kinds: manifest.kinds, behaviour: ManifestBehaviour(manifest, configuration),
        policy: policy,
        personalPlaces: [], values: [], consequences: [], residuals: [], evidence: .confirmed),
      as: ConnectorName(name))
    let revision = ConnectorText(revision: "1", text: file)
    try await set(ConnectorName(name), .enabled, revision: revision, by: "test")
  }
}

extension JSON {
  /// A request's task at a connector.
  fileprivate func task(_ connector: String) -> JSON? {
    self["tasks"]?.array?.first { $0["connector"]?.string == connector }
  }
}
