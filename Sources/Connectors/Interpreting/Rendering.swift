import Crypto
import Documents
import HTTPTypes
import PurgeCore

extension Step {
  /// The request for a frame's people.
  ///
  /// It throws when anything in it has no value. A further page's URL stands for the step's own.
  func request(_ frame: Frame, next: String? = nil, adding parameter: (String, String)? = nil)
    throws(Unbound) -> HTTPRequest
  {
    var frame = frame
    frame.with = with
    let base = label == "token" ? "" : try frame.program.base(frame)
    var url = ""
    if let next { url = absolute(next, base) } else { url = try self.url(frame, base) }
    if let parameter { url = url.adding(parameter.0, parameter.1) }
    let body = try self.body?.render(frame)
    frame.body = body?.bytes ?? []
    var request = HTTPRequest(HTTPRequest.Method(method), url, body: body?.bytes ?? [])
    for header in headers { request.fields.append(header.name, try header.rendered(frame)) }
    if label != "token" { try frame.program.manifest.auth.apply(to: &request, frame) }
    if let type = type ?? body?.type, request.fields["Content-Type"] == nil {
      request.fields.append("Content-Type", type)
    }
    if let idempotency { request.fields.append(idempotency, UUIDs.request(frame)) }
    if label != "token" { try frame.program.manifest.auth.sign(&request, frame) }
    try frame.program.check(request.url, base: label == "token" ? request.url : base)
    return request
  }

  private func url(_ frame: Frame, _ base: String) throws(Unbound) -> String {
    switch target {
    case .path(let template): return base + (try template.render(frame))
    case .absolute(let template):
      let url = try template.render(frame)
      guard let detour = frame.program.detour else { return url }
      guard let origin = Origin(url) else { throw Unbound(name: "base") }
      return self.origin(of: detour) + origin.rest
    }
  }

  private func origin(of base: String) -> String { Origin(base)?.text ?? base }

  /// A page's URL as the vendor gave it, completed where it is a path alone.
  private func absolute(_ next: String, _ base: String) -> String {
    next.hasPrefix("/") ? origin(of: base) + next : next
  }
}

extension HeaderTemplate {
  /// The value; line ends in it would make another header of what follows.
  func rendered(_ frame: Frame) throws(Unbound) -> String {
    let text = try frame.text(of: value)
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw Unbound(name: name) }
    return text
  }
}

extension Authorization {
  fileprivate func apply(to request: inout HTTPRequest, _ frame: Frame) throws(Unbound) {
    for part in parts {
      switch part {
      case .bearer(let token):
        let value = HeaderTemplate(name: "Authorization", value: token)
        request.fields.append("Authorization", "Bearer " + (try value.rendered(frame)))
      case .basic(let user, let password):
        let pair = "\(try frame.text(of: user)):\(try frame.text(of: password))"
        request.fields.append("Authorization", "Basic " + Array(pair.utf8).base64)
      case .headers(let headers):
        for header in headers { request.fields.append(header.name, try header.rendered(frame)) }
      case .query(let parameters):
        for parameter in parameters {
          request.url = request.url.adding(parameter.name, try frame.text(of: parameter.value))
        }
      case .aws: break
      }
    }
  }

  /// Adds what covers the whole request, once nothing else is added.
  fileprivate func sign(_ request: inout HTTPRequest, _ frame: Frame) throws(Unbound) {
    for case .aws(let credential) in parts {
      let signature = AWSSignature(
        region: try frame.text(of: credential.region),
        service: try frame.text(of: credential.service),
        key: try frame.text(of: credential.key), secret: try frame.text(of: credential.secret))
      guard let host = Origin(request.url)?.authority else { throw Unbound(name: "base") }
      do throws(CryptoError) {
        try signature.sign(&request, host: host, at: frame.call.now)
      } catch {
        throw Unbound(name: "aws")
      }
    }
  }
}

extension BodyTemplate {
  func render(_ frame: Frame) throws(Unbound) -> (bytes: [UInt8], type: String) {
    switch self {
    case .json(let template):
      return ((try template.render(frame) ?? .null).encoded(), "application/json")
    case .text(let template):
      return (Array(try frame.text(of: template).utf8), "text/plain; charset=utf-8")
    case .form(let members):
      return (try Self.form(members, frame), "application/x-www-form-urlencoded")
    case .csv(let part, let head, let rows):
      return try Self.csv(part, head, rows, frame)
    }
  }

  private static func form(
    _ members: [(name: TextTemplate, value: JSONTemplate)], _ frame: Frame
  ) throws(Unbound) -> [UInt8] {
    var pairs: [String] = []
    for member in members {
      let name = try frame.text(of: member.name)
      guard let value = try member.value.render(frame) else { continue }
      for element in value.array ?? [value] {
        guard let text = element.plainText else { throw Unbound(name: name) }
        pairs.append("\(name.percentEncoded())=\(text.percentEncoded())")
      }
    }
    return Array(pairs.joined(separator: "&").utf8)
  }

  /// One file in a multipart body: a heading and a row for each person (RFC 4180, RFC 7578).
  private static func csv(
    _ part: String, _ head: TextTemplate, _ rows: TextTemplate, _ frame: Frame
  ) throws(Unbound) -> (bytes: [UInt8], type: String) {
    var lines = [try frame.text(of: head).csvField]
    for member in frame.eachMember() { lines.append(try member.text(of: rows).csvField) }
    let boundary = "purgehub-" + UUIDs.request(frame)
    let text =
      "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(part)\"; filename=\"\(part).csv\"\r\n"
      + "Content-Type: text/csv\r\n\r\n" + lines.joined(separator: "\r\n") + "\r\n"
      + "--\(boundary)--\r\n"
    return (Array(text.utf8), "multipart/form-data; boundary=\(boundary)")
  }
}

extension String {
  fileprivate var csvField: String {
    guard contains(where: { "\",\r\n".contains($0) || $0.isNewline }) else { return self }
    return "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  func adding(_ name: String, _ value: String) -> String {
    self + (contains("?") ? "&" : "?") + "\(name.percentEncoded())=\(value.percentEncoded())"
  }
}

extension HTTPRequest.Method {
  fileprivate init(_ method: RequestMethod) {
    self =
      switch method {
      case .get: .get
      case .post: .post
      case .put: .put
      case .patch: .patch
      case .delete: .delete
      }
  }
}
