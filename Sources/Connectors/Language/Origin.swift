/// The scheme and host of a URL, and what follows.
struct Origin: Sendable, Hashable {
  let scheme: String
  /// The host with its port, in lower case.
  let authority: String
  /// Path and query.
  let rest: String

  /// Reads an absolute http or https URL without user or password.
  init?(_ url: String) {
    guard let separator = url.range(of: "://") else { return nil }
    scheme = url[..<separator.lowerBound].lowercased()
    guard scheme == "https" || scheme == "http" else { return nil }
    let remainder = url[separator.upperBound...]
    let end = remainder.firstIndex { "/?#\\".contains($0) } ?? remainder.endIndex
    authority = remainder[..<end].lowercased()
    rest = String(remainder[end...])
    guard !authority.isEmpty, authority.utf8.allSatisfy({ $0.isAuthoritySign }),
      !authority.hasPrefix("."), !authority.hasPrefix(":"), !rest.hasPrefix("\\")
    else { return nil }
  }

  /// The host without its port.
  var host: String {
    guard !authority.hasPrefix("[") else { return authority }
    return String(authority.prefix { $0 != ":" })
  }

  var text: String { "\(scheme)://\(authority)" }
}

/// A host, or all hosts below one: `*.my.salesforce.com`.
struct HostPattern: Sendable, Hashable {
  let suffix: String
  let isWild: Bool

  init?(_ text: String) {
    isWild = text.hasPrefix("*.")
    suffix = (isWild ? String(text.dropFirst(1)) : text).lowercased()
    // "*.com" would be everybody's.
    guard suffix.utf8.allSatisfy({ $0.isAuthoritySign && $0 != UInt8(ascii: ":") }),
      !isWild || suffix.filter({ $0 == "." }).count > 1
    else { return nil }
  }

  func matches(_ host: String) -> Bool {
    isWild ? host.hasSuffix(suffix) && host.count > suffix.count : host == suffix
  }
}

extension UInt8 {
  fileprivate var isAuthoritySign: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "-._:[]".utf8.contains(self)
    }
  }
}

extension String {
  func range(of part: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
      formIndex(after: &start)
    }
    return nil
  }
}
