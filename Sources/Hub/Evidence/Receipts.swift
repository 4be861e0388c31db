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
        guard let key = ReceiptPublicKey(bytes: matter.publicKey),
          let text = ReceiptText(matter: matter, key: key, issued: issued, connectors: connectors)
            .json.canonical()
        else { preconditionFailure("a receipt holds what has no canonical spelling") }
        return text
      }
    }
    guard let key = ReceiptPublicKey(bytes: signed.publicKey) else {
      preconditionFailure("the key of receipts is no Ed25519 key")
    }
    return SignedReceipt(text: signed.text, signature: signed.signature, key: key)
  }

  /// The public half of the key that signs receipts; the key is made when there is none.
  public func receiptKey(by actor: String) async throws(Refusal) -> ReceiptPublicKey {
    try await refusing { () async throws(StoreError) in
      let bytes = try await store.receiptKey(by: actor, at: now())
      guard let key = ReceiptPublicKey(bytes: bytes) else {
        preconditionFailure("the key of receipts is no Ed25519 key")
      }
      return key
    }
  }
}
