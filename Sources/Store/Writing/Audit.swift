import Crypto
import PurgeCore

/// What somebody did, to be written into the chain; it holds no identity.
struct AuditRecord: Sendable {
  var at: Instant
  var actor: String
  var action: String
  var request: PurgeRequestID?
  var connector: ConnectorName?
  var detail = ""

  /// The link of this record: the hash of the link before it and of every field.
  func link(_ sequence: Int, after previous: [UInt8]) throws(StoreError) -> [UInt8] {
    var bytes = previous
    bytes.append("\(sequence)")
    bytes.append("\(at.milliseconds)")
    for text in [actor, action, request?.description, connector?.description, detail] {
      bytes.append(text == nil ? 0 : 1)
      bytes.append(text ?? "")
    }
    do throws(CryptoError) { return try Digest.sha256(bytes) } catch { throw StoreError(error) }
  }
}

extension Transaction {
  /// Adds a record to the end of the chain.
  func audit(_ record: AuditRecord) throws(StoreError) {
    let last = try auditHead()
    let sequence = (last?.sequence ?? 0) + 1
    let link = try record.link(sequence, after: last?.hash ?? [])
    try connection.run(
      """
      INSERT INTO audit(sequence, at, actor, action, request, connector, detail, hash)
      VALUES (\(sequence), \(record.at), \(record.actor), \(record.action), \(record.request),
        \(record.connector), \(record.detail), \(link))
      """)
  }

  /// The end of the chain; nil while it is empty.
  func auditHead() throws(StoreError) -> AuditPlace? {
    try connection.first(
      "SELECT sequence, hash FROM audit WHERE sequence > 0 ORDER BY sequence DESC LIMIT 1"
    ) { (row) throws(StoreError) in AuditPlace(sequence: row.integer(0), hash: row.bytes(1)) }
  }
}

extension ConnectorState {
  /// Why a connector is disabled, for the audit: codes and places, never a setting's value.
  var auditDetail: String {
    guard case .disabled(let reason, _) = self else { return "" }
    let code = "code \(reason.code.number)"
    switch reason {
    case .referencesPurgedUser(_, let places):
      return code + places.map { ", \($0.file):\($0.line) \($0.path)" }.joined()
    case .administrator(let note): return "\(code), \(note)"
    case .credentialRejected(let status): return "\(code), status \(status)"
    default: return code
    }
  }
}
