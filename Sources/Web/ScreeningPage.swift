import Documents
import HTTPTypes
import Hub
import PurgeCore

extension API {
  /// How many rows one batch may have.
  private static let mostRows = 10_000

  func screen(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let rows = try Self.rows(in: request.jsonObject(knowing: ["rows"]))
    let suppressed = try await house.screen(rows)
    return HTTPResponse(
      200, json: ["rows": JSON(rows.count), "suppressed": .array(suppressed.map(\.json))])
  }

  private static func rows(in body: JSON) throws(Refusal) -> [[String]] {
    let rows = body["rows"]?.array?.compactMap { row in
      row.array.flatMap { cells -> [String]? in
        let texts = cells.compactMap(\.string)
        return texts.count == cells.count ? texts : nil
      }
    }
    guard let rows, rows.count == body["rows"]?.array?.count, rows.count <= mostRows else {
      throw Refusal(
        .unreadableInput, "rows is not a list of at most \(mostRows) lists of texts.",
        action: "Send { rows: [[\"...\", \"...\"], ...] } in batches.")
    }
    return rows
  }
}

extension SuppressedRow {
  fileprivate var json: JSON {
    [
      "row": JSON(row), "code": JSON(Code.suppressedIdentity.number),
      "requests": .array(
        purges.map {
          ["id": .string($0.request.description), "acceptedAt": .string($0.accepted.rfc3339)]
        }),
    ]
  }
}
