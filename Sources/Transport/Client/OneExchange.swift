public import HTTPTypes

extension HTTPClient {
  /// Sends one request and waits for its answer on the calling thread.
  ///
  /// For programs that ask once in a while; it makes a client of its own and lets go of it.
  public static func exchange(
    _ request: HTTPRequest, under policy: ConnectionPolicy
  ) throws(TransportError) -> Result<HTTPResponse, HTTPFailure> {
    let client = try HTTPClient()
    client.open("", policy: policy)
    client.send(request, as: TransferID(1), to: "")
    while true {
      if let finished = client.turn(waitingAtMost: nil).first { return finished.result }
    }
  }
}
