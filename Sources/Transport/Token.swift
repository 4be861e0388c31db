extension String {
  /// Whether this is a token, as every field name must be (RFC 9110, 5.6.2).
  var isToken: Bool { !isEmpty && utf8.allSatisfy(\.isTokenCharacter) }
}

extension UInt8 {
  fileprivate var isTokenCharacter: Bool {
    switch self {
    case 48...57, 65...90, 94...122, 33, 35...39, 42, 43, 45, 46, 124, 126: true
    default: false
    }
  }
}
