import Crypto
public import PurgeCore
public import Store

/// What a check of the audit trail found, in words and numbers for people.
public struct AuditFinding: Sendable, Hashable {
  /// The first entry that does not fit or is missing; nil when the whole chain fits.
  public var broken: Int?
  /// How many entries fit.
  public var entries: Int
  /// The link of the last entry that was reached, in hexadecimal digits; nil when none fits.
  public var hash: String?
  /// Whether the noted place is still there; nil when none was given.
  public var holdsPlace: Bool?

  /// Whether nothing was found amiss.
  public var isIntact: Bool { broken == nil && holdsPlace != false }
}

extension AuditPlace {
  /// A place as people note it; nil for what is no number from 1 and no digest in hexadecimal digits.
  public init?(entry: Int, hexadecimalHash: String) {
    guard entry > 0, let hash = [UInt8](hex: hexadecimalHash), hash.count == 32 else { return nil }
    self.init(sequence: entry, hash: hash)
  }
}

extension AuditEntry {
  /// Its link in hexadecimal digits.
  public var hexadecimalHash: String { hash.hex }
}

extension House {
  /// A page of the audit trail after an entry, oldest first, of one request or of all.
  public func audit(
    of request: PurgeRequestID?, after entry: Int, limit: Int
  ) async throws(Refusal) -> [AuditEntry] {
    try await refusing { () async throws(StoreError) in
      if let request { _ = try await store.request(request) }
      return try await store.auditEntries(of: request, after: entry, limit: limit)
    }
  }

  /// Follows the whole audit trail, and looks whether a place that was noted is still in it; with
  /// a receipt's digest, whether the entry after the place is that of the receipt.
  public func verifyAudit(
    against place: AuditPlace?, receipt digest: String? = nil
  ) async throws(Refusal) -> AuditFinding {
    try await refusing { () async throws(StoreError) in
      switch try await store.verifyAudit() {
      case .broken(let sequence):
        return AuditFinding(broken: sequence, entries: sequence - 1, hash: nil, holdsPlace: nil)
      case .intact(let entries, let last):
        var finding = AuditFinding(
          broken: nil, entries: entries, hash: last.isEmpty ? nil : last.hex, holdsPlace: nil)
        if let place { finding.holdsPlace = try await holds(place, digest) }
        return finding
      }
    }
  }

  private func holds(_ place: AuditPlace, _ digest: String?) async throws(StoreError) -> Bool {
    let found = try await store.auditEntries(after: place.sequence - 1, limit: 2)
    guard found.first?.sequence == place.sequence, found.first?.hash == place.hash else {
      return false
    }
    guard let digest else { return true }
    let next = found.dropFirst().first
    return next?.action == "receipt.issued" && next?.detail.hasSuffix(" " + digest) == true
  }
}
