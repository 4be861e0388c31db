import Crypto
import Documents
import HTTPTypes
import PurgeCore

/// A signature of version 4, by which Amazon's services recognise who asks.
///
/// It covers the method, the URL, every field and the body as they stand, so it comes last.
struct AWSSignature {
  let region: String
  let service: String
  let key: String
  let secret: String

  private static let algorithm = "AWS4-HMAC-SHA256"

  /// Adds the time and the signature; throws when libcrypto fails.
  func sign(_ request: inout HTTPRequest, host: String, at now: Instant) throws(CryptoError) {
    let time = now.basicTime
    request.fields.append("X-Amz-Date", time)
    let fields = Self.canonical(request.fields, host: host)
    let names = fields.map(\.name).joined(separator: ";")
    let canonical = [
      request.method.rawValue, request.url.canonicalPath, request.url.canonicalQuery,
      fields.map { "\($0.name):\($0.value)\n" }.joined(), names,
      try Digest.sha256(request.body).hex,
    ].joined(separator: "\n")
    let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
    let text = [
      Self.algorithm, time, scope, try Digest.sha256(Array(canonical.utf8)).hex,
    ].joined(separator: "\n")
    let signature = try MessageCode.hmacSHA256(of: Array(text.utf8), key: signingKey(time)).hex
    request.fields.append(
      "Authorization",
      "\(Self.algorithm) Credential=\(key)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
    )
  }

  /// A key for a day, a region and a service.
  private func signingKey(_ time: String) throws(CryptoError) -> [UInt8] {
    var code = Array("AWS4\(secret)".utf8)
    for part in [String(time.prefix(8)), region, service, "aws4_request"] {
      code = try MessageCode.hmacSHA256(of: Array(part.utf8), key: code)
    }
    return code
  }

  /// Names in lower case and in order; several of one name joined, blanks folded.
  private static func canonical(
    _ fields: HTTPFields, host: String
  ) -> [(name: String, value: String)] {
    let all = [("host", host)] + fields.map { ($0.name.lowercased(), $0.value) }
    return Set(all.map(\.0)).sorted().map { name in
      let values = all.filter { $0.0 == name }.map { pair in
        pair.1.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
      }
      return (name, values.joined(separator: ","))
    }
  }
}

extension Instant {
  /// As ISO 8601 without its marks: `20150830T123600Z`.
  fileprivate var basicTime: String {
    rfc3339.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" } + "Z"
  }
}

extension String {
  /// The path, encoded once more than it travels, as every service but S3 has it.
  fileprivate var canonicalPath: String {
    let path = (Origin(self)?.rest ?? "").prefix { $0 != "?" && $0 != "#" }
    guard !path.isEmpty else { return "/" }
    return path.split(separator: "/", omittingEmptySubsequences: false)
      .map { String($0).percentEncoded() }.joined(separator: "/")
  }

  /// The parameters in order, each encoded as RFC 3986 says whatever the URL leaves plain.
  fileprivate var canonicalQuery: String {
    let rest = Origin(self)?.rest ?? ""
    guard let mark = rest.firstIndex(of: "?") else { return "" }
    let pairs = rest[rest.index(after: mark)...].split(separator: "&").map { pair in
      let name = pair.prefix { $0 != "=" }
      return (
        String(name).percentDecoded.percentEncoded(),
        String(pair.dropFirst(name.count + 1)).percentDecoded.percentEncoded()
      )
    }
    return pairs.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
  }
}
