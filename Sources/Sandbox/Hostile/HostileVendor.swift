import Documents
import Foundation
import HTTPTypes
import Synchronization

/// A vendor on loopback that behaves as badly as it is told to.
///
/// Checks (`GET /me`) are answered well where anybody can ask at all, so that its connector can be
/// enabled; every other request, and every connection that is met before one is read, takes the
/// next behaviour, and the last one stays.
public final class HostileVendor: Sendable {
  /// One request as it may be shown: without anything about a person.
  public struct Sighting: Sendable, Hashable {
    /// The method.
    public var method: String
    /// The path, where it is one of the sandbox's own.
    public var path: String
    /// The status that was said; nil when none was.
    public var status: Int?
    /// The word of the behaviour; nil for a check.
    public var behaviour: String?
  }

  /// The port on 127.0.0.1.
  public let port: UInt16
  /// What it is like when it behaves.
  public let usual: any SandboxVendor
  private let place: Place

  /// Where it lives: a server, or a port that answers nobody.
  private enum Place {
    case server(RawServer)
    case closed(ClosedPort)
    case hole(BlackHole)
  }

  /// Starts at once, on a free port unless one is given.
  ///
  /// - Parameters:
  ///   - usual: The vendor it would be if it behaved, and whose books it keeps.
  ///   - behaviours: One for each request, of which the last stays; well-behaved when empty.
  ///   - port: The port, 0 for one that is free.
  ///   - watching: Hears of each request once its answer is out.
  /// - Throws: `POSIXError` when the port cannot be had.
  public init(
    _ usual: any SandboxVendor, behaving behaviours: [Behaviour], port: UInt16 = 0,
    watching: @escaping @Sendable (Sighting) -> Void = { _ in }
  ) throws {
    self.usual = usual
    place = try Self.move(usual, behaviours, port, watching)
    self.port =
      switch place {
      case .server(let server): server.port
      case .closed(let closed): closed.port
      case .hole(let hole): hole.port
      }
    let scheme = behaviours.contains(where: \.isAboutTLS) ? "https" : "http"
    url = "\(scheme)://127.0.0.1:\(self.port)"
  }

  /// Where it is, without a slash at the end.
  public let url: String

  /// The requests read so far, checks included.
  public var requests: [RawRequest] { server?.requests ?? [] }

  /// How many connections were accepted so far.
  public var accepted: Int { server?.accepted ?? 0 }

  /// How many bytes the client has let it send so far.
  public var bytesTaken: Int { server?.bytesTaken ?? 0 }

  /// Cuts every connection and accepts nobody any more.
  public func stop() { server?.stop() }

  private var server: RawServer? {
    if case .server(let server) = place { server } else { nil }
  }

  private static func move(
    _ usual: any SandboxVendor, _ behaviours: [Behaviour], _ port: UInt16,
    _ watching: @escaping @Sendable (Sighting) -> Void
  ) throws -> Place {
    if behaviours.count == 1, case .port(let fate) = behaviours[0].stage {
      switch fate {
      case .closed: return .closed(try ClosedPort(port: port))
      case .blackHole: return .hole(try BlackHole(port: port))
      }
    }
    let script = Script(behaviours, usual, watching)
    return .server(try RawServer(port: port) { script.serve($0) })
  }
}

/// Which behaviour is next.
private final class Script: Sendable {
  private let behaviours: [Behaviour]
  private let usual: any SandboxVendor
  private let watching: @Sendable (HostileVendor.Sighting) -> Void
  private let served = Mutex(0)

  init(
    _ behaviours: [Behaviour], _ usual: any SandboxVendor,
    _ watching: @escaping @Sendable (HostileVendor.Sighting) -> Void
  ) {
    self.behaviours = behaviours.isEmpty ? [.well] : behaviours
    self.usual = usual
    self.watching = watching
  }

  func serve(_ connection: RawConnection) {
    if let act = takeConnection() { return act(connection) }
    while let request = connection.readRequest() {
      switch request.kind {
      case .check: visit(request, number: 0, connection, nil) { $0.answerWell() }
      case .token: visitForToken(request, connection)
      case .other: visitAsTold(request, connection)
      }
    }
  }

  private func visitForToken(_ request: RawRequest, _ connection: RawConnection) {
    if case .token(let act) = current.stage {
      visit(request, number: 0, connection, current, act)
    } else {
      visit(request, number: 0, connection, nil) { $0.handOutToken() }
    }
  }

  private func visitAsTold(_ request: RawRequest, _ connection: RawConnection) {
    let (behaviour, number) = take()
    switch behaviour.stage {
    case .request(let act): visit(request, number: number, connection, behaviour, act)
    case .connection(let act):
      visit(request, number: number, connection, behaviour) { _ in
        act(connection)
      }
    case .port, .token: visit(request, number: number, connection, behaviour) { $0.answerWell() }
    }
  }

  private func visit(
    _ request: RawRequest, number: Int, _ connection: RawConnection, _ behaviour: Behaviour?,
    _ act: (Visit) -> Void
  ) {
    let visit = Visit(request, number: number, on: connection, usual: usual)
    act(visit)
    watching(
      HostileVendor.Sighting(
        method: request.method.rawValue, path: request.knownPath, status: visit.status,
        behaviour: behaviour?.word))
  }

  private var current: Behaviour { served.withLock { behaviour($0) } }

  private func behaviour(_ index: Int) -> Behaviour {
    behaviours[min(index, behaviours.count - 1)]
  }

  private func take() -> (Behaviour, number: Int) {
    served.withLock { served in
      defer { served += 1 }
      return (behaviour(served), served + 1)
    }
  }

  /// The next behaviour, if it meets a connection before a request.
  private func takeConnection() -> (@Sendable (RawConnection) -> Void)? {
    served.withLock { served in
      guard case .connection(let act) = behaviour(served).stage else { return nil }
      served += 1
      return act
    }
  }
}

extension Visit {
  fileprivate func handOutToken() {
    let token: JSON = ["access_token": .string(usual.token), "expires_in": 3600]
    answer(200, fields: "Content-Type: application/json\r\n", body: token.encoded())
  }
}

extension RawRequest {
  fileprivate enum Kind { case check, token, other }

  fileprivate var kind: Kind {
    switch target {
    case "/me": .check
    case "/token": .token
    default: .other
    }
  }

  /// The path, unless it may name a person.
  fileprivate var knownPath: String {
    ["/me", "/token", "/people/delete", "/customers", "/erasures"].first { $0 == target } ?? "/..."
  }
}
