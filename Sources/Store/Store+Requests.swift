import Dispatch
public import PurgeCore

/// People who are written, or prepared where they are few, for a request that is still to come.
public struct StagedPeople: Sendable {
  let prepared: PreparedPeople

  /// The fingerprints they came with, in order.
  public var fingerprints: [Fingerprint] { prepared.tombstones }
}

extension Store {
  /// Makes a request durable with all that follows from it, or returns the one that the same
  /// idempotency key and body made before.
  ///
  /// People are sealed on a queue of their own before the writer sees them, and more than some
  /// thousand are written in slices, so that others need not wait; they cannot be seen before the
  /// request is. Throws `idempotencyConflict` when the key came with another body.
  public func accept(_ acceptance: Acceptance) async throws(StoreError) -> Accepted {
    let staged = try await stage(acceptance.subjects, acceptance.fingerprints)
    return try await accept(acceptance, staged)
  }

  /// Writes many people before the request that names them; they cannot be seen before it is.
  ///
  /// Hand them to `accept`, or to `drop` when there will be no request; a process that dies meanwhile
  /// sweeps them at its next start.
  public func stage(
    _ people: Roster, _ fingerprints: [Fingerprint]
  ) async throws(StoreError) -> StagedPeople {
    while true {
      let prepared = try await prepare(people, fingerprints)
      do throws(StoreError) {
        if try await writer.stage(prepared) { return StagedPeople(prepared: prepared) }
      } catch {
        await writer.unstage(prepared)
        throw error
      }
    }
  }

  /// Takes staged people away again.
  public func drop(_ staged: StagedPeople) async { await writer.unstage(staged.prepared) }

  /// Makes a request of staged people durable, or drops them and returns the one that the same
  /// idempotency key and body made before.
  ///
  /// Throws `idempotencyConflict` when the key came with another body; they are dropped then, too.
  public func accept(
    _ acceptance: Acceptance, _ staged: StagedPeople
  ) async throws(StoreError) -> Accepted {
    var staged = staged
    while true {
      let prepared = try PreparedAcceptance(acceptance, staged.prepared, keys)
      if let accepted = try await accept(prepared) { return accepted }
      // Somebody else's request was given the same random number meanwhile.
      staged = try await stage(acceptance.subjects, acceptance.fingerprints)
    }
  }

  /// Writes a prepared request whose people are staged; nil when its random number is taken.
  func accept(_ prepared: PreparedAcceptance) async throws(StoreError) -> Accepted? {
    do throws(StoreError) {
      let accepted = try await writer.write { (transaction) throws(StoreError) in
        try transaction.accept(prepared)
      }
      if accepted?.isNew != true { await writer.unstage(prepared.people) }
      return accepted
    } catch {
      await writer.unstage(prepared.people)
      throw error
    }
  }

  /// The request that an idempotency key made before; nil when the key is new.
  ///
  /// Throws `idempotencyConflict` when the key came with another body.
  public func accepted(under key: IdempotencyKey) async throws(StoreError) -> Accepted? {
    let name = try keys.name(ofIdempotencyKey: key.key)
    return try await readers.read { (connection) throws(StoreError) in
      try connection.request(under: name, key).map { Accepted(id: $0, isNew: false) }
    }
  }

  private func prepare(
    _ people: Roster, _ fingerprints: [Fingerprint]
  ) async throws(StoreError) -> PreparedPeople {
    let keys = keys
    let result = await withCheckedContinuation {
      (waiting: CheckedContinuation<Result<PreparedPeople, StoreError>, Never>) in
      DispatchQueue.global().async {
        waiting.resume(
          returning: Result { () throws(StoreError) in
            try PreparedPeople(people, fingerprints, keys)
          })
      }
    }
    return try result.get()
  }

  /// Maker of fingerprints under this store's key.
  public func fingerprints() throws(StoreError) -> Fingerprints {
    try Fingerprints(key: keys.tombstones)
  }

  /// A request with its tasks; throws `unknownRequest`.
  public func request(_ id: PurgeRequestID) async throws(StoreError) -> RequestRecord {
    let record = try await readers.read { (connection) throws(StoreError) in
      try connection.request(id)
    }
    guard let record else { throw .unknown(id) }
    return record
  }

  /// A page of requests, newest first, after a place; nil begins with the newest.
  public func requests(
    after place: RequestCursor? = nil, limit: Int, openOnly: Bool = false
  ) async throws(StoreError) -> [RequestRecord] {
    let beginning = RequestCursor(
      accepted: Instant(milliseconds: .max), id: PurgeRequestID(bits: .max))
    return try await readers.read { (connection) throws(StoreError) in
      try connection.requests(after: place ?? beginning, limit: limit, openOnly: openOnly)
    }
  }

  /// The people of a task who need a decision, from a position on.
  public func exceptions(
    of task: TaskKey, from position: Int = 0, limit: Int
  ) async throws(StoreError) -> [SubjectException] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.exceptions(of: task, from: position, limit: limit)
    }
  }

  /// The results of a task whose ranges begin at a position or later.
  public func results(
    of task: TaskKey, from position: Int = 0, limit: Int
  ) async throws(StoreError) -> [TaskResult] {
    try await readers.read { (connection) throws(StoreError) in
      try connection.results(of: task, from: position, limit: limit)
    }
  }

  /// The requests that purge each of these names, newest first; names nobody purged are left out.
  public func purges(
    of fingerprints: [Fingerprint]
  ) async throws(StoreError) -> [Fingerprint: [PurgeRequestID]] {
    try await tombstones(of: fingerprints).mapValues { $0.map(\.request) }
  }

  /// As `purges(of:)`, with the instants at which the requests were accepted.
  public func tombstones(
    of fingerprints: [Fingerprint]
  ) async throws(StoreError) -> [Fingerprint: [PurgeMention]] {
    try await readers.read { (connection) throws(StoreError) in
      var found: [Fingerprint: [PurgeMention]] = [:]
      for fingerprint in fingerprints {
        let requests = try connection.purges(of: fingerprint)
        if !requests.isEmpty { found[fingerprint] = requests }
      }
      return found
    }
  }
}
