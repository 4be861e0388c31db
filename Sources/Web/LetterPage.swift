import HTTPTypes
import Hub
import PurgeCore

extension API {
  /// Whom the owner of a system is to erase by hand: the only answer that names people.
  func writeLetter(_ text: String, _ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let body = try request.jsonObject(knowing: ["connector"])
    let letter = try await house.peopleToErase(
      House.id(reading: text), at: ConnectorName(try body.word("connector")),
      by: request.operatorName)
    return HTTPResponse(
      200, fields: ["Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store"],
      body: letter.csv)
  }
}
