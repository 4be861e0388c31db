public import PurgeCore
public import Store

extension House {
  /// Where the calls of a request's tasks stand, by connector.
  public func standings(
    of record: RequestRecord
  ) async throws(Refusal) -> [ConnectorName: TaskStanding] {
    let keys = record.tasks.map(\.key)
    return try await refusing { () async throws(StoreError) in
      let standings = try await store.standings(of: keys)
      return Dictionary(zip(keys.map(\.connector), standings)) { first, _ in first }
    }
  }

  /// A request and its task at a connector.
  ///
  /// - Throws: `Refusal` 3005 that names the connectors the request has.
  public func task(
    _ id: PurgeRequestID, at name: ConnectorName
  ) async throws(Refusal) -> (RequestRecord, ConnectorTask) {
    let record = try await request(id)
    if let task = record.tasks.first(where: { $0.key.connector == name }) { return (record, task) }
    let names = record.tasks.map(\.key.connector.description).joined(separator: ", ")
    throw Refusal(
      .unknownConnector, "The request has no task at a connector of that name.",
      action: names.isEmpty ? "It has no connector at all." : "Its connectors are \(names).")
  }

  /// A page of a task's attempts, oldest or newest first, after a place.
  public func attempts(
    of task: TaskKey, after place: AttemptCursor? = nil, newestFirst: Bool = false, limit: Int
  ) async throws(Refusal) -> [Attempt] {
    try await refusing { () async throws(StoreError) in
      try await store.attempts(
        of: task, after: place, newestFirst: newestFirst, limit: limit)
    }
  }

  /// What people, files and the hub did about a task since its request was accepted, oldest first:
  /// entries about the request, and about its connector; at most a few hundred.
  public func history(of task: TaskKey) async throws(Refusal) -> [AuditEntry] {
    try await refusing { () async throws(StoreError) in
      let own = try await store.auditEntries(of: task.request, limit: 200)
      let about = try await store.auditEntries(
        of: task.connector, since: own.first?.sequence ?? 0, limit: 200)
      let others = about.filter { $0.request != task.request }
        // What another request did there is this one's business only where it stopped the connector.
        .filter { $0.action.hasPrefix("connector.") }
      return (own.filter { $0.connector ?? task.connector == task.connector } + others)
        .sorted { $0.sequence < $1.sequence }
    }
  }
}
