import Crypto

/// The hub's master key: 32 bytes from the environment or a 0600 file, never printed.
///
/// Whoever has it and the data folder can read the identities of open requests; without it, the
/// folder names nobody.
public struct MasterKey: Sendable {
  let bytes: [UInt8]

  /// Takes a key of exactly 32 bytes; nil for any other length.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }
}

/// The keys that follow from the master key, one for each use, so that no use weakens another.
struct Keys: Sendable {
  let wrapping: Sealer
  let revisions: Sealer
  let tombstones: [UInt8]
  let idempotency: [UInt8]
  /// Shows whether a data folder was made with the same master key.
  let proof: [UInt8]

  init(_ master: MasterKey) throws(StoreError) {
    func derived(_ label: String) throws(CryptoError) -> [UInt8] {
      try MessageCode.hmacSHA256(of: Array("purgehub/\(label)/1".utf8), key: master.bytes)
    }
    do throws(CryptoError) {
      wrapping = try Sealer(key: derived("wrapping"))
      revisions = try Sealer(key: derived("revisions"))
      tombstones = try derived("tombstones")
      idempotency = try derived("idempotency")
      proof = try derived("proof")
    } catch {
      throw StoreError(error)
    }
  }

  /// The keyed name under which an idempotency key is kept: callers put addresses into them.
  func name(ofIdempotencyKey key: String) throws(StoreError) -> [UInt8] {
    do throws(CryptoError) {
      return try MessageCode.hmacSHA256(of: Array(key.utf8), key: idempotency)
    } catch { throw StoreError(error) }
  }
}

extension RandomBytes {
  /// Sixty-four bits for an ID: nobody can foretell it from the ones before.
  static func bits() throws(StoreError) -> UInt64 {
    do throws(CryptoError) {
      return try make(8).reduce(0) { $0 << 8 | UInt64($1) }
    } catch { throw StoreError(error) }
  }
}

extension StoreError {
  /// A failure of the cryptographic library: wrong key, changed bytes or no randomness.
  init(_ error: CryptoError) {
    self.init(.damaged, call: error.call, detail: "sealed bytes could not be made or opened")
  }
}
