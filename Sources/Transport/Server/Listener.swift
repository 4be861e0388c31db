// Every C module brings its own copy of the socket addresses; which one counts is chance.
import CCurl
import CMicroHTTPD
import Glibc

/// A listening socket, made here so that its owner and its mode are what we say.
struct Listener {
  let descriptor: Int32
  /// The port, 0 for a socket of the file system.
  let port: Int
  /// Where it is in the file system.
  let path: String?

  init(on address: HTTPServer.Address) throws(TransportError) {
    switch address {
    case .loopback(let port): try self.init(host: "127.0.0.1", port: port)
    case .host(let host, let port): try self.init(host: host, port: port)
    case .unix(let path): try self.init(path: path)
    }
  }

  /// Takes away the socket's file.
  func removeFile() {
    if let path { unsafe unlink(path) }
  }
}

extension Listener {
  private init(host: String, port: UInt16) throws(TransportError) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
      throw TransportError("inet_pton", code: EINVAL)
    }
    descriptor = try Listener.socket(AF_INET)
    path = nil
    var yes: Int32 = 1
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    try Listener.listen(descriptor, on: &address)
    self.port = try Listener.port(of: descriptor)
  }

  private init(path: String) throws(TransportError) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw TransportError("bind", code: ENAMETOOLONG)
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    try Listener.clearTheWay(to: address, path)
    descriptor = try Listener.socket(AF_UNIX)
    // Linux gives the file the mode of the socket: the owner's only, from its first moment on.
    fchmod(descriptor, 0o600)
    try Listener.listen(descriptor, on: &address)
    self.path = path
    port = 0
  }

  /// Removes what a dead server left behind, and nothing else.
  private static func clearTheWay(
    to address: sockaddr_un, _ path: String
  ) throws(TransportError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw TransportError("bind", code: EEXIST) }
    let probe = try socket(AF_UNIX)
    defer { close(probe) }
    var address = address
    let answers = unsafe withSocketAddress(&address) { unsafe connect(probe, $0, $1) == 0 }
    guard !answers else { throw TransportError("bind", code: EADDRINUSE) }
    unsafe unlink(path)
  }

  private static func socket(_ family: Int32) throws(TransportError) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = Glibc.socket(family, kind, 0)
    guard descriptor >= 0 else { throw TransportError("socket") }
    return descriptor
  }

  private static func listen<Address>(
    _ descriptor: Int32, on address: inout Address
  ) throws(TransportError) {
    let isBound = unsafe withSocketAddress(&address) { unsafe bind(descriptor, $0, $1) == 0 }
    if isBound && Glibc.listen(descriptor, 1024) == 0 { return }
    let failure = TransportError(isBound ? "listen" : "bind")
    close(descriptor)
    throw failure
  }

  private static func port(of descriptor: Int32) throws(TransportError) -> Int {
    var address = sockaddr_in()
    let code = unsafe withSocketAddress(&address) { pointer, size in
      var size = size
      return unsafe getsockname(descriptor, pointer, &size)
    }
    guard code == 0 else { throw TransportError("getsockname") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  private static func withSocketAddress<Address, Value>(
    _ address: inout Address, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Value
  ) -> Value {
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }
}
