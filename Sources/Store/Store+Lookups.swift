public import PurgeCore

extension Store {
  /// The request that an idempotency key made before; nil when the key is new.
  ///
  /// Throws `idempotencyConflict` when the key came with another body.
  public func accepted(under key: IdempotencyKey) async throws(StoreError) -> Accepted? {
    let name = try keys.name(ofIdempotencyKey: key.key)
    return try await readers.read { (connection) throws(StoreError) in
      try connection.request(under: name, key).map { Accepted(id: $0, isNew: false) }
    }
  }

  /// Requests with an open task at a connector, oldest number first, at most so many.
  public func openRequests(
    of connector: ConnectorName, limit: Int
  ) async throws(StoreError) -> [PurgeRequestID] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.rows(
        """
        SELECT request FROM task WHERE connector = \(connector) AND is_open = 1
        ORDER BY request LIMIT \(limit)
        """
      ) { (row) throws(StoreError) in row.request(0) }
    }
  }
}

extension Connection {
  /// The request made under a key whose name is kept; nil when it is new.
  func request(
    under name: [UInt8], _ key: IdempotencyKey
  ) throws(StoreError) -> PurgeRequestID? {
    let found = try first("SELECT digest, request FROM idempotency WHERE name = \(name)") {
      (row) throws(StoreError) in (row.bytes(0), row.request(1))
    }
    guard let (digest, request) = found else { return nil }
    guard digest == key.digest else {
      throw StoreError(
        .idempotencyConflict, call: "accept",
        detail: "this idempotency key came before with another body, as \(request)")
    }
    return request
  }
}
