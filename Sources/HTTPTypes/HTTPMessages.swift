/// A request as it leaves, or as it arrived.
public struct HTTPRequest: Sendable, Hashable {
  /// The methods the hub sends and serves.
  public enum Method: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
  }

  /// What is asked for.
  public var method: Method
  /// An absolute URL when the request leaves; path and query when it arrived.
  public var url: String
  /// The header fields, without `Host` and `Content-Length`: the transport writes those.
  public var fields: HTTPFields
  /// The body's bytes; empty for none.
  public var body: [UInt8]

  /// Makes a request.
  public init(
    _ method: Method, _ url: String, fields: HTTPFields = [:], body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
  }
}

/// An answer.
public struct HTTPResponse: Sendable, Hashable {
  /// The status code, 100 to 599.
  public var status: Int
  /// The header fields.
  public var fields: HTTPFields
  /// The body's bytes, never decompressed.
  public var body: [UInt8]

  /// Makes an answer.
  public init(_ status: Int, fields: HTTPFields = [:], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }
}

/// Why no answer came.
public struct HTTPFailure: Error, Sendable, Hashable {
  /// What failed, as callers must tell it apart.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The host's name did not resolve.
    case dns
    /// No connection: refused, unreachable, timed out while connecting.
    case connect
    /// The TLS handshake or the certificate.
    case tls
    /// Time ran out after the request left; the other side may have acted.
    case timeout
    /// The connection broke after the request left; the other side may have acted.
    case uncertain
    /// The address is private or otherwise not to be spoken to.
    case addressRefused
    /// The answer was larger than the limit; the other side has acted.
    case responseTooLarge
    /// The request could not be made as asked, such as a URL of another protocol.
    case unusable
  }

  /// What failed.
  public var kind: Kind
  /// The library's own words, without URL, host address or body.
  public var detail: String

  /// Makes a failure.
  public init(_ kind: Kind, detail: String) {
    self.kind = kind
    self.detail = detail
  }

  /// Whether the other side may have acted on the request.
  public var mayHaveActed: Bool {
    switch kind {
    case .timeout, .uncertain, .responseTooLarge: true
    case .dns, .connect, .tls, .addressRefused, .unusable: false
    }
  }
}
