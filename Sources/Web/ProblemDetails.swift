import Documents
import HTTPTypes
import Hub
import PurgeCore

extension HTTPResponse {
  /// A refusal as problem details (RFC 9457), with the code, who acts and what to do.
  init(_ refusal: Refusal) {
    let page = CodePage(refusal.code)
    var members: [JSON.Member] = [
      .init("type", .string("urn:purgehub:code:\(refusal.code.number)")),
      .init("title", .string(page.title)),
      .init("status", JSON(page.status)),
      .init("detail", .string(refusal.detail)),
      .init("code", JSON(refusal.code.number)),
      .init("action", .string(refusal.action)),
      .init("who", .string(page.who)),
    ]
    if let connector = refusal.connector {
      members.append(.init("connector", .string(connector.description)))
    }
    self.init(
      page.status, fields: ["Content-Type": "application/problem+json"],
      body: JSON.object(members).encoded())
  }

  /// An answer with a JSON body.
  init(_ status: Int, json: JSON, fields: HTTPFields = [:]) {
    var fields = fields
    fields["Content-Type"] = "application/json"
    self.init(status, fields: fields, body: json.encoded())
  }
}
