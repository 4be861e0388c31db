import PurgeCore

/// Everybody a run may be about; a person is a number.
enum People {
  static let count = 1_100
  /// From here on people own connectors' accounts.
  static let owners = 1_000

  /// The person who owns a connector's account after so many edits of its file.
  static func owner(of connector: Int, edition: Int) -> Int {
    owners + connector * 20 + edition % 20
  }

  /// The person as the hub knows them; one in nine has no identity that vendors know.
  static func subject(_ number: Int) -> Subject { subjects[number] }

  /// What a vendor is sent for a person.
  static func name(of number: Int) -> String { "u\(number)@people.example" }

  /// Whether vendors know a kind of identity of them.
  static func isKnown(_ number: Int) -> Bool { number >= owners || number % 9 != 5 }

  /// Whether vendors have data of them at the start.
  static func hasData(_ number: Int) -> Bool { number % 5 != 4 }

  /// The number in a name that a vendor was sent.
  static func number(in name: String) -> Int? {
    guard name.hasPrefix("u"), let at = name.firstIndex(of: "@") else { return nil }
    return Int(name[name.index(after: name.startIndex)..<at])
  }

  private static let subjects = (0..<count).map { number in
    Subject([
      isKnown(number)
        ? Identity(.email, name(of: number)) : Identity(.externalId, "x\(number)")
    ])
  }
}
