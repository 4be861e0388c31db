import PurgeCore

/// Whom the owner of a system without a connector is to erase by hand (ALM-10): the one page that
/// names people, since nobody can erase whom nobody names.
public struct Letter: Sendable {
  let people: [Subject]

  /// A row for each identity, with the person's number from 1; RFC 4180, lines end with CRLF.
  public var csv: [UInt8] {
    var bytes = Array("person,kind,value,label\r\n".utf8)
    for (number, person) in people.enumerated() {
      for identity in person.identities {
        bytes += "\(number + 1),\(identity.kind.rawValue),".utf8
        bytes.append(quoting: identity.value)
        bytes.append(UInt8(ascii: ","))
        bytes.append(quoting: identity.label ?? "")
        bytes += "\r\n".utf8
      }
    }
    return bytes
  }
}

extension [UInt8] {
  /// Appends a field of a CSV row, in quotes where it needs them.
  fileprivate mutating func append(quoting field: String) {
    let needsQuotes = field.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
    guard needsQuotes else { return append(contentsOf: field.utf8) }
    self += "\"\(field.replacing("\"", with: "\"\""))\"".utf8
  }
}
