import Documents
import Hub

/// A receipt that somebody hands in, and the key it is checked with.
///
/// The bytes are taken for a file, for a key's text, and for changes to a genuine receipt: three bytes
/// each, of which two are the place and one is what stands there then.
enum ReceiptTarget {
  static func run(_ bytes: [UInt8]) async throws(Broken) {
    let genuine = try await PurgedHouse.shared().receipt
    let known = try? SignedReceipt(reading: genuine, from: nil)
    guard let known else { throw Broken("a hub's own receipt is valid") }
    for file in [bytes, changed(genuine, by: bytes)] {
      guard let receipt = try? SignedReceipt(reading: file, from: nil) else { continue }
      try expect(receipt.file == file, "a receipt is the whole file")
      // Whoever has another key can sign what they like.
      try expect(receipt.key != known.key || file == genuine, "a receipt is as it was signed")
      let isOurs = (try? SignedReceipt(reading: file, from: known.key)) != nil
      try expect(isOurs == (receipt.key == known.key), "a receipt is of the key that is asked for")
    }
    try checkKey(String(decoding: bytes, as: UTF8.self))
    try checkSpelling(bytes)
  }

  private static func changed(_ file: [UInt8], by bytes: [UInt8]) -> [UInt8] {
    var file = file
    for start in stride(from: 0, to: bytes.count - 2, by: 3) {
      let place = Int(bytes[start]) << 8 | Int(bytes[start + 1])
      file[place % file.count] = bytes[start + 2]
    }
    return file
  }

  private static func checkKey(_ text: String) throws(Broken) {
    guard let key = ReceiptPublicKey(reading: text) else { return }
    try expect(key.bytes.count == 32, "a key has 32 bytes")
    try expect(ReceiptPublicKey(reading: key.pem) == key, "a key is read as it is written")
  }

  /// What is signed is one spelling of a value, so that no other one passes for it.
  private static func checkSpelling(_ bytes: [UInt8]) throws(Broken) {
    guard let value = try? JSON(reading: bytes), let text = value.canonical() else { return }
    let again = (try? JSON(reading: text))?.canonical()
    try expect(again == text, "a canonical spelling is its own")
  }
}
