import Crypto
public import PurgeCore

/// Who is to be purged and why, as it was asked for.
public struct Selection: Sendable, Hashable {
  /// The one identifier kind of the request (BZ-04).
  public let kind: IdentityKind
  /// The people, each once, in the order given.
  public let people: [Subject]
  /// Why.
  public let purpose: PurgePurpose
  /// How whoever gave them counts them.
  public let numbering: Numbering
  /// Where each person stands among all that were given.
  private let places: [Int]

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
    kind: IdentityKind, identities: [Identity], purpose: PurgePurpose,
    numbering: Numbering = .places
  ) throws(Refusal) {
    guard !identities.isEmpty else {
      throw Refusal(
        .emptySelection, "The request names nobody.",
        action: "Name at least one person, by one identifier kind.")
    }
    self.kind = kind
    self.purpose = purpose
    self.numbering = numbering
    var seen = Set<Spelled>(minimumCapacity: identities.count)
    places = identities.indices.filter {
      seen.insert(Spelled(identity: identities[$0])).inserted
    }
    people = places.map { Subject([identities[$0]]) }
  }

  /// Makes a selection of people who were selected before, each once.
  init(_ people: [Subject], purpose: PurgePurpose) {
    kind = people.first?.identities.first?.kind ?? .email
    self.people = people
    self.purpose = purpose
    numbering = .places
    places = Array(people.indices)
  }

  /// The number of a person by position, as whoever gave the people counts.
  public func number(of position: Int) -> Int {
    places[position] + (numbering == .lines ? 2 : 1)
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
  /// A digest of who is selected and why, the same for the same demand.
  var digest: [UInt8] {
    get throws(Refusal) {
      var text: [UInt8] = Array("\(kind.rawValue)\n\(purpose)\n".utf8)
      for identity in people.lazy.flatMap(\.identities) {
        text += identity.value.utf8
        text.append(0)
        text += (identity.label ?? "").utf8
        text.append(0)
        text += identity.prioritization.lazy.map(\.rawValue).joined(separator: ",").utf8
        text.append(10)
      }
      do throws(CryptoError) { return try Digest.sha256(text) } catch {
        throw Refusal(
          .storageFailed, "The cryptographic library failed at \(error.call).",
          action: "Look at the hub's machine, then try again.")
      }
    }
  }
}
