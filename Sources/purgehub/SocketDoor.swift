import Documents
import Foundation
import HTTPTypes
import Hub
import Transport

/// The door to a hub that serves: HTTP over the socket in its data folder.
struct SocketDoor: Door {
  private let policy: ConnectionPolicy

  /// Finds the hub that serves these settings; nil when none does, or it takes longer than that.
  ///
  /// A plan for a million people takes its time, and nothing moves meanwhile.
  static func find(
    _ settings: Settings, patience: Duration = .seconds(600)
  ) async -> SocketDoor? {
    let path = path(settings)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let door = SocketDoor(path, patience)
    guard case .success = await door.exchange(HTTPRequest(.get, "/livez")) else { return nil }
    return door
  }

  /// Where the hub of these settings listens; only its owner can open it.
  static func path(_ settings: Settings) -> String { settings.data + "/hub.sock" }

  private init(_ path: String, _ patience: Duration) {
    policy = ConnectionPolicy(
      selfHosted: true, totalTimeout: patience, stallTimeout: patience,
      bodyLimit: 256 << 20, unixSocket: path)
  }

  /// Has the hub read its connector files first, as a house that opens does.
  func reload() async throws(CommandFailure) {
    let request = HTTPRequest(
      .post, "/v1/connectors/reload",
      fields: ["Content-Type": "application/json", "PurgeHub-Operator": "hub"], body: [123, 125])
    let response = try await ask(request)
    guard (200..<300).contains(response.status) else {
      throw CommandFailure((try? JSON(reading: response.body)) ?? .null)
    }
  }

  func ask(_ request: HTTPRequest) async throws(CommandFailure) -> HTTPResponse {
    switch await exchange(request) {
    case .success(let response): return response
    case .failure(let failure):
      throw CommandFailure(
        exit: .unavailable, problem: "The hub stopped answering: \(failure.detail)",
        remedy: "See whether it still runs with purgehub status, then try again.")
    }
  }

  func close() async {}

  private func exchange(_ request: HTTPRequest) async -> Result<HTTPResponse, HTTPFailure> {
    var request = request
    request.url = "http://hub" + request.url
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread { [policy, request] in
        do throws(TransportError) {
          continuation.resume(returning: try HTTPClient.exchange(request, under: policy))
        } catch {
          continuation.resume(
            returning: .failure(HTTPFailure(.connect, detail: "\(error.call) failed")))
        }
      }
    }
  }
}
