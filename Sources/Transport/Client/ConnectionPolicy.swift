/// How a connector's vendor may be spoken to.
public struct ConnectionPolicy: Sendable, Hashable {
  /// Allows `http` and private addresses; link-local and metadata addresses stay refused.
  public var selfHosted: Bool
  /// Asks for HTTP/2 over TLS; HTTP/1.1 otherwise.
  public var http2: Bool
  /// The time for name, connection and handshake together.
  public var connectTimeout: Duration
  /// The time for everything.
  public var totalTimeout: Duration
  /// The time in which nothing may move, in whole seconds; thinking vendors move nothing either.
  public var stallTimeout: Duration
  /// The largest answer taken, in bytes of its body.
  public var bodyLimit: Int
  /// The largest head taken, in bytes of all header fields.
  public var headLimit: Int
  /// The most connections open at once; transfers beyond it wait, on their own time.
  public var maxConnections: Int
  /// A file of certificate authorities in PEM that replaces the system's.
  public var trustedCertificates: String?
  /// A socket of the file system that is connected to, whatever host the URL names.
  public var unixSocket: String?

  /// Makes a policy; what is not said is the safe choice.
  public init(
    selfHosted: Bool = false, http2: Bool = false, connectTimeout: Duration = .seconds(5),
    totalTimeout: Duration = .seconds(30), stallTimeout: Duration = .seconds(20),
    bodyLimit: Int = 1 << 20, headLimit: Int = 64 << 10, maxConnections: Int = 256,
    trustedCertificates: String? = nil, unixSocket: String? = nil,
  ) {
    self.selfHosted = selfHosted
    self.http2 = http2
    self.connectTimeout = connectTimeout
    self.totalTimeout = totalTimeout
    self.stallTimeout = stallTimeout
    self.bodyLimit = bodyLimit
    self.headLimit = headLimit
    self.maxConnections = maxConnections
    self.trustedCertificates = trustedCertificates
    self.unixSocket = unixSocket
  }
}

extension Duration {
  /// Whole milliseconds, at least 1: libcurl takes 0 for "no limit".
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
  }

  /// Whole seconds, at least 1.
  var wholeSeconds: Int { max(1, Int(components.seconds)) }
}
