import Documents
import HTTPTypes
import Hub
import PurgeCore
import Store

extension API {
  func listAudit(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let query = try request.options(knowing: ["request", "after", "limit"])
    let limit = try request.number("limit", in: 1...1_000) ?? 50
    let after = try request.number("after", in: 0...Int.max) ?? 0
    let id = try query["request"].map { (text) throws(Refusal) in try House.id(reading: text) }
    let entries = try await house.audit(of: id, after: after, limit: limit)
    let next = entries.count < limit ? .null : JSON(entries[limit - 1].sequence)
    return HTTPResponse(200, json: ["entries": .array(entries.map(\.json)), "next": next])
  }

  func verifyAudit(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let body = try request.jsonObject(knowing: ["entry", "hash", "receipt"])
    let finding = try await house.verifyAudit(
      against: Self.place(in: body), receipt: body["receipt"]?.string)
    return HTTPResponse(200, json: finding.json)
  }

  /// A place somebody noted; nil when the body names none.
  private static func place(in body: JSON) throws(Refusal) -> AuditPlace? {
    guard body.members?.isEmpty == false else { return nil }
    guard let entry = body["entry"]?.integer, let hash = body["hash"]?.string,
      let place = AuditPlace(entry: entry, hexadecimalHash: hash)
    else {
      throw Refusal(
        .unreadableInput, "entry and hash do not name a place in the audit trail.",
        action: "Send both as a receipt has them: a number and 64 hexadecimal digits.")
    }
    return place
  }
}

extension AuditEntry {
  fileprivate var json: JSON {
    [
      "entry": JSON(sequence), "at": .string(at.rfc3339), "who": .string(actor),
      "action": .string(action), "request": request.map { .string($0.description) } ?? .null,
      "connector": connector.map { .string($0.description) } ?? .null,
      "detail": .string(detail), "hash": .string(hexadecimalHash),
    ]
  }
}

extension AuditFinding {
  fileprivate var json: JSON {
    [
      "isIntact": .bool(isIntact), "entries": JSON(entries),
      "hash": hash.map(JSON.string) ?? .null, "broken": broken.map { JSON($0) } ?? .null,
      "holdsPlace": holdsPlace.map(JSON.bool) ?? .null, "sentence": .string(sentence),
      "code": isIntact ? .null : JSON(Code.auditBroken.number),
    ]
  }

  private var sentence: String {
    if let broken {
      return "The audit trail is broken: entry \(broken) is missing, or is not what was written."
    }
    let fits =
      entries == 0
      ? "The audit trail is empty" : "The audit trail is intact up to entry \(entries)"
    switch holdsPlace {
    case false: return "\(fits), but the noted entry is not in it: it was written anew or cut off."
    case true: return "\(fits) and holds the noted entry."
    default: return fits + "."
    }
  }
}
