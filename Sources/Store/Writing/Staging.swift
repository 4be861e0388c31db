import PurgeCore

/// A part of a large request's people, small enough that others wait only briefly for it.
struct PeopleSlice: Sendable {
  static let blocks = 32
  static let tombstones = 8_192

  let request: PurgeRequestID
  let firstBlock: Int
  let blocks: ArraySlice<[UInt8]>
  let tombstones: ArraySlice<Fingerprint>
}

extension PreparedAcceptance {
  /// All of the people.
  var whole: PeopleSlice {
    PeopleSlice(request: id, firstBlock: 0, blocks: blocks[...], tombstones: tombstones[...])
  }

  /// The people in parts.
  var slices: [PeopleSlice] {
    let sealed = stride(from: 0, to: blocks.count, by: PeopleSlice.blocks).map { start in
      PeopleSlice(
        request: id, firstBlock: start, blocks: blocks[start...].prefix(PeopleSlice.blocks),
        tombstones: [])
    }
    let named = stride(from: 0, to: tombstones.count, by: PeopleSlice.tombstones).map { start in
      PeopleSlice(
        request: id, firstBlock: 0, blocks: [],
        tombstones: tombstones[start...].prefix(PeopleSlice.tombstones))
    }
    return sealed + named
  }
}

extension Writer {
  /// Writes a large request's people before the request itself, a slice to a transaction.
  ///
  /// Nothing of it can be seen until the request's own transaction. What a dead process left staged
  /// is swept at the next start. False when the request's random number is taken: nothing is written.
  func stage(_ prepared: PreparedAcceptance) async throws(StoreError) -> Bool {
    guard prepared.isStaged else { return true }
    guard
      try await write({ (transaction) throws(StoreError) in try transaction.stage(prepared.id) })
    else { return false }
    for slice in prepared.slices {
      try await write { (transaction) throws(StoreError) in try transaction.insertPeople(slice) }
    }
    return true
  }

  /// Takes staged people away again; what cannot be taken away now is swept at the next start.
  func unstage(_ prepared: PreparedAcceptance) async {
    guard prepared.isStaged else { return }
    for slice in prepared.slices {
      try? await write { (transaction) throws(StoreError) in try transaction.removePeople(slice) }
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

  func removePeople(_ slice: PeopleSlice) throws(StoreError) {
    for number in slice.firstBlock..<(slice.firstBlock + slice.blocks.count) {
      try connection.run(
        "DELETE FROM subject WHERE request = \(slice.request) AND block = \(number)")
    }
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
