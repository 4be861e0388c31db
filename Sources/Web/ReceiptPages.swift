import Documents
import HTTPTypes
import Hub

extension API {
  func issueReceipt(
    _ text: String, _ request: HTTPRequest
  ) async throws(Refusal) -> HTTPResponse {
    let receipt = try await house.receipt(of: House.id(reading: text), by: request.operatorName)
    return HTTPResponse(
      200, fields: ["Content-Type": "application/json"], body: receipt.file)
  }

  func receiptKey(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let key = try await house.receiptKey(by: request.operatorName)
    return HTTPResponse(200, json: ["keyID": .string(key.id), "publicKey": .string(key.pem)])
  }
}
