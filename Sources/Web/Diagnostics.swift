import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore
import Store

/// What support hands on about a request: one document that names nobody.
///
/// Only fields that are known to be free of people are taken: no setting's value, no free text of an
/// operator, no operator's name, no path within somebody's home. Whatever remains and still names a
/// purged person, such as a vendor's header field, is found by its fingerprint and left out.
struct Diagnostics {
  let record: RequestRecord
  let lines: [TaskLine]
  let brakes: Brakes
  let attempts: [ConnectorName: [Attempt]]
  let history: [AuditEntry]
  let connectors: [(status: ConnectorStatus, manifest: String?)]
  let facts: HubFacts
  let activity: HouseActivity
  let now: Instant

  static let leftOut = "(left out)"

  var json: JSON {
    var crew = Crew()
    var record = record
    record.actor = crew.name(of: record.actor)
    let sentence = StatusSentence(record: record, lines: lines, brakes: brakes, now: now).text
    return .object([
      .init("madeAt", .string(now.rfc3339)), .init("request", .object(request(record))),
      .init("sentence", .string(sentence)), .init("tasks", .array(lines.map(task))),
      .init("audit", .array(history.map { entry($0, &crew) })),
      .init("connectors", .array(connectors.map(connector))),
      .init(
        "activity", ["inFlight": JSON(activity.inFlight), "isQuiet": .bool(activity.isQuiet)]),
      .init("settings", facts.settings), .init("versions", facts.versions),
      .init("storage", facts.storage), .init("log", .array(facts.log.map { line($0, &crew) })),
    ])
  }

  private func request(_ record: RequestRecord) -> [JSON.Member] {
    record.facts(at: now).map { fact in
      // A regulation is a word of the caller's.
      let isWord = record.purpose.regulation.map(Self.regulations.contains) ?? true
      return fact.name == "purpose" && !isWord ? .init("purpose", .string(Self.leftOut)) : fact
    }
  }

  private static let regulations: Set<String> = [
    "gdpr", "ccpa", "cpra", "lgpd", "pipeda", "pdpa", "popia", "uk-gdpr", "dsgvo",
  ]

  private func task(_ line: TaskLine) -> JSON {
    let attempts = attempts[line.task.key.connector] ?? []
    return .object(
      (line.json.members ?? []) + [
        .init("plannedThrough", JSON(line.task.plannedThrough)),
        .init("attempts", .array(attempts.map { $0.withPlainEvidence.json })),
      ])
  }

  private func entry(_ entry: AuditEntry, _ crew: inout Crew) -> JSON {
    [
      "sequence": JSON(entry.sequence), "at": .string(entry.at.rfc3339),
      "by": .string(crew.name(of: entry.actor)), "action": .string(entry.action),
      "connector": entry.connector.map { .string($0.description) } ?? .null,
      "detail": .string(entry.isFreeText ? Self.leftOut : entry.detail),
      "link": .string(String(entry.hexadecimalHash.prefix(16))),
    ]
  }

  private func connector(_ connector: (status: ConnectorStatus, manifest: String?)) -> JSON {
    let status = connector.status
    return .object(
      (status.plain.json.members ?? []) + [
        .init("problemCount", JSON(status.problems.count)),
        .init("manifestDigest", connector.manifest.map(JSON.string) ?? .null),
      ])
  }

  private func line(_ line: JSON, _ crew: inout Crew) -> JSON {
    .object(
      (line.members ?? []).compactMap { member in
        if member.name == "by" { return .init("by", .string(crew.name(of: member.value.string))) }
        return Self.logFacts.contains(member.name) ? member : nil
      })
  }

  /// The facts of log lines that are words of ours, numbers, times or names of things.
  private static let logFacts: Set<String> = [
    "time", "level", "event", "connector", "state", "code", "request", "people", "connectors",
    "changed", "released", "until", "method", "address", "status", "milliseconds", "lines",
    "version",
  ]
}

/// Operators by number, so that one can be told from another and nobody is named.
private struct Crew {
  private var numbers: [String: Int] = [:]

  mutating func name(of actor: String?) -> String {
    guard let actor else { return Diagnostics.leftOut }
    if ["hub", "files", "SIGHUP", "engine", "unknown"].contains(actor) { return actor }
    let number = numbers[actor] ?? numbers.count + 1
    numbers[actor] = number
    return "operator \(number)"
  }
}

extension PurgePurpose {
  fileprivate var regulation: String? {
    if case .erasure(let regulation) = self { regulation } else { nil }
  }
}

extension AuditEntry {
  /// Whether its detail is what an operator typed, or may be.
  fileprivate var isFreeText: Bool {
    switch action {
    case "request.accepted", "task.retried", "change.setAside": false
    case "connector.disabled": detail.hasPrefix("code \(Code.disabledByAdministrator.number)")
    default: !detail.isEmpty
    }
  }
}

extension Attempt {
  /// The attempt with no header field that is more than a number, a time or a token.
  fileprivate var withPlainEvidence: Attempt {
    var plain = self
    plain.evidence = evidence.filter { name, value in
      Self.plainFields.contains(name)
        && value.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte) || " ,:;=._-".utf8.contains(byte)
        }
    }
    return plain
  }

  private static let plainFields: Set<String> = [
    "request-id", "x-request-id", "date", "retry-after", "ratelimit", "ratelimit-limit",
    "ratelimit-remaining", "ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-remaining",
    "x-ratelimit-reset",
  ]
}

extension ConnectorStatus {
  /// The status without what an operator or a file said in words.
  var plain: ConnectorStatus {
    var plain = self
    plain.problems = []
    switch state {
    case .disabled(.administrator, let since):
      plain.state = .disabled(.administrator(note: Diagnostics.leftOut), since: since)
    case .disabled(.configurationInvalid, let since):
      plain.state = .disabled(.configurationInvalid([]), since: since)
    default: break
    }
    return plain
  }
}

extension API {
  /// A part of a request that is read by itself.
  func read(_ word: String, ofRequest text: String) async throws(Refusal) -> HTTPResponse {
    guard word == "diagnostics" else { throw .unknownAddress }
    let document = try await diagnostics(House.id(reading: text))
    let named = try await house.textsThatName(document.texts)
    let home = NSHomeDirectory()
    return HTTPResponse(
      200,
      json: document.mapping { text in
        if named.contains(text) { return Diagnostics.leftOut }
        return home.count > 1 ? text.replacing(home + "/", with: "~/") : text
      })
  }

  private func diagnostics(_ id: PurgeRequestID) async throws(Refusal) -> JSON {
    let (now, record) = (House.now(), try await house.request(id))
    var attempts: [ConnectorName: [Attempt]] = [:]
    var history: [Int: AuditEntry] = [:]
    for task in record.tasks {
      attempts[task.key.connector] = try await house.attempts(
        of: task.key, newestFirst: true, limit: 100)
      for entry in try await house.history(of: task.key) { history[entry.sequence] = entry }
    }
    let names = Set(record.tasks.map(\.key.connector))
    let connectors = try await house.connectors(includingOff: true)
      .filter { names.contains($0.name) }
    let brakes = try await Brakes(house, record.id)
    let lines = try await taskLines(record, brakes, at: now).map(\.plain)
    return Diagnostics(
      record: record, lines: lines, brakes: brakes.plain, attempts: attempts,
      history: history.values.sorted { $0.sequence < $1.sequence },
      connectors: connectors.map { ($0, $0.use.flatMap(house.manifestDigest)) },
      facts: house.facts(), activity: house.activity, now: now
    ).json
  }
}

extension TaskLine {
  fileprivate var plain: TaskLine {
    var plain = standing
    plain?.last = standing?.last?.withPlainEvidence
    return TaskLine(
      task: task, connector: connector?.plain, waiver: nil, attestation: nil, standing: plain,
      now: now)
  }
}

extension JSON {
  /// Every text in the value; names of members are words of ours.
  fileprivate var texts: Set<String> {
    switch self {
    case .string(let text): [text]
    case .array(let elements): elements.reduce(into: []) { $0.formUnion($1.texts) }
    case .object(let members): members.reduce(into: []) { $0.formUnion($1.value.texts) }
    default: []
    }
  }

  /// The value with every text replaced.
  fileprivate func mapping(_ replace: (String) -> String) -> JSON {
    switch self {
    case .string(let text): .string(replace(text))
    case .array(let elements): .array(elements.map { $0.mapping(replace) })
    case .object(let members):
      .object(members.map { .init($0.name, $0.value.mapping(replace)) })
    default: self
    }
  }
}
