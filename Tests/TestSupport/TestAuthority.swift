import Foundation
import Sandbox

/// Certificates made for one test, with the `openssl` command; they go with it.
public final class TestAuthority: Sendable {
  /// A server's key and certificate.
  public struct Credential: Sendable {
    /// A file with the private key in PEM.
    public var key: String
    /// A file with the certificate in PEM.
    public var certificate: String
  }

  /// The authority's own certificate, to be trusted.
  public var certificate: String { path("authority.pem") }

  private let folder: URL

  /// Makes an authority.
  public init() throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "authority-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = try make("authority", ["-subj", "/CN=Test authority"])
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A certificate of this authority for names such as `DNS:localhost,IP:127.0.0.1`.
  public func credential(for names: String) throws -> Credential {
    try make(
      UUID().uuidString,
      [
        "-subj", "/CN=Server", "-addext", "subjectAltName=\(names)", "-CA", certificate, "-CAkey",
        path("authority.key"),
      ])
  }

  /// A certificate for this machine that only its owner vouches for.
  public func selfSigned() throws -> Credential {
    try make(
      UUID().uuidString,
      ["-subj", "/CN=Server", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
  }

  /// A certificate of this authority for this machine that ended yesterday.
  public func expiredCredential() throws -> Credential {
    let request = try run(
      UUID().uuidString,
      ["req", "-new"] + newKey + [
        "-subj", "/CN=Server", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
      ])
    let (key, signed) = (request.key, "\(request.certificate).signed")
    let openssl = try ChildProcess(
      "openssl",
      [
        "x509", "-req", "-in", request.certificate, "-out", signed, "-days", "-1", "-CA",
        certificate, "-CAkey", path("authority.key"), "-CAcreateserial", "-copy_extensions", "copy",
      ])
    guard openssl.waitForExit() == 0 else { throw CocoaError(.executableLoad) }
    return Credential(key: key, certificate: signed)
  }

  private func path(_ name: String) -> String { folder.appending(path: name).path() }

  private var newKey: [String] {
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
  }

  private func make(_ name: String, _ arguments: [String]) throws -> Credential {
    try run(name, ["req", "-x509", "-days", "2"] + newKey + arguments)
  }

  private func run(_ name: String, _ arguments: [String]) throws -> Credential {
    let credential = Credential(key: path("\(name).key"), certificate: path("\(name).pem"))
    let files = ["-keyout", credential.key, "-out", credential.certificate]
    let openssl = try ChildProcess("openssl", arguments + files)
    guard openssl.waitForExit() == 0 else { throw CocoaError(.executableLoad) }
    return credential
  }
}

/// A server behind TLS: OpenSSL's own, which answers every GET with a page about the connection.
public final class TLSServer: Sendable {
  /// The port on 127.0.0.1.
  public let port: Int
  private let process: ChildProcess

  /// Starts a server with a certificate, and with further options of `openssl s_server`.
  public init(_ credential: TestAuthority.Credential, _ options: [String] = []) throws {
    process = try ChildProcess(
      "openssl",
      [
        "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", credential.certificate, "-key",
        credential.key,
      ] + options)
    let line = process.waitForLine(containing: "ACCEPT")
    guard let port = line?.split(separator: ":").last.flatMap({ Int($0) }) else {
      throw CocoaError(.executableLoad)
    }
    self.port = port
  }
}

/// A server behind TLS that says what it is told, byte by byte, when the client has spoken.
///
/// One connection at a time is served.
public final class ScriptedTLSServer: Sendable {
  /// The port on 127.0.0.1.
  public let port: Int
  private let process: ChildProcess

  /// Starts a server that offers a protocol.
  public init(_ credential: TestAuthority.Credential, offering name: String) throws {
    process = try ChildProcess(
      "openssl",
      [
        "s_server", "-accept", "127.0.0.1:0", "-alpn", name, "-cert", credential.certificate,
        "-key", credential.key,
      ], isTold: true)
    let line = process.waitForLine(containing: "ACCEPT")
    guard let port = line?.split(separator: ":").last.flatMap({ Int($0) }) else {
      throw CocoaError(.executableLoad)
    }
    self.port = port
  }

  /// Waits until the client has said a text, then says this; and is then killed, if so told, which
  /// ends the connection without TLS's farewell.
  public func answer(_ words: String, with bytes: [UInt8], thenDies: Bool = false) {
    let (process, bytes) = (process, bytes)
    Thread.detachNewThread {
      guard process.waitForLine(containing: words) != nil else { return }
      process.tell(bytes)
      guard thenDies else { return }
      // Until it has read all of that it says nothing more, so this cannot be waited for.
      Thread.sleep(forTimeInterval: 0.2)
      process.kill()
    }
  }
}

/// A server that speaks HTTP/2 over TLS and nothing else: nghttp2's own.
public final class HTTP2Server: Sendable {
  /// Where Debian's `nghttp2-server` puts it.
  public static let program = "/usr/sbin/nghttpd"
  /// The port on 127.0.0.1.
  public let port: Int
  private let process: ChildProcess

  /// Starts a server over a folder of files.
  public init(
    _ credential: TestAuthority.Credential, folder: String, _ options: [String] = []
  ) throws {
    // It cannot choose a port itself; one that was just free is free, as far as loopback goes.
    let port = Int(try RawServer { _ in }.port)
    process = try ChildProcess(
      HTTP2Server.program,
      options + [
        "-v", "-a", "127.0.0.1", "-d", folder, "\(port)", credential.key, credential.certificate,
      ])
    guard process.waitForLine(containing: "listen") != nil else {
      throw CocoaError(.executableLoad)
    }
    self.port = port
  }
}
