import Documents
import HTTPTypes
import Hub
import PurgeCore
import Store

extension API {
  func backUp(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let body = try request.jsonObject(knowing: ["folder", "withKey"])
    let manifest = try await house.backUp(
      to: try body.word("folder"), withKey: body["withKey"]?.bool ?? false,
      by: request.operatorName)
    return HTTPResponse(201, json: manifest.json)
  }
}
