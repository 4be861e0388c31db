import Crypto

/// The ways in which a text may be written inside another one, all in lower case.
enum Spelling {
  static func all(of text: String) -> [String] {
    let spelled = [text, text.lowercased(), text.uppercased()].flatMap { text in
      let bytes = Array(text.utf8)
      return [
        text, text.percentEncoded(), text.percentEncoded().percentEncoded(), bytes.hex,
        bytes.base64, bytes.base64url, String(text.reversed()), escaped(text),
      ] + digests(bytes)
    }
    let outer = spelled.map { $0.lowercased().filter { $0 != "=" } }
    return Array(Set(outer.filter { !$0.isEmpty })).sorted()
  }

  private static func digests(_ bytes: [UInt8]) -> [String] {
    [try? Digest.md5(bytes), try? Digest.sha1(bytes), try? Digest.sha256(bytes)]
      .compactMap { $0?.hex }
  }

  /// With the escapes that JSON allows for every sign.
  private static func escaped(_ text: String) -> String {
    text.utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    .joined()
  }
}
