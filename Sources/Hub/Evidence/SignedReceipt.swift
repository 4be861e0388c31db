import Crypto
public import Documents

/// A receipt with its signature, as a file.
///
/// The file is one JSON document in three lines. The second one is the receipt in its canonical
/// spelling, and exactly that line, without its end, is what was signed with Ed25519; so `sed` and
/// `openssl` can check it as well as we can.
public struct SignedReceipt: Sendable, Hashable {
  /// The receipt.
  public let matter: JSON
  /// The key that signed, as the file says.
  public let key: ReceiptPublicKey
  /// The whole file.
  public let file: [UInt8]
  /// The SHA-256 of what was signed, in hexadecimal digits, as the audit trail keeps it.
  public let digest: String

  /// Puts the file together.
  init(text: [UInt8], signature: [UInt8], key: ReceiptPublicKey) {
    matter = (try? JSON(reading: text)) ?? .null
    self.key = key
    file = Self.file(text, signature, key)
    digest = Self.digest(text)
  }

  /// Reads a file and checks its signature, without a hub.
  ///
  /// Every byte counts: a file that says the same in other words is refused too. Without `expected`
  /// this shows that nobody changed the receipt, not who issued it.
  ///
  /// - Throws: `ReceiptFault` with what is wrong.
  public init(reading file: [UInt8], from expected: ReceiptPublicKey?) throws(ReceiptFault) {
    guard let document = try? JSON(reading: file),
      let receipt = document["receipt"], receipt["format"]?.string == ReceiptText.format,
      let text = receipt.canonical(),
      let signature = document["signature"]?.string.flatMap({ [UInt8](base64: $0) }),
      let bytes = document["publicKey"]?.string.flatMap({ [UInt8](base64: $0) }),
      let key = ReceiptPublicKey(bytes: bytes)
    else { throw .unreadable }
    guard Self.file(text, signature, key) == file else { throw .changed }
    guard SigningKey.isValid(signature, of: text, by: key.bytes) else { throw .changed }
    guard receipt["hub"]?["keyID"]?.string == key.id else { throw .changed }
    guard expected == nil || expected == key else { throw .otherKey(key.id) }
    matter = receipt
    self.key = key
    self.file = file
    digest = Self.digest(text)
  }

  private static func digest(_ text: [UInt8]) -> String {
    do throws(CryptoError) { return try Digest.sha256(text).hex } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func file(
    _ text: [UInt8], _ signature: [UInt8], _ key: ReceiptPublicKey
  ) -> [UInt8] {
    let end = ",\"signature\":\"\(signature.base64)\",\"publicKey\":\"\(key.bytes.base64)\"}\n"
    return Array("{\"receipt\":\n".utf8) + text + [0x0A] + Array(end.utf8)
  }
}

/// Why a file is no receipt to rely on.
public enum ReceiptFault: Error, Sendable, Hashable {
  /// It is not laid out as a receipt.
  case unreadable
  /// It is not what was signed.
  case changed
  /// It was signed, but by another key, of this ID.
  case otherKey(String)
}

extension ReceiptFault: CustomStringConvertible {
  /// The sentence for people.
  public var description: String {
    switch self {
    case .unreadable: "The file is no receipt, or its layout was changed"
    case .changed: "The receipt was changed after it was signed"
    case .otherKey(let id): "The receipt is intact, but another hub's key \(id) signed it"
    }
  }
}

/// The public half of the key with which a hub signs receipts.
public struct ReceiptPublicKey: Sendable, Hashable {
  /// Its 32 bytes.
  public let bytes: [UInt8]

  /// Takes 32 bytes; nil for any other length.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// Reads the text of a PEM file (RFC 8410), or 64 hexadecimal digits; nil for other text.
  public init?(reading text: String) {
    let lines = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if let bytes = [UInt8](hex: lines) {
      self.init(bytes: bytes)
      return
    }
    let (head, end) = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")
    guard lines.hasPrefix(head), lines.hasSuffix(end),
      let bytes = [UInt8](
        base64: lines.dropFirst(head.count).dropLast(end.count).filter { $0 != " " }),
      bytes.starts(with: Self.prefix)
    else { return nil }
    self.init(bytes: Array(bytes.dropFirst(Self.prefix.count)))
  }

  /// A short name to compare: sixteen hexadecimal digits of the key's digest.
  public var id: String {
    do throws(CryptoError) { return Array(try Digest.sha256(bytes).prefix(8)).hex } catch {
      preconditionFailure("\(error)")
    }
  }

  /// The text of a PEM file, as `openssl` reads it.
  public var pem: String {
    "-----BEGIN PUBLIC KEY-----\n\((Self.prefix + bytes).base64)\n-----END PUBLIC KEY-----\n"
  }

  /// What stands before the 32 bytes of every Ed25519 key (RFC 8410, section 4).
  private static let prefix: [UInt8] = [
    0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
  ]
}
