import HTTPTypes
import Sandbox
import TestSupport
import Testing
import Transport

/// Sends requests one after the other and waits for each, on a thread of its own.
func exchange(
  _ requests: [HTTPRequest], policy: ConnectionPolicy = .loopback
) async throws -> [Result<HTTPResponse, HTTPFailure>] {
  try await onThread {
    let client = try HTTPClient()
    client.open("vendor", policy: policy)
    return requests.enumerated().flatMap { index, request in
      client.send(request, as: TransferID(UInt64(index)), to: "vendor")
      return client.finish().map(\.result)
    }
  }
}

/// Sends one request and waits for what comes of it.
func exchange(
  _ request: HTTPRequest, policy: ConnectionPolicy = .loopback
) async throws -> Result<HTTPResponse, HTTPFailure> {
  try await exchange([request], policy: policy)[0]
}

extension HTTPClient {
  /// Turns until nothing is under way, and gives what was finished in order of its end.
  func finish() -> [Finished] {
    var finished: [Finished] = []
    while inFlight > 0 { finished += turn(waitingAtMost: nil) }
    return finished
  }
}

extension ConnectionPolicy {
  /// For tests: our own machine, and times too short to wait for.
  static let loopback = ConnectionPolicy(
    selfHosted: true, connectTimeout: .seconds(2), totalTimeout: .seconds(60))

  /// The same with some of it changed.
  func with(_ change: (inout ConnectionPolicy) -> Void) -> ConnectionPolicy {
    var policy = self
    change(&policy)
    return policy
  }
}

extension Result<HTTPResponse, HTTPFailure> {
  /// The kind of failure, nil for an answer.
  var failureKind: HTTPFailure.Kind? {
    if case .failure(let failure) = self { failure.kind } else { nil }
  }
}

extension RawConnection {
  /// Answers every request of the connection with the same text.
  func answerAll(_ text: String) {
    while readRequest() != nil { write(text) }
  }
}

extension HostileVendor {
  /// A vendor that behaves so, and knows nobody.
  convenience init(_ word: String) throws {
    let behaviour = try #require(Behaviour.named(word), "no behaviour \(word)")
    try self.init(BatchVendor(people: []), behaving: [behaviour])
  }
}
