import Crypto
import PurgeCore

/// The people of a request-to-be with all that is made of them, so that the writer only writes; those
/// of a large one are sealed slice by slice, since all at once would take as much memory again.
struct PreparedPeople: Sendable {
  let id: PurgeRequestID
  let wrappedKey: [UInt8]
  /// In order of their bytes, so that a million of them fill the table's pages one by one.
  let tombstones: [Fingerprint]
  private let people: Roster
  private let key: RequestKey

  init(_ people: Roster, _ fingerprints: [Fingerprint], _ keys: Keys) throws(StoreError) {
    guard !people.isEmpty else {
      throw StoreError(.wrongState, call: "accept", detail: "a request needs at least one person")
    }
    id = PurgeRequestID(bits: try RandomBytes.bits())
    key = try RequestKey()
    wrappedKey = try key.wrapped(for: id, with: keys)
    tombstones = fingerprints.sortedIfNeeded
    self.people = people
  }

  /// How many people.
  var total: Int { people.count }

  /// Whether there are too many people to hold up everybody else while they are written.
  var isStaged: Bool { blocks > PeopleSlice.blocks }

  /// How many blocks the people fill.
  var blocks: Int { (total + SubjectBlock.size - 1) / SubjectBlock.size }

  /// Seals some of the blocks.
  func seal(_ numbers: Range<Int>) throws(StoreError) -> [[UInt8]] {
    try numbers.map { (number) throws(StoreError) in
      let start = number * SubjectBlock.size
      return try key.seal(
        people[start..<min(start + SubjectBlock.size, total)], of: id, block: number)
    }
  }
}

/// An acceptance with everything made ready, so that the writer only writes.
struct PreparedAcceptance: Sendable {
  let acceptance: Acceptance
  let people: PreparedPeople
  let idempotencyName: [UInt8]?

  init(
    _ acceptance: Acceptance, _ people: PreparedPeople, _ keys: Keys
  ) throws(StoreError) {
    self.people = people
    idempotencyName = try acceptance.idempotency.map { (given) throws(StoreError) in
      try keys.name(ofIdempotencyKey: given.key)
    }
    self.acceptance = acceptance
  }

  var id: PurgeRequestID { people.id }
  var total: Int { people.total }
}

extension [Fingerprint] {
  /// In order; the same array when it is so already.
  fileprivate var sortedIfNeeded: [Fingerprint] {
    zip(self, dropFirst()).allSatisfy { $0 <= $1 } ? self : sorted()
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
    if !prepared.people.isStaged { try insertPeople(prepared.people.whole()) }
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
      "INSERT INTO request_key(request, wrapped) VALUES (\(prepared.id), \(prepared.people.wrappedKey))"
    )
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
