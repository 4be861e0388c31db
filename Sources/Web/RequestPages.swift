import Documents
import HTTPTypes
import Hub
import PurgeCore
import Store

extension API {
  func plan(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let reading = try SelectionReading(request, maxPeople: house.settings.maxPeople)
    return HTTPResponse(200, json: try await house.plan(reading.selection).json)
  }

  func purge(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let reading = try SelectionReading(request, maxPeople: house.settings.maxPeople)
    let accepted = try await house.confirm(
      reading.selection, reading.confirmation, by: request.operatorName,
      idempotencyKey: try request.idempotencyKey)
    return HTTPResponse(
      202, json: try await page(accepted.id), fields: ["Location": "/v1/requests/\(accepted.id)"])
  }

  func listRequests(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let query = request.queryItems
    let limit = try request.number("limit", in: 1...200) ?? 50
    let after = try query["after"].map { (text) throws(Refusal) in try House.id(reading: text) }
    let records = try await house.requests(
      after: after, limit: limit, openOnly: query["open"] == "true")
    let next: JSON = records.count < limit ? .null : .string(records[limit - 1].id.description)
    let now = House.now()
    return HTTPResponse(
      200, json: ["requests": .array(records.map { .object($0.facts(at: now)) }), "next": next])
  }

  func showRequest(_ text: String, _ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let id = try House.id(reading: text)
    if let wait = try request.number("wait", in: 0...30_000) {
      let after = try request.number("after", in: 0...Int.max) ?? 0
      await house.untilNews(after: after, atMost: .milliseconds(Int64(wait)))
    }
    return HTTPResponse(200, json: try await page(id))
  }

  func act(
    _ verb: String, onRequest text: String, _ request: HTTPRequest
  ) async throws(Refusal) -> HTTPResponse {
    let id = try House.id(reading: text)
    switch verb {
    case "retry":
      let body = try request.jsonObject(knowing: ["connector"])
      let connector = body["connector"]?.string.map(ConnectorName.init)
      _ = try await house.retry(id, at: connector, by: request.operatorName)
    case "waive":
      let body = try request.jsonObject(knowing: ["connector", "reason"])
      _ = try await house.waive(
        id, at: ConnectorName(try body.word("connector")), reason: try body.reason(),
        by: request.operatorName)
    case "attest":
      let body = try request.jsonObject(knowing: ["connector", "statement"])
      _ = try await house.attest(
        id, at: ConnectorName(try body.word("connector")),
        statement: try body.reason("statement"), by: request.operatorName)
    case "cancel":
      let body = try request.jsonObject(knowing: ["reason"])
      let reason = body["reason"]?.isNull ?? true ? "" : try body.reason()
      try await house.cancel(id, reason: reason, by: request.operatorName)
    case "approve": try await approve(id, request)
    case "reject": try await reject(id, request)
    default: throw .unknownAddress
    }
    return HTTPResponse(200, json: try await page(id))
  }

  /// A request as support reads it: no identity, one sentence first.
  func page(_ id: PurgeRequestID) async throws(Refusal) -> JSON {
    // The activity is read first: whatever changes afterwards has a later revision.
    let (activity, now) = (house.activity, House.now())
    let record = try await house.request(id)
    let brakes = try await Brakes(house, id)
    let lines = try await taskLines(record, brakes, at: now)
    let obligations = record.tasks.reduce(0) { $0 + $1.total }
    let settled = record.tasks.reduce(0) { $0 + ($1.state.isClosed ? $1.total : $1.tally.settled) }
    return .object(
      record.facts(at: now) + brakes.json + [
        .init(
          "sentence",
          .string(StatusSentence(record: record, lines: lines, brakes: brakes, now: now).text)),
        .init("progress", ["obligations": JSON(obligations), "settled": JSON(settled)]),
        .init("tasks", .array(lines.map(\.json))),
        .init("activity", activity.json), .init("revision", JSON(activity.revision)),
      ])
  }

  /// A line for each of a request's connectors.
  func taskLines(
    _ record: RequestRecord, _ brakes: Brakes, at now: Instant
  ) async throws(Refusal) -> [TaskLine] {
    let connectors = Dictionary(
      uniqueKeysWithValues: try await house.connectors(includingOff: true).map { ($0.name, $0) })
    let standings = try await house.standings(of: record)
    return record.tasks.map { task in
      let name = task.key.connector
      return TaskLine(
        task: task, connector: connectors[name], waiver: brakes.waiver(at: name),
        attestation: brakes.attestation(at: name), standing: standings[name], now: now)
    }
  }
}

extension RequestRecord {
  /// What lists and pages both show.
  func facts(at now: Instant) -> [JSON.Member] {
    var members: [JSON.Member] = [
      .init("id", .string(id.description)), .init("state", .string(state.rawValue)),
      .init("isFinal", .bool(state.isFinal)), .init("people", JSON(total)),
      .init("purpose", .string(purpose.words)), .init("acceptedAt", .string(accepted.rfc3339)),
      .init("deadline", .string(deadline.rfc3339)), .init("daysLeft", JSON(daysLeft(at: now))),
      .init("timeLeft", .string(state.isFinal ? "ended" : timeLeft(at: now))),
    ]
    let standing = DeadlineStanding(accepted: accepted, deadline: deadline, now: now)
    members.append(.init("deadlineStanding", .string(state.isFinal ? "ended" : standing.rawValue)))
    members.append(.init("attentionRequired", .bool(needsAttention)))
    members.append(.init("confirmedBy", .string(actor)))
    if let whoActs { members.append(.init("who", .string(whoActs))) }
    if let startAt, state == .pending {
      members.append(.init("startsAt", .string(startAt.rfc3339)))
    }
    if let ended { members.append(.init("endedAt", .string(ended.rfc3339))) }
    return members
  }

  /// Days until the deadline, begun ones counted; negative after it.
  func daysLeft(at now: Instant) -> Int {
    let (left, day) = ((deadline - now).milliseconds, Span.days(1).milliseconds)
    return Int(left > 0 ? (left + day - 1) / day : left / day)
  }
}

extension PurgePurpose {
  var words: String {
    switch self {
    case .erasure(let regulation): "erasure (\(regulation))"
    case .retentionPolicy: "retentionPolicy"
    case .dataHygiene: "dataHygiene"
    }
  }
}

extension HouseActivity {
  fileprivate var json: JSON {
    [
      "inFlight": JSON(inFlight), "isQuiet": .bool(isQuiet),
      "isStorageStalled": .bool(isStorageStalled),
      "nextWakeIn": nextLook.map { JSON($0.milliseconds) } ?? .null,
    ]
  }
}

extension HTTPRequest {
  /// A whole number in the query.
  func number(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
    guard let text = queryItems[name] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw Refusal(
        .unreadableInput, "\(name) is not a number the hub can use here.",
        action: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }

  /// The caller's key for repeating a demand safely (draft-ietf-httpapi-idempotency-key-header).
  var idempotencyKey: String? {
    get throws(Refusal) {
      guard let key = fields["Idempotency-Key"] else { return nil }
      guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
        throw Refusal(
          .unreadableInput, "The idempotency key is not one the hub can keep.",
          action: "Use 1 to 255 printable ASCII characters without blanks.")
      }
      return key
    }
  }
}

extension JSON {
  /// A member that must be a text of some length.
  func word(_ name: String) throws(Refusal) -> String {
    guard let text = self[name]?.string, (1...500).contains(text.utf8.count),
      !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
    else {
      throw Refusal(
        .unreadableInput, "\(name) is missing or no line of text.",
        action: "Send \(name) as a text of at most 500 bytes in one line.")
    }
    return text
  }
}
