import Crypto
import HTTPTypes
import PurgeCore

/// A notice as Standard Webhooks sends it: signed, named, and dated.
struct SignedCallback {
  let url: String
  let name: String
  let payload: String
  /// The keys, one or, while one is replaced, two.
  let keys: [[UInt8]]

  /// The key in a secret such as `whsec_MfKQ...`; nil when it is none.
  static func key(in secret: String) -> [UInt8]? {
    let prefix = "whsec_"
    guard secret.hasPrefix(prefix),
      let key = [UInt8](base64: String(secret.dropFirst(prefix.count))),
      (24...64).contains(key.count)
    else { return nil }
    return key
  }

  /// The request of a try at an instant: whoever receives it refuses what is minutes old.
  func request(at now: Instant) throws(CryptoError) -> HTTPRequest {
    let time = String(now.milliseconds / 1_000)
    return HTTPRequest(
      .post, url,
      fields: [
        "Content-Type": "application/json", "webhook-id": name, "webhook-timestamp": time,
        "webhook-signature": try signatures(at: time),
      ], body: Array(payload.utf8))
  }

  private func signatures(at time: String) throws(CryptoError) -> String {
    let signed = Array("\(name).\(time).\(payload)".utf8)
    var signatures: [String] = []
    for key in keys {
      signatures.append("v1," + (try MessageCode.hmacSHA256(of: signed, key: key)).base64)
    }
    return signatures.joined(separator: " ")
  }
}
