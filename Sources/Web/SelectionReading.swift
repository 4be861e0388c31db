import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore

/// A request's body and query, read as a selection and as what confirms it.
struct SelectionReading {
  let selection: Selection
  private let options: Options

  /// Options travel in a JSON body, or in the query beside a CSV body.
  private enum Options {
    case json(JSON)
    case query([String: String])

    func text(_ name: String) -> String? {
      switch self {
      case .json(let body): body[name]?.string
      case .query(let items): items[name]
      }
    }

    func words(_ name: String) -> [String]? {
      switch self {
      case .json(let body): body[name]?.array.map { $0.map { $0.string ?? "" } }
      case .query(let items):
        items[name].map { $0.split(separator: ",").map(String.init) }
      }
    }

    func isTrue(_ name: String) -> Bool {
      switch self {
      case .json(let body): body[name]?.bool ?? false
      case .query(let items): items[name] == "true"
      }
    }
  }

  init(_ request: HTTPRequest, maxPeople: Int) throws(Refusal) {
    let isCSV = request.fields["Content-Type"]?.lowercased().hasPrefix("text/csv") ?? false
    let kind: IdentityKind
    var identities: [Identity]
    if isCSV {
      options = .query(request.queryItems)
      (kind, identities) = try Self.column(request.body)
    } else {
      let body = try request.jsonObject(knowing: Self.names)
      options = .json(body)
      (kind, identities) = try Self.identifiers(body["identifiers"] ?? .null)
    }
    guard identities.count <= maxPeople else {
      throw Refusal(
        .tooManySubjects, "The request names \(identities.count) people; at most \(maxPeople) fit.",
        action: "Split it into several requests, each with an ID of its own.")
    }
    if let words = options.words("prioritization") {
      let list = try Prioritization.list(words)
      for place in identities.indices { identities[place].prioritization = list }
    }
    selection = try Selection(
      kind: kind, identities: identities, purpose: Self.purpose(options))
  }

  /// What confirms a plan.
  var confirmation: Confirmation {
    Confirmation(
      planHash: options.text("plan") ?? "", consent: options.isTrue("consent"),
      phrase: options.text("phrase"))
  }

  private static let names: Set<String> = [
    "identifiers", "prioritization", "purpose", "regulation", "plan", "consent", "phrase",
  ]

  private static func purpose(_ options: Options) throws(Refusal) -> PurgePurpose {
    let regulation = options.text("regulation") ?? "gdpr"
    guard
      let purpose = PurgePurpose(
        word: options.text("purpose") ?? "erasure", regulation: regulation),
      regulation.utf8.count <= 40, regulation.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
    else {
      throw Refusal(
        .unreadableInput, "The purpose or regulation is not one the hub knows.",
        action: "Use the purpose erasure, retentionPolicy or dataHygiene; a regulation is one word."
      )
    }
    return purpose
  }

  private static func column(_ body: [UInt8]) throws(Refusal) -> (IdentityKind, [Identity]) {
    let column: IdentifierColumn
    do throws(ColumnError) {
      column = try IdentifierColumn(reading: body)
    } catch {
      throw Refusal(
        .unreadableInput, "The CSV cannot be used: \(error.description)",
        action: "Write one column; its first line names the identifier kind, such as email.")
    }
    let kind = try known(column.header)
    guard kind != .userAlias else {
      throw Refusal(
        .noIdentifierKind, "A userAlias has a name and a label, and a CSV has one column.",
        action: "Name aliases in a JSON body, or by --user-alias LABEL:NAME.")
    }
    return (kind, column.values.map { Identity(kind, $0) })
  }

  private static func identifiers(_ object: JSON) throws(Refusal) -> (IdentityKind, [Identity]) {
    let members = object.members ?? []
    guard members.count <= 1 else {
      let kinds = members.map(\.name).sorted().joined(separator: " and ")
      throw Refusal(
        .severalIdentifierKinds, "The request names people by \(kinds).",
        action: "Send one request for each identifier kind.")
    }
    guard let member = members.first else {
      throw Refusal(
        .noIdentifierKind, "The request names people by no identifier kind.",
        action: "Send identifiers: { email: [\"...\"] }, or another kind.")
    }
    let kind = try known(member.name)
    var identities: [Identity] = []
    for value in member.value.array ?? [] { identities.append(try identity(kind, value)) }
    return (kind, identities)
  }

  private static func identity(_ kind: IdentityKind, _ value: JSON) throws(Refusal) -> Identity {
    let name = kind == .userAlias ? value["name"]?.string : value.string
    let label = kind == .userAlias ? value["label"]?.string : nil
    guard let name, !name.isEmpty, name.utf8.count <= 1_024,
      kind != .userAlias || !(label ?? "").isEmpty,
      !name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
    else {
      let shape = kind == .userAlias ? "an object with name and label" : "a text"
      throw Refusal(
        .unreadableInput, "One of the \(kind.rawValue) values is not what the kind needs.",
        action: "Each is \(shape), not empty, of at most 1,024 bytes, without control characters.")
    }
    return Identity(kind, name, label: label)
  }

  /// Kinds are an open set, but a header such as `Name` or `e-mail address` is a mistake.
  private static func known(_ name: String) throws(Refusal) -> IdentityKind {
    let isWord = name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
    }
    guard isWord, (2...40).contains(name.utf8.count), name.first?.isLowercase == true else {
      throw Refusal(
        .noIdentifierKind, "The identifier kind's name is not one the hub can know.",
        action:
          "Use email, externalId, phone, userAlias, deviceId or a vendor's kind such as brazeId.")
    }
    return IdentityKind(name)
  }
}
