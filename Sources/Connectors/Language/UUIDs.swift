import Crypto
import Documents
import PurgeCore

/// Name-based UUIDs (RFC 9562, version 5): the same work always carries the same name.
enum UUIDs {
  /// Our own name space, a random UUID made once.
  private static let space: [UInt8] = [
    0x5D, 0x1F, 0x5C, 0x0E, 0x8B, 0x1A, 0x4E, 0x0B, 0x9C, 0x57, 0x6A, 0x2E, 0xD4, 0x93, 0x1B, 0x77,
  ]

  /// Names a person towards one connector without saying who it is.
  static func person(_ member: Member, _ call: CallFacts) -> String {
    named("person\n\(call.request)\n\(call.connector)\n\(call.first + member.person)")
  }

  /// Names a request: purge, connector, step and the people in it, with what was found of them.
  ///
  /// After a replay all have other names: a vendor that remembers operations would do nothing otherwise.
  /// Version 4 is for vendors that insist on it: the same digest, so that it repeats as well.
  static func request(_ frame: Frame, version: UInt8 = 5) -> String {
    var name = "request\n\(frame.call.request)\n\(frame.call.connector)\n\(frame.place)"
    if frame.call.replay > 0 { name += "\nreplay \(frame.call.replay)" }
    for member in frame.members {
      name += "\n\(frame.call.first + member.person)"
      if let known = member.identity, frame.program.manifest.send == .each {
        name += "/\(known.entry)/\(known.identity.value)"
      }
      for value in member.taken {
        if let value { name += "/\(String(decoding: value.encoded(), as: UTF8.self))" }
      }
    }
    return named(name, version: version)
  }

  static func named(_ name: String, version: UInt8 = 5) -> String {
    guard var bytes = try? Digest.sha1(space + name.utf8) else {
      preconditionFailure("libcrypto made no SHA-1, which every release of it offers")
    }
    bytes[6] = bytes[6] & 0x0F | version << 4
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = Array(bytes[..<16]).hex.utf8
    var text: [UInt8] = []
    for (position, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }
}
