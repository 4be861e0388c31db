import Crypto
public import PurgeCore

/// Everything a receipt tells, all of one moment; it holds no identity.
public struct ReceiptMatter: Sendable {
  /// The request with its tasks.
  public var record: RequestRecord
  /// What is left of the tries of each task, in the order of the request's tasks.
  public var traces: [TaskTrace]
  /// The decisions of persons that ended obligations, oldest first.
  public var waivers: [AuditEntry]
  /// The words of owners that ended obligations at systems without a connector, oldest first.
  public var attestations: [AuditEntry]
  /// What replays took back, by connector, oldest first.
  public var replays: [TaskReplay]
  /// The end of the audit trail before the receipt.
  public var audit: AuditPlace
  /// The public half of the key that signs, 32 bytes.
  public var publicKey: [UInt8]
}

/// What is left of a task's tries.
public struct TaskTrace: Sendable, Hashable {
  /// When the first try ended; nil when there was none.
  public var firstTried: Instant?
  /// When the last try ended; nil when there was none.
  public var lastTried: Instant?
  /// The vendor's own names of the latest tries, at most five.
  public var references: [String]
}

/// What was signed, and by whom.
public struct SignedMatter: Sendable, Hashable {
  /// The bytes that were signed.
  public var text: [UInt8]
  /// The signature, 64 bytes.
  public var signature: [UInt8]
  /// The public half of the key that signed, 32 bytes.
  public var publicKey: [UInt8]
}

extension Store {
  /// Issues a receipt: what it tells, its signature and its entry in the audit trail are of one
  /// moment.
  ///
  /// The trail keeps the receipt's digest, and the receipt names the entry before it. `writing` runs
  /// on the writer's queue, so it does nothing but write the text. Throws `unknownRequest`.
  public func issueReceipt(
    of request: PurgeRequestID, by actor: String, at now: Instant,
    writing: @escaping @Sendable (ReceiptMatter) -> [UInt8]
  ) async throws(StoreError) -> SignedMatter {
    try await writer.write { (transaction) throws(StoreError) in
      guard let record = try transaction.connection.request(request) else {
        throw .unknown(request)
      }
      let key = try transaction.receiptKey(by: actor, at: now)
      let text = writing(try transaction.matter(of: record, under: key))
      let signature = try key.sign(text)
      try transaction.auditReceipt(of: record, text, by: actor, at: now)
      return SignedMatter(text: text, signature: signature, publicKey: key.publicKey)
    }
  }

  /// The public half of the key that signs receipts, 32 bytes; the key is made when there is none.
  public func receiptKey(by actor: String, at now: Instant) async throws(StoreError) -> [UInt8] {
    let keys = keys
    let known = try await readers.read { (connection) throws(StoreError) in
      try connection.receiptKey(keys)?.publicKey
    }
    if let known { return known }
    return try await writer.write { (transaction) throws(StoreError) in
      try transaction.receiptKey(by: actor, at: now).publicKey
    }
  }

  /// What is left of a task's tries.
  public func trace(of task: TaskKey) async throws(StoreError) -> TaskTrace {
    try await readers.read { (connection) throws(StoreError) in try connection.trace(of: task) }
  }
}

extension Transaction {
  fileprivate func matter(
    of record: RequestRecord, under key: ReceiptKey
  ) throws(StoreError) -> ReceiptMatter {
    var traces: [TaskTrace] = []
    for task in record.tasks { traces.append(try connection.trace(of: task.key)) }
    let words = try connection.words(on: record.id)
    return ReceiptMatter(
      record: record, traces: traces, waivers: words.filter { $0.action == "task.waived" },
      attestations: words.filter { $0.action == "task.attested" },
      replays: try connection.replays(of: record.id),
      audit: try auditHead() ?? AuditPlace(sequence: 0, hash: []), publicKey: key.publicKey)
  }

  fileprivate func auditReceipt(
    of record: RequestRecord, _ text: [UInt8], by actor: String, at now: Instant
  ) throws(StoreError) {
    let digest: [UInt8]
    do throws(CryptoError) { digest = try Digest.sha256(text) } catch { throw StoreError(error) }
    let kind = record.state.isFinal ? "final" : "interim"
    try audit(
      AuditRecord(
        at: now, actor: actor, action: "receipt.issued", request: record.id,
        detail: "\(kind), sha256 \(digest.hex)"))
  }
}

extension Connection {
  fileprivate func trace(of key: TaskKey) throws(StoreError) -> TaskTrace {
    let firstTried = try first(
      """
      SELECT ended_at FROM attempt
      WHERE request = \(key.request) AND connector = \(key.connector) ORDER BY ended_at LIMIT 1
      """
    ) { (row) throws(StoreError) in row.instant(0) }
    let latest = try attempts(of: key, before: .end, 5)
    let references = latest.compactMap { attempt in
      attempt.evidence["x-request-id"] ?? attempt.evidence["request-id"]
    }
    return TaskTrace(
      firstTried: firstTried, lastTried: latest.first?.ended, references: references)
  }

  /// What persons said that ended obligations.
  fileprivate func words(on request: PurgeRequestID) throws(StoreError) -> [AuditEntry] {
    var (words, last): ([AuditEntry], Int) = ([], 0)
    while true {
      let page = try audit(of: request, after: last, limit: 200)
      guard let end = page.last else { return words }
      words += page.filter { ["task.waived", "task.attested"].contains($0.action) }
      last = end.sequence
    }
  }
}
