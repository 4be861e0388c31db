import Crypto
public import PurgeCore

/// Who is to be purged and why, as it was asked for.
public struct Selection: Sendable, Hashable {
  /// The one identifier kind of the request (BZ-04).
  public let kind: IdentityKind
  /// The people, each once, in the order given.
  public let people: Roster
  /// Why.
  public let purpose: PurgePurpose
  /// A digest of who is selected and why, the same for the same demand.
  let digest: [UInt8]
  /// How whoever gave them counts them.
  public let numbering: Numbering
  /// Where names stood that had been given before, among all that were given.
  private let repeated: [Int]

  /// How people are counted in what is said to whoever gave them.
  public enum Numbering: Sendable, Hashable {
    /// By their place in a list.
    case places
    /// By the line of a file whose first line names their kind.
    case lines

    func word(_ count: Int) -> String {
      switch self {
      case .places: count == 1 ? "number" : "numbers"
      case .lines: count == 1 ? "line" : "lines"
      }
    }
  }

  /// Makes a selection; people given twice count once (ALM-23).
  ///
  /// - Throws: `Refusal` when nobody is selected.
  public init(
    kind: IdentityKind, identities: [Identity], purpose: PurgePurpose
  ) throws(Refusal) {
    var seen = Set<Spelled>(minimumCapacity: identities.count)
    var (people, repeated): ([Subject], [Int]) = ([], [])
    for (place, identity) in identities.enumerated() {
      if seen.insert(Spelled(identity: identity)).inserted {
        people.append(Subject([identity]))
      } else {
        repeated.append(place)
      }
    }
    try self.init(kind, Roster(people), purpose, .places, repeated)
  }

  /// Makes a selection of a column, which may hold a million people; those given twice count once.
  ///
  /// - Throws: `Refusal` when nobody is selected.
  public init(_ column: Roster.Column, purpose: PurgePurpose) throws(Refusal) {
    var column = column
    var seen = SeenNames(of: column.count)
    var repeated: [Int] = []
    let whole = column
    column.keep { place in
      let isNew = seen.insert(place, of: whole)
      if !isNew { repeated.append(place) }
      return isNew
    }
    try self.init(column.kind, Roster(column), purpose, .lines, repeated)
  }

  /// Makes a selection of people who were selected before, each once.
  init(_ people: [Subject], purpose: PurgePurpose) throws(Refusal) {
    let kind = people.first?.identities.first?.kind ?? .email
    try self.init(kind, Roster(people), purpose, .places, [])
  }

  private init(
    _ kind: IdentityKind, _ people: Roster, _ purpose: PurgePurpose, _ numbering: Numbering,
    _ repeated: [Int]
  ) throws(Refusal) {
    guard !people.isEmpty else {
      throw Refusal(
        .emptySelection, "The request names nobody.",
        action: "Name at least one person, by one identifier kind.")
    }
    self.kind = kind
    self.people = people
    self.purpose = purpose
    self.numbering = numbering
    self.repeated = repeated
    digest = try Self.digest(kind, people, purpose)
  }

  /// The number of a person by position, as whoever gave the people counts.
  public func number(of position: Int) -> Int {
    var place = position
    for other in repeated where other <= place { place += 1 }
    return place + (numbering == .lines ? 2 : 1)
  }
}

/// The names of a column that came before: a table of their positions, four bytes for a name.
private struct SeenNames {
  private var positions: [UInt32]

  init(of count: Int) {
    var size = 4
    while size < count * 2 { size *= 2 }
    positions = Array(repeating: .max, count: size)
  }

  /// Remembers the name at a position; false when it came before.
  mutating func insert(_ position: Int, of column: Roster.Column) -> Bool {
    let name = column.name(at: position)
    var hasher = Hasher()
    hasher.combine(name)
    var place = hasher.finalize() & (positions.count - 1)
    while positions[place] != .max {
      if column.name(at: Int(positions[place])).elementsEqual(name) { return false }
      place = (place + 1) & (positions.count - 1)
    }
    positions[place] = UInt32(position)
    return true
  }
}

/// An identity byte for byte: texts that look alike are equal to Swift, and two people to vendors.
private struct Spelled: Hashable {
  let identity: Identity

  static func == (a: Spelled, b: Spelled) -> Bool {
    a.identity == b.identity && a.identity.value.utf8.elementsEqual(b.identity.value.utf8)
      && (a.identity.label ?? "").utf8.elementsEqual((b.identity.label ?? "").utf8)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}

extension PurgePurpose {
  /// Reads the words of the API; nil when there is no such purpose.
  public init?(word: String, regulation: String) {
    switch word {
    case "erasure": self = .erasure(regulation: regulation)
    case "retentionPolicy": self = .retentionPolicy
    case "dataHygiene": self = .dataHygiene
    default: return nil
    }
  }
}

extension Prioritization {
  /// Reads the ordered words of a request, keeping their order (BZ-16).
  ///
  /// - Throws: `Refusal` 1005 for an unknown word, a repeated one, none at all, or both `identified`
  ///   and `unidentified` (BZ-18, BZ-19).
  public static func list(_ words: [String]) throws(Refusal) -> [Prioritization] {
    let list = words.compactMap(Prioritization.init(rawValue:))
    let fault: String? =
      if words.isEmpty {
        "The prioritization is empty."
      } else if list.count < words.count {
        "The prioritization has a word that does not exist."
      } else if Set(list).count < list.count {
        "The prioritization names a word twice."
      } else if list.contains(.identified), list.contains(.unidentified) {
        "The prioritization asks for identified and unidentified at once."
      } else {
        nil
      }
    guard let fault else { return list }
    let known = allCases.map(\.rawValue).joined(separator: ", ")
    throw Refusal(
      .prioritizationConflict, fault,
      action: "Give an ordered list of \(known); only one of identified and unidentified.")
  }
}

extension Selection {
  private static func digest(
    _ kind: IdentityKind, _ people: Roster, _ purpose: PurgePurpose
  ) throws(Refusal) -> [UInt8] {
    do throws(CryptoError) {
      var digest = try RunningDigest()
      try digest.add(Array("\(kind.rawValue)\n\(purpose)\n".utf8)[...])
      for start in stride(from: 0, to: people.count, by: 1_000) {
        try digest.add(people[start..<min(start + 1_000, people.count)].spelling[...])
      }
      return try digest.end()
    } catch {
      throw Refusal(
        .storageFailed, "The cryptographic library failed at \(error.call).",
        action: "Look at the hub's machine, then try again.")
    }
  }
}

extension Slice<Roster> {
  /// All names with what belongs to them, in bytes that tell one from another.
  fileprivate var spelling: [UInt8] {
    var text: [UInt8] = []
    guard let column = base.column else {
      for identity in lazy.flatMap(\.identities) {
        text += identity.value.utf8
        text += identity.spellingOfTheRest
      }
      return text
    }
    // The rest is the same for all of a column.
    let rest = column[startIndex].spellingOfTheRest
    for position in indices {
      text += column.name(at: position)
      text += rest
    }
    return text
  }
}

extension Identity {
  fileprivate var spellingOfTheRest: [UInt8] {
    [0] + Array((label ?? "").utf8) + [0]
      + Array(prioritization.map(\.rawValue).joined(separator: ",").utf8) + [10]
  }
}
