import PurgeCore

/// A part of a large request's people, small enough that others wait only briefly for it.
struct PeopleSlice: Sendable {
  static let blocks = 32
  static let tombstones = 8_192

  let request: PurgeRequestID
  var firstBlock = 0
  var blocks: [[UInt8]] = []
  var tombstones: ArraySlice<Fingerprint> = []
}

extension PreparedPeople {
  /// All of the people.
  func whole() throws(StoreError) -> PeopleSlice {
    PeopleSlice(request: id, blocks: try seal(0..<blocks), tombstones: tombstones[...])
  }

  /// The numbers of the blocks that are written together.
  fileprivate var parts: [Range<Int>] {
    stride(from: 0, to: blocks, by: PeopleSlice.blocks).map {
      $0..<min($0 + PeopleSlice.blocks, blocks)
    }
  }

  /// The tombstones that are written together.
  fileprivate var namedParts: [PeopleSlice] {
    stride(from: 0, to: tombstones.count, by: PeopleSlice.tombstones).map { start in
      PeopleSlice(
        request: id, tombstones: tombstones[start...].prefix(PeopleSlice.tombstones))
    }
  }
}

extension Writer {
  /// Writes a large request's people before the request itself, a slice to a transaction.
  ///
  /// Nothing of it can be seen until the request's own transaction. What a dead process left staged
  /// is swept at the next start. False when the request's random number is taken: nothing is written.
  func stage(_ prepared: PreparedPeople) async throws(StoreError) -> Bool {
    guard prepared.isStaged else { return true }
    guard
      try await write({ (transaction) throws(StoreError) in try transaction.stage(prepared.id) })
    else { return false }
    for part in prepared.parts {
      let sealed = try prepared.seal(part)
      let slice = PeopleSlice(request: prepared.id, firstBlock: part.lowerBound, blocks: sealed)
      try await write { (transaction) throws(StoreError) in try transaction.insertPeople(slice) }
    }
    for slice in prepared.namedParts {
      try await write { (transaction) throws(StoreError) in try transaction.insertPeople(slice) }
    }
    return true
  }

  /// Takes staged people away again; what cannot be taken away now is swept at the next start.
  func unstage(_ prepared: PreparedPeople) async {
    guard prepared.isStaged else { return }
    for part in prepared.parts {
      try? await write { (transaction) throws(StoreError) in
        try transaction.removeBlocks(part, of: prepared.id)
      }
    }
    for slice in prepared.namedParts {
      try? await write { (transaction) throws(StoreError) in
        try transaction.removeTombstones(slice)
      }
    }
    _ = try? await write { (transaction) throws(StoreError) in
      try transaction.connection.run("DELETE FROM staged WHERE request = \(prepared.id)")
    }
  }
}

extension Transaction {
  fileprivate func stage(_ request: PurgeRequestID) throws(StoreError) -> Bool {
    try connection.run(
      """
      INSERT INTO staged(request)
      SELECT CAST(\(request) AS BIGINT) WHERE NOT EXISTS (
        SELECT 1 FROM request WHERE id = \(request))
      """) == 1
  }

  func insertPeople(_ slice: PeopleSlice) throws(StoreError) {
    for (offset, sealed) in slice.blocks.enumerated() {
      try connection.run(
        """
        INSERT INTO subject(request, block, sealed)
        VALUES (\(slice.request), \(slice.firstBlock + offset), \(sealed))
        """)
    }
    for fingerprint in slice.tombstones {
      try connection.run(
        """
        INSERT INTO tombstone(fingerprint, request) VALUES (\(fingerprint), \(slice.request))
        ON CONFLICT (fingerprint, request) DO NOTHING
        """)
    }
  }

  func removeBlocks(_ numbers: Range<Int>, of request: PurgeRequestID) throws(StoreError) {
    for number in numbers {
      try connection.run("DELETE FROM subject WHERE request = \(request) AND block = \(number)")
    }
  }

  func removeTombstones(_ slice: PeopleSlice) throws(StoreError) {
    for fingerprint in slice.tombstones {
      try connection.run(
        """
        DELETE FROM tombstone
        WHERE fingerprint = \(fingerprint) AND request = \(slice.request)
        """)
    }
  }
}

extension Connection {
  /// Sweeps the people of requests that never came to be, after a process died between slices.
  func sweepStaged() throws(StoreError) {
    let requests = try rows("SELECT request FROM staged") { (row) throws(StoreError) in
      row.request(0)
    }
    for request in requests {
      try run("DELETE FROM subject WHERE request = \(request)")
      try run("DELETE FROM tombstone WHERE request = \(request)")
      try run("DELETE FROM staged WHERE request = \(request)")
    }
  }
}
