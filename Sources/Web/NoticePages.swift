import Documents
import HTTPTypes
import Hub
import PurgeCore
import Store

extension API {
  func listNotices(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let limit = try request.number("limit", in: 1...200) ?? 50
    let records = try await house.notices(
      before: try request.number("before", in: 1...Int.max), limit: limit,
      failedOnly: request.queryItems["failed"] == "true")
    let next: JSON = records.count < limit ? .null : JSON(records[limit - 1].notice.sequence)
    return HTTPResponse(200, json: ["notices": .array(records.map(\.json)), "next": next])
  }

  func testNotices(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let count = try await house.testNotices(by: request.operatorName)
    return HTTPResponse(202, json: ["told": JSON(count)])
  }

  func retryNotices(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let body = try request.jsonObject(knowing: ["notice"])
    if let notice = body["notice"], notice.integer == nil {
      throw Refusal(
        .unreadableInput, "notice is \(notice.kindInWords).",
        action: "Send its number, or leave it out for all that were given up.")
    }
    let count = try await house.retryNotices(body["notice"]?.integer, by: request.operatorName)
    return HTTPResponse(200, json: ["retried": JSON(count)])
  }
}

extension NoticeRecord {
  fileprivate var json: JSON {
    [
      "notice": JSON(notice.sequence), "kind": .string(notice.kind),
      "request": notice.request.map { .string($0.description) } ?? .null,
      "connector": notice.connector.map { .string($0.description) } ?? .null,
      "code": notice.code.map { JSON($0.number) } ?? .null, "at": .string(notice.at.rfc3339),
      "deliveries": .array(deliveries.map { $0.delivery.json(to: $0.to) }),
    ]
  }
}

extension NoticeDelivery {
  fileprivate func json(to label: String) -> JSON {
    [
      "to": .string(label), "state": .string(state.rawValue), "attempts": JSON(attempts),
      "dueAt": state == .waiting ? .string(due.rfc3339) : .null,
      "code": state == .delivered ? .null : code.map { JSON($0.number) } ?? .null,
      "status": status.map { JSON($0) } ?? .null,
      "problem": state == .delivered
        ? .null : code.map { .string(CodePage($0).title) } ?? .null,
    ]
  }
}
