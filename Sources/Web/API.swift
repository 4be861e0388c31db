import Documents
public import HTTPTypes
public import Hub
import PurgeCore

/// The one door: every command, and later every client, comes through here (P9).
///
/// It answers problem details (RFC 9457) for whatever it refuses, and never an identity.
public struct API: Sendable {
  let house: House

  /// The API of a house.
  public init(_ house: House) { self.house = house }

  /// Answers a request; never throws, and may wait as long as the request's `wait` says.
  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    do throws(Refusal) {
      return try await route(request)
    } catch {
      return HTTPResponse(error)
    }
  }

  private func route(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let parts = request.pathParts
    if request.method == .get, parts.count == 1, let answer = await health(parts[0]) {
      return answer
    }
    guard parts.first == "v1" else { throw .unknownAddress }
    switch (request.method, parts.count > 1 ? parts[1] : "", parts.count) {
    case (.post, "plans", 2): return try await plan(request)
    case (.post, "requests", 2): return try await purge(request)
    case (.get, "requests", 2): return try await listRequests(request)
    case (.get, "requests", 3): return try await showRequest(parts[2], request)
    case (.get, "requests", 4) where parts[3] == "plan": return try await showPlan(parts[2])
    case (.get, "requests", 4) where parts[3] == "recipients":
      return try await listRecipients(parts[2])
    case (.get, "requests", 4): return try await read(parts[3], ofRequest: parts[2])
    case (.get, "requests", 5), (.get, "requests", 6):
      return try await showTask(Array(parts.dropFirst(2)), request)
    case (.get, "codes", 2): return HTTPResponse(200, json: CodeManual.list)
    case (.get, "codes", 3): return try showCode(parts[2])
    case (.get, "audit", 2): return try await listAudit(request)
    case (.post, "audit", 3) where parts[2] == "verify": return try await verifyAudit(request)
    case (.get, "receipts", 3) where parts[2] == "key": return try await receiptKey(request)
    case (.post, "users", 3) where parts[2] == "screen": return try await screen(request)
    case (.post, "requests", 4) where parts[3] == "receipt":
      return try await issueReceipt(parts[2], request)
    case (.post, "requests", 4) where parts[3] == "letter":
      return try await writeLetter(parts[2], request)
    case (.post, "requests", 4): return try await act(parts[3], onRequest: parts[2], request)
    case (.post, "holds", 2): return try await placeHold(request)
    case (.get, "holds", 2): return try await listHolds(request)
    case (.get, "holds", 3): return try await showHold(parts[2])
    case (.post, "holds", 4): return try await act(parts[3], onHold: parts[2], request)
    case (.post, "backups", 2): return try await backUp(request)
    case (.get, "notices", 2): return try await listNotices(request)
    case (.post, "notices", 3) where parts[2] == "retry": return try await retryNotices(request)
    case (.post, "notices", 3) where parts[2] == "test": return try await testNotices(request)
    case (.get, "connectors", 2): return try await listConnectors(request)
    case (.get, "connectors", 3): return try await showConnector(parts[2])
    case (.post, "connectors", 3): return try await act(parts[2], request)
    case (.post, "connectors", 4) where parts[3] == "replays":
      return try await replay(parts[2], request)
    case (.post, "connectors", 5) where parts[3] == "replays" && parts[4] == "plan":
      return try await planReplay(parts[2], request)
    case (.post, "connectors", 4): return try await act(parts[3], onConnector: parts[2], request)
    default: throw .unknownAddress
    }
  }
}

extension API {
  /// Says whether the hub lives, and whether it can work: for service managers and load balancers.
  private func health(_ word: String) async -> HTTPResponse? {
    guard ["livez", "readyz"].contains(word) else { return nil }
    let readiness = await house.readiness()
    let isGood = word == "livez" ? readiness != .stuck : readiness == .ready
    return HTTPResponse(isGood ? 200 : 503, json: ["state": .string(readiness.rawValue)])
  }
}

extension Refusal {
  static var unknownAddress: Refusal {
    Refusal(
      .unknownAddress, "The API has no such address, or not with this method.",
      action: "See the README's list of addresses.")
  }
}

extension HTTPRequest {
  /// Who asks, for the audit: the name the command line or a later access layer vouches for.
  var operatorName: String { fields["PurgeHub-Operator"] ?? "unknown" }
}
