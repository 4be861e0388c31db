import Synchronization

/// A few connections that can only read, each on its own queue; they never wait for the writer.
final class Readers: Sendable {
  private let connections: [Confined<Connection>]
  /// How many reads each connection has before it; a long one delays no other.
  private let waiting: Mutex<[Int]>

  init(path: String, on disk: String?, count: Int = 2) throws(StoreError) {
    var connections: [Confined<Connection>] = []
    for number in 0..<count {
      let connection = try Connection(path: path, on: disk)
      try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -8192")
      connections.append(Confined("store reader \(number)", connection))
    }
    self.connections = connections
    waiting = Mutex(Array(repeating: 0, count: count))
  }

  /// Reads one moment of the database.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    let chosen = waiting.withLock { waiting in
      let chosen = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
      waiting[chosen] += 1
      return chosen
    }
    defer { waiting.withLock { $0[chosen] -= 1 } }
    return try await connections[chosen].now { (connection) throws(StoreError) in
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
