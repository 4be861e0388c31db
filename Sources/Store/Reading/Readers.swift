import Synchronization

/// A few connections that can only read, each on its own queue; they never wait for the writer.
final class Readers: Sendable {
  private let connections: [Confined<Connection>]
  private let next = Atomic<Int>(0)

  init(path: String, count: Int = 2) throws(StoreError) {
    var connections: [Confined<Connection>] = []
    for number in 0..<count {
      let connection = try Connection(path: path)
      try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -8192")
      connections.append(Confined("purgehub.store.reader.\(number)", connection))
    }
    self.connections = connections
  }

  /// Reads one moment of the database.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
    let reader = connections[Int(UInt(bitPattern: turn) % UInt(connections.count))]
    return try await reader.now { (connection) throws(StoreError) in
      try connection.run("BEGIN")
      defer { _ = try? connection.run("COMMIT") }
      return try body(connection)
    }
  }

  /// Closes every connection after the reads before it.
  func close() async {
    for reader in connections {
      try? await reader.now { (connection) throws(StoreError) in connection.close() }
    }
  }
}
