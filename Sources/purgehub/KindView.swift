import Documents

extension Session {
  /// One line for each kind of vendor.
  func showKinds(_ kinds: [JSON]) {
    var table = Table(headings: [
      "kind", "title", "category", "evidence", "identities", "latency",
    ])
    for kind in kinds {
      table.rows.append(
        ["name", "title", "category", "evidence", "people", "latency"].map(kind.cell))
    }
    for line in table.lines() { console.say(line) }
    console.say("\(kinds.count) kinds. purgehub connectors catalog KIND tells all about one.")
  }

  /// Everything a kind of vendor says about itself.
  func showKind(_ kind: JSON) {
    console.say("\(console.bold(kind.cell("title")))  \(kind.cell("name"))")
    let lines = [
      ("Category", "category"), ("Evidence", "evidence"), ("Latency", "latency"),
      ("Looked up again", "verifiesAfter"), ("Identities", "people"), ("Permission", "permission"),
      ("Documents", "docs"),
    ]
    for (title, member) in lines { console.say("  \(title): \(kind.cell(member))") }
    sayList("What follows from a purge", kind["consequences"])
    sayList("What stays", kind["residuals"])
    console.say("Settings:")
    for setting in kind["settings"]?.array ?? [] { console.say("  \(setting.settingLine)") }
    console.say(
      "purgehub connectors new NAME --use \(kind.cell("name")) writes a file to begin with.")
  }

  private func sayList(_ title: String, _ list: JSON?) {
    guard let texts = list?.array?.compactMap(\.string), !texts.isEmpty else { return }
    console.say("\(title):")
    for text in texts { console.say("  - \(text)") }
  }
}

extension JSON {
  /// A member as a cell of a table; a dash where there is none.
  fileprivate func cell(_ member: String) -> String {
    if let list = self[member]?.array { return list.compactMap(\.string).joined(separator: ", ") }
    return self[member]?.string ?? "-"
  }

  fileprivate var settingLine: String {
    var notes: [String] = []
    if self["isRequired"]?.bool == true { notes.append("required") }
    if self["isSecret"]?.bool == true { notes.append("secret: { env: } or { file: }") }
    if let kind = self["person"]?.string {
      notes.append("names a person (\(kind)): purging them disables the connector")
    }
    if let choices = self["choices"]?.array, !choices.isEmpty {
      notes.append("one of " + choices.map(\.plain).joined(separator: ", "))
    }
    if let usual = self["default"], !usual.isNull { notes.append("default \(usual.plain)") }
    let note = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
    return "\(cell("name"))  \(self["description"]?.string ?? "")\(note)"
  }

  private var plain: String { string ?? String(decoding: encoded(), as: UTF8.self) }
}
