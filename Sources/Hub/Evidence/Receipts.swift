import Documents
public import PurgeCore
import Store

extension House {
  /// Issues a receipt: what came of a request at each connector, with every honest negative.
  ///
  /// It is signed and chained to the audit trail; until the request has ended it is an interim one.
  ///
  /// - Throws: `Refusal` 1010 when there is no such request.
  public func receipt(
    of id: PurgeRequestID, by actor: String
  ) async throws(Refusal) -> SignedReceipt {
    let connectors = Dictionary(uniqueKeysWithValues: register.configured.map { ($0.name, $0) })
    let issued = now()
    let signed = try await refusing { () async throws(StoreError) in
      try await store.issueReceipt(of: id, by: actor, at: issued) { matter in
        let text = ReceiptText(
          matter: matter, key: ReceiptPublicKey(own: matter.publicKey), issued: issued,
          connectors: connectors)
        guard let spelling = text.json.canonical() else {
          preconditionFailure("a receipt holds what has no canonical spelling")
        }
        return spelling
      }
    }
    return SignedReceipt(
      text: signed.text, signature: signed.signature, key: ReceiptPublicKey(own: signed.publicKey))
  }

  /// The public half of the key that signs receipts; the key is made when there is none.
  public func receiptKey(by actor: String) async throws(Refusal) -> ReceiptPublicKey {
    let bytes = try await refusing { () async throws(StoreError) in
      try await store.receiptKey(by: actor, at: now())
    }
    return ReceiptPublicKey(own: bytes)
  }
}

extension ReceiptPublicKey {
  /// The hub's own: the store makes no other keys than Ed25519's.
  fileprivate init(own bytes: [UInt8]) {
    guard let key = ReceiptPublicKey(bytes: bytes) else {
      preconditionFailure("the key of receipts is no Ed25519 key")
    }
    self = key
  }
}
