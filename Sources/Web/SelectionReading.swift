import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore

/// A request's body and query, read as a selection and as what confirms it.
struct SelectionReading {
  let selection: Selection
  /// What confirms a plan.
  let confirmation: Confirmation

  init(_ request: HTTPRequest, maxPeople: Int) throws(Refusal) {
    let options: SelectionOptions
    if request.isCSV {
      options = try .query(request.options(knowing: Self.names.subtracting(["identifiers"])))
      var column = try Self.column(request.body)
      column.prioritization = try Self.prioritization(options)
      selection = try Selection(column, purpose: Self.purpose(options))
    } else {
      let body = try request.jsonObject(knowing: Self.names)
      options = .json(body)
      var (kind, identities) = try Self.identifiers(body["identifiers"] ?? .null)
      let list = try Self.prioritization(options)
      for place in identities.indices { identities[place].prioritization = list }
      selection = try Selection(
        kind: kind, identities: identities, purpose: Self.purpose(options))
    }
    confirmation = Confirmation(
      planHash: try options.text("plan") ?? "", consent: try options.isTrue("consent"),
      phrase: try options.text("phrase"), capReason: try Self.capReason(options))
    try checkSize(maxPeople)
  }

  /// People given twice count once (ALM-23), so it is the selection that is counted.
  private func checkSize(_ maxPeople: Int) throws(Refusal) {
    let people = selection.people.count
    guard people <= maxPeople else {
      throw Refusal(
        .tooManySubjects, "The request names \(people) people; at most \(maxPeople) fit.",
        action: "Split it into several requests, each with an ID of its own.")
    }
  }

  private static let names: Set<String> = [
    "identifiers", "prioritization", "purpose", "regulation", "plan", "consent", "phrase",
    "exceedCap",
  ]

  /// Why more people may go at once than the cap allows: words, not a bare yes.
  private static func capReason(_ options: SelectionOptions) throws(Refusal) -> String? {
    try options.text("exceedCap").map { (text) throws(Refusal) in
      try JSON.object([.init("reason", .string(text))]).reason()
    }
  }

  private static func prioritization(
    _ options: SelectionOptions
  ) throws(Refusal) -> [Prioritization] {
    guard let words = try options.words("prioritization") else { return [] }
    return try Prioritization.list(words)
  }

  private static func purpose(_ options: SelectionOptions) throws(Refusal) -> PurgePurpose {
    let regulation = try options.text("regulation") ?? "gdpr"
    let word = try options.text("purpose") ?? "erasure"
    guard let purpose = PurgePurpose(word: word, regulation: regulation),
      regulation.utf8.count <= 40, regulation.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
    else {
      throw Refusal(
        .unreadableInput, "The purpose or regulation is not one the hub knows.",
        action: "Use the purpose erasure, retentionPolicy or dataHygiene; a regulation is one word."
      )
    }
    return purpose
  }

  static func column(_ body: [UInt8]) throws(Refusal) -> Roster.Column {
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
    let names = Roster.Column(kind, in: column.bytes, from: column.starts, to: column.ends)
    guard (0..<names.count).allSatisfy({ names.name(at: $0).isUsable }) else {
      throw unusable(kind)
    }
    return names
  }

  static func identifiers(_ object: JSON) throws(Refusal) -> (IdentityKind, [Identity]) {
    let members = object.members ?? []
    for member in members { _ = try known(member.name) }
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
    guard let values = member.value.array else {
      throw Refusal(
        .unreadableInput, "The \(kind.rawValue) values are \(member.value.kindInWords).",
        action: "Send a list, also for one person.")
    }
    var identities: [Identity] = []
    for value in values { identities.append(try identity(kind, value)) }
    return (kind, identities)
  }

  static func identity(_ kind: IdentityKind, _ value: JSON) throws(Refusal) -> Identity {
    let name = kind == .userAlias ? value["name"]?.string : value.string
    let label = kind == .userAlias ? value["label"]?.string : nil
    guard let name, name.isUsable, kind != .userAlias || label?.isUsable == true else {
      throw unusable(kind)
    }
    return Identity(kind, name, label: label)
  }

  private static func unusable(_ kind: IdentityKind) -> Refusal {
    let shape = kind == .userAlias ? "an object with name and label" : "a text"
    return Refusal(
      .unreadableInput, "One of the \(kind.rawValue) values is not what the kind needs.",
      action: "Each is \(shape), not empty, of at most 1,024 bytes, without control characters.")
  }

  /// Kinds are an open set, but a header such as `Name` or `e-mail address` is a mistake.
  static func known(_ name: String) throws(Refusal) -> IdentityKind {
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

extension String {
  /// Whether it can be an identifier, or an alias' label.
  fileprivate var isUsable: Bool { utf8.isUsable }
}

extension Collection<UInt8> {
  fileprivate var isUsable: Bool {
    (1...1_024).contains(count) && !contains { $0 < 32 || $0 == 127 }
  }
}
