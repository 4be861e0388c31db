import Directory
public import PurgeCore
import Store

/// A row that names a purged person (ALM-06).
public struct SuppressedRow: Sendable, Hashable {
  /// Which of the rows, from 0.
  public var row: Int
  /// The requests that purged one of its names, newest first.
  public var purges: [Purge]

  /// A request and when it was accepted.
  public struct Purge: Sendable, Hashable {
    /// The request.
    public var request: PurgeRequestID
    /// When it was accepted.
    public var accepted: Instant
  }
}

extension House {
  /// Finds the rows in which any cell is a name under which somebody was purged.
  ///
  /// A cell may be a name of any kind, so it is compared as it stands, as an address and as a
  /// telephone number; whole cells only. Nothing of the rows is kept.
  public func screen(_ rows: [[String]]) async throws(Refusal) -> [SuppressedRow] {
    try await refusing { () async throws(StoreError) in
      let names = try fingerprints(of: rows)
      let purged = try await store.tombstones(of: Set(names.joined()).sorted())
      guard !purged.isEmpty else { return [] }
      return names.enumerated().compactMap { position, names in
        let found = Set(names.flatMap { purged[$0] ?? [] })
        let sorted = found.sorted { ($1.accepted, $1.request) < ($0.accepted, $0.request) }
        return sorted.isEmpty
          ? nil
          : SuppressedRow(
            row: position,
            purges: sorted.map { .init(request: $0.request, accepted: $0.accepted) })
      }
    }
  }

  private func fingerprints(of rows: [[String]]) throws(StoreError) -> [[Fingerprint]] {
    var maker = try store.fingerprints()
    var names: [[Fingerprint]] = []
    names.reserveCapacity(rows.count)
    for row in rows {
      var own: [Fingerprint] = []
      for form in row.lazy.flatMap(Self.spellings).flatMap(NormalIdentity.candidates) {
        own.append(try maker.of(form: form.form.rawValue, form.text))
      }
      names.append(own)
    }
    return names
  }

  /// A cell as it stands, and without the blanks around it; none that no name of a person can be.
  private static func spellings(of cell: String) -> [String] {
    guard !cell.isEmpty, cell.utf8.count <= 1_100 else { return [] }
    let core = cell.drop(while: \.isWhitespace)
    let end = core.lastIndex { !$0.isWhitespace }
    guard let end else { return [] }
    let trimmed = String(core[...end])
    return trimmed.utf8.count == cell.utf8.count ? [cell] : [cell, trimmed]
  }
}
