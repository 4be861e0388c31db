import Foundation
public import PurgeCore

/// A value in the one spelling in which it is compared: the same person, however it was typed.
public struct NormalIdentity: Sendable, Hashable {
  /// How a value is spelled for comparison.
  public enum Form: UInt8, Sendable, Hashable {
    /// As it stands: identifiers of systems.
    case exact
    /// Without regard to case: e-mail addresses.
    case email
    /// Digits with a leading `+`: telephone numbers (E.164).
    case phone
  }

  /// How it is spelled.
  public let form: Form
  /// The spelling.
  public let text: String
}

extension NormalIdentity {
  /// Fingerprints are made of bytes, and Unicode has several spellings of one letter (NFC).
  private init(form: Form, spelling text: String) {
    let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
    self.init(form: form, text: isPlain ? text : text.precomposedStringWithCanonicalMapping)
  }

  /// The one normal form of a person's identity.
  public init(_ identity: Identity) {
    switch identity.kind {
    case .email: self.init(form: .email, spelling: Self.email(identity.value))
    case .phone:
      let phone = Self.phone(identity.value)
      self.init(form: phone == nil ? .exact : .phone, spelling: phone ?? identity.value)
    default: self.init(form: .exact, spelling: identity.value)
    }
  }

  /// Every normal form a text of unknown kind may stand for, such as a value in a settings file.
  public static func candidates(in text: String) -> [NormalIdentity] {
    var forms = [NormalIdentity(form: .exact, spelling: text)]
    if text.utf8.contains(UInt8(ascii: "@")) {
      forms.append(NormalIdentity(form: .email, spelling: email(text)))
    }
    if let phone = phone(text) { forms.append(NormalIdentity(form: .phone, spelling: phone)) }
    return forms
  }

  /// Addresses are nearly always ASCII, and a bulk purge folds a million of them.
  private static func email(_ text: String) -> String {
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return trimmed(text.lowercased()[...]) }
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let core = text.utf8.drop(while: isBlank)
    let blanks = core.reversed().prefix(while: isBlank).count
    let folded = core.dropLast(blanks).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return String(decoding: folded, as: UTF8.self)
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// Digits without the usual decoration; nil for what E.164 does not allow.
  ///
  /// E.164 has at most 15 digits; `00` in front stands for `+`.
  private static func phone(_ text: String) -> String? {
    var digits = text.filter { !" -.()/\u{a0}".contains($0) }
    let isInternational = digits.hasPrefix("+") || digits.hasPrefix("00")
    digits = String(digits.drop { $0 == "+" })
    if isInternational { digits = String(digits.drop { $0 == "0" }) }
    guard (7...15).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return isInternational ? "+" + digits : digits
  }
}
