import Documents
import HTTPTypes
import Hub
import PurgeCore
import Store

extension API {
  func placeHold(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let reading = try HoldReading(request, maxPeople: house.settings.maxPeople)
    let placed = try await house.placeHold(
      on: reading.identities, reason: reading.reason, matter: reading.matter,
      until: reading.until, by: request.operatorName)
    let (hold, _) = try await house.hold(placed.id)
    return HTTPResponse(
      201,
      json: .object(
        hold.facts + [
          .init("heldBack", placed.heldBack.json), .init("tooLate", placed.tooLate.json),
        ]),
      fields: ["Location": "/v1/holds/\(placed.id)"])
  }

  func listHolds(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let query = request.queryItems
    let limit = try request.number("limit", in: 1...200) ?? 50
    let after = try query["after"].map { (text) throws(Refusal) in
      try House.holdID(reading: text)
    }
    let holds = try await house.holds(
      after: after, limit: limit, activeOnly: query["all"] != "true")
    let next: JSON = holds.count < limit ? .null : .string(holds[limit - 1].id.description)
    return HTTPResponse(
      200, json: ["holds": .array(holds.map { .object($0.facts) }), "next": next])
  }

  func showHold(_ text: String) async throws(Refusal) -> HTTPResponse {
    HTTPResponse(200, json: try await holdPage(try House.holdID(reading: text)))
  }

  func act(
    _ verb: String, onHold text: String, _ request: HTTPRequest
  ) async throws(Refusal) -> HTTPResponse {
    guard verb == "release" else { throw .unknownAddress }
    let id = try House.holdID(reading: text)
    let reason = try request.jsonObject(knowing: ["reason"]).reason()
    let resumed = try await house.releaseHold(id, reason: reason, by: request.operatorName)
    let page = try await holdPage(id)
    return HTTPResponse(
      200, json: .object((page.members ?? []) + [.init("resumed", resumed.json)]))
  }

  private func holdPage(_ id: HoldID) async throws(Refusal) -> JSON {
    let (hold, heldBack) = try await house.hold(id)
    return .object(hold.facts + [.init("heldBack", heldBack.json)])
  }
}

/// A hold's order: whom it names, by any kinds, and why.
private struct HoldReading {
  let identities: [Identity]
  let reason: String
  let matter: String?
  let until: Instant?

  init(_ request: HTTPRequest, maxPeople: Int) throws(Refusal) {
    let options: JSON
    if request.isCSV {
      let items = try request.options(knowing: ["reason", "case", "until"])
      options = .object(items.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
      let column = try SelectionReading.column(request.body)
      identities = (0..<column.count).map { column[$0] }
    } else {
      options = try request.jsonObject(knowing: ["identifiers", "reason", "case", "until"])
      identities = try Self.identities(options["identifiers"] ?? .null)
    }
    reason = try options.reason()
    matter = options["case"]?.isNull ?? true ? nil : try options.word("case")
    until = try Self.end(options["until"])
    guard !identities.isEmpty, identities.count <= maxPeople else {
      throw Refusal(
        identities.isEmpty ? .emptySelection : .tooManySubjects,
        "The hold names \(identities.isEmpty ? "nobody" : "too many people").",
        action: "Name from one to \(maxPeople) identities, of any kinds.")
    }
  }

  private static func identities(_ object: JSON) throws(Refusal) -> [Identity] {
    var found: [Identity] = []
    for member in object.members ?? [] {
      found += try SelectionReading.identifiers(.object([member])).1
    }
    return found
  }

  /// A hold lasts through the day that is named.
  private static func end(_ value: JSON?) throws(Refusal) -> Instant? {
    guard let value, !value.isNull else { return nil }
    guard let day = value.string.flatMap(Instant.init(day:)) else {
      throw Refusal(
        .unreadableInput, "until is no day.",
        action: "Write the last day of the hold as 2027-03-31; it ends with that day in UTC.")
    }
    return day + .days(1)
  }
}

extension LegalHold {
  /// What lists and pages both show.
  fileprivate var facts: [JSON.Member] {
    var members: [JSON.Member] = [
      .init("id", .string(id.description)), .init("isActive", .bool(end == nil)),
      .init("sentence", .string(sentence)), .init("reason", .string(reason)),
      .init("case", matter.map(JSON.string) ?? .null), .init("names", JSON(names)),
      .init("placedBy", .string(actor)), .init("placedAt", .string(placed.rfc3339)),
      .init("endsAt", until.map { .string($0.rfc3339) } ?? .null),
    ]
    if let end {
      members.append(.init("endedAt", .string(end.at.rfc3339)))
      members.append(.init("endedBy", .string(end.actor)))
      members.append(.init("endReason", .string(end.reason)))
    }
    return members
  }

  private var sentence: String {
    let count = "\(names) \(names == 1 ? "name" : "names")"
    guard let end else {
      let last = until.map { ", until \($0.rfc3339.prefix(16)) UTC" } ?? ""
      return "Holds \(count)\(last): whoever has one of them is not purged."
    }
    return end.actor == "hub"
      ? "Ended on \(end.at.day), when its time was over."
      : "Released by \(end.actor) on \(end.at.day): \(end.reason)"
  }
}

extension [PurgeRequestID] {
  fileprivate var json: JSON { .array(map { .string($0.description) }) }
}

extension JSON {
  /// Why somebody decides something: a member `reason` that says anything at all.
  func reason(_ name: String = "reason") throws(Refusal) -> String {
    let text = try word(name)
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw Refusal(
        .unreadableInput, "\(name) says nothing.",
        action: "Say it in a few words, for the auditor; name nobody.")
    }
    return text
  }
}
