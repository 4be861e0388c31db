import Documents
import Foundation
import HTTPTypes

extension HTTPRequest {
  /// The body as JSON; nil when it is none.
  var json: JSON? { try? JSON(reading: body) }

  /// The decoded value of a query parameter.
  func query(_ name: String) -> String? {
    URLComponents(string: url)?.queryItems?.first { $0.name == name }?.value
  }
}

extension HTTPResponse {
  static func json(_ status: Int, _ value: JSON, fields: HTTPFields = [:]) -> HTTPResponse {
    var fields = fields
    fields["Content-Type"] = "application/json"
    return HTTPResponse(status, fields: fields, body: value.encoded())
  }
}
