import Crypto
import PurgeCore

/// An acceptance with everything sealed and sorted, so that the writer only writes.
struct PreparedAcceptance: Sendable {
  let id: PurgeRequestID
  let acceptance: Acceptance
  let total: Int
  let wrappedKey: [UInt8]
  let blocks: [[UInt8]]
  let tombstones: [Fingerprint]
  let idempotencyName: [UInt8]?

  init(_ acceptance: consuming Acceptance, _ keys: Keys) throws(StoreError) {
    guard !acceptance.subjects.isEmpty else {
      throw StoreError(.wrongState, call: "accept", detail: "a request needs at least one person")
    }
    let id = try Self.randomID()
    let key = try RequestKey()
    wrappedKey = try key.wrapped(for: id, with: keys)
    blocks = try Self.seal(acceptance.subjects, of: id, with: key)
    // In order of their bytes, so that a million of them fill the table's pages one by one.
    tombstones = acceptance.fingerprints.sorted()
    idempotencyName = try acceptance.idempotency.map { (given) throws(StoreError) in
      try keys.name(ofIdempotencyKey: given.key)
    }
    total = acceptance.subjects.count
    acceptance.subjects = []
    acceptance.fingerprints = []
    self.id = id
    self.acceptance = acceptance
  }

  /// Whether there are too many people to hold up everybody else while they are written.
  var isStaged: Bool { blocks.count > PeopleSlice.blocks }

  private static func randomID() throws(StoreError) -> PurgeRequestID {
    do throws(CryptoError) {
      return PurgeRequestID(bits: try RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) })
    } catch { throw StoreError(error) }
  }

  private static func seal(
    _ subjects: [Subject], of id: PurgeRequestID, with key: RequestKey
  ) throws(StoreError) -> [[UInt8]] {
    var blocks: [[UInt8]] = []
    for start in stride(from: 0, to: subjects.count, by: SubjectBlock.size) {
      let people = subjects[start..<min(start + SubjectBlock.size, subjects.count)]
      blocks.append(try key.seal(people, of: id, block: blocks.count))
    }
    return blocks
  }
}

extension Transaction {
  /// Makes a request durable with all that follows from it; nil when its random number is taken.
  func accept(_ prepared: PreparedAcceptance) throws(StoreError) -> Accepted? {
    if let earlier = try earlierRequest(prepared) { return Accepted(id: earlier, isNew: false) }
    guard try insertRequest(prepared) else { return nil }
    let acceptance = prepared.acceptance
    // What waits for a second person's approval becomes effective by it.
    for named in acceptance.references where acceptance.approval == nil {
      try disable(named.name, naming: named.places, by: prepared.id, at: acceptance.accepted)
    }
    try insertKey(prepared)
    if !prepared.isStaged { try insertPeople(prepared.whole) }
    try connection.run("DELETE FROM staged WHERE request = \(prepared.id)")
    try refuseHeld(prepared)
    try insertIdempotency(prepared)
    try audit(
      AuditRecord(
        at: acceptance.accepted, actor: acceptance.actor, action: "request.accepted",
        request: prepared.id,
        detail: "\(prepared.total) people at \(acceptance.connectors.count) connectors"))
    try tellAccepted(prepared.id, at: acceptance.accepted, until: acceptance.deadline)
    if let reason = acceptance.capReason {
      try audit(
        AuditRecord(
          at: acceptance.accepted, actor: acceptance.actor, action: "request.capExceeded",
          request: prepared.id, detail: reason))
    }
    if let plan = acceptance.approval {
      try insert(plan, of: prepared.id)
    } else {
      try begin(acceptance.connectors, Outset(prepared), at: acceptance.accepted)
    }
    return Accepted(id: prepared.id, isNew: true)
  }

  private func earlierRequest(
    _ prepared: PreparedAcceptance
  ) throws(StoreError) -> PurgeRequestID? {
    guard let name = prepared.idempotencyName, let given = prepared.acceptance.idempotency
    else { return nil }
    return try connection.request(under: name, given)
  }

  private func insertRequest(_ prepared: PreparedAcceptance) throws(StoreError) -> Bool {
    let given = prepared.acceptance
    let state: RequestState =
      given.approval != nil ? .awaitingApproval : given.startAt == nil ? .inProgress : .pending
    return try connection.run(
      """
      INSERT INTO request(id, state, lane, purpose, regulation, total, accepted_at, deadline,
        start_at, open_tasks, actor, consent)
      VALUES (\(prepared.id), \(state), \(given.lane), \(given.purpose.word),
        \(given.purpose.regulation), \(prepared.total), \(given.accepted), \(given.deadline),
        \(given.approval == nil ? given.startAt : nil), 0, \(given.actor), \(given.consent))
      ON CONFLICT (id) DO NOTHING
      """) == 1
  }

  private func insertKey(_ prepared: PreparedAcceptance) throws(StoreError) {
    try connection.run(
      "INSERT INTO request_key(request, wrapped) VALUES (\(prepared.id), \(prepared.wrappedKey))")
  }

  private func insertIdempotency(_ prepared: PreparedAcceptance) throws(StoreError) {
    guard let name = prepared.idempotencyName, let given = prepared.acceptance.idempotency
    else { return }
    try connection.run(
      """
      INSERT INTO idempotency(name, digest, request, used_at)
      VALUES (\(name), \(given.digest), \(prepared.id), \(prepared.acceptance.accepted))
      """)
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
