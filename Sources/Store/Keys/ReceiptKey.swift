import Crypto
import PurgeCore

/// The hub's key that signs receipts; its private half is kept sealed under the master key.
struct ReceiptKey {
  private let seed: [UInt8]
  /// The public half, 32 bytes.
  let publicKey: [UInt8]

  /// Makes a new random key.
  init() throws(StoreError) {
    do throws(CryptoError) { try self.init(seed: RandomBytes.make(32)) } catch {
      throw StoreError(error)
    }
  }

  /// Opens a stored key.
  init(sealed: [UInt8], with keys: Keys) throws(StoreError) {
    do throws(CryptoError) {
      try self.init(seed: keys.wrapping.open(sealed, with: Self.place))
    } catch { throw StoreError(error) }
  }

  private init(seed: [UInt8]) throws(CryptoError) {
    self.seed = seed
    publicKey = try SigningKey(seed: seed).publicKey()
  }

  /// The key as it is stored.
  func sealed(with keys: Keys) throws(StoreError) -> [UInt8] {
    do throws(CryptoError) { return try keys.wrapping.seal(seed, with: Self.place) } catch {
      throw StoreError(error)
    }
  }

  func sign(_ message: [UInt8]) throws(StoreError) -> [UInt8] {
    do throws(CryptoError) { return try SigningKey(seed: seed).sign(message) } catch {
      throw StoreError(error)
    }
  }

  /// What the sealed bytes are bound to, so that no other sealed key can take their place.
  private static let place = Array("receipt key".utf8)
}

extension Connection {
  /// The key that signs receipts; nil before the first one.
  func receiptKey(_ keys: Keys) throws(StoreError) -> ReceiptKey? {
    let sealed = try first("SELECT bytes FROM meta WHERE name = 'receipt_key'") {
      (row) throws(StoreError) in row.bytes(0)
    }
    return try sealed.map { (sealed) throws(StoreError) in
      try ReceiptKey(sealed: sealed, with: keys)
    }
  }
}

extension Transaction {
  /// The key that signs receipts, made now where there is none yet.
  func receiptKey(by actor: String, at now: Instant) throws(StoreError) -> ReceiptKey {
    if let key = try connection.receiptKey(keys) { return key }
    let key = try ReceiptKey()
    let sealed = try key.sealed(with: keys)
    try connection.run("INSERT INTO meta(name, bytes) VALUES ('receipt_key', \(sealed))")
    try audit(
      AuditRecord(
        at: now, actor: actor, action: "receipt.keyMade", detail: "Ed25519 \(key.publicKey.hex)"))
    return key
  }
}
