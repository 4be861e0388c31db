import Documents

/// What a manifest itself says about answers: it stays in them when everything else is replaced.
struct ManifestWords {
  /// Texts that rules, states and look-ups compare with.
  private(set) var texts: Set<[UInt8]> = []
  /// Numbers that rules compare with.
  private(set) var numbers: Set<String> = []
  /// What rules search for.
  private(set) var patterns: [Pattern] = []
  /// Names of members that pointers and paths go through.
  private(set) var fields: Set<String> = []
  /// What stands between the slashes and signs of the manifest's URLs.
  private(set) var segments: Set<String> = []

  init(_ manifest: Manifest) {
    for entry in manifest.people { addWord(entry.theirs) }
    let asked = [manifest.poll?.step, manifest.check?.step, manifest.auth.token?.step]
    for step in manifest.steps + asked.compactMap({ $0 }) { add(step) }
    for rule in manifest.rules { add(rule) }
    for word in manifest.poll?.states.keys.sorted() ?? [] { addWord(word) }
    for place in manifest.auth.token?.take ?? [] { add(place) }
    if case .told(let place)? = manifest.auth.token?.lifetime { add(place) }
  }

  /// All of it in one text, in lower case, to see what an answer may have in common with it.
  var everything: String {
    let texts = texts.map { String(decoding: $0, as: UTF8.self) }.sorted()
    let names = fields.sorted() + numbers.sorted() + segments.sorted() + patterns.map(\.source)
    return (texts + names).joined(separator: "\n").lowercased()
  }

  /// Whether the text is a word that a search of the rules speaks of.
  func isSearchedFor(_ text: String) -> Bool {
    patterns.contains { $0.source.runs.contains { $0.text == text } }
  }

  /// Whether every search of the rules finds something in both texts or in neither.
  func judgesAlike(_ one: String, _ other: String) -> Bool {
    patterns.allSatisfy { $0.isFound(in: one) == $0.isFound(in: other) }
  }

  mutating func addField(_ name: String) { fields.insert(name) }

  private mutating func addWord(_ word: String) { texts.insert(Array(word.utf8)) }

  private mutating func add(_ step: Step) {
    for rule in step.rules { add(rule) }
    if case .path(let template) = step.target { add(template) }
    if case .absolute(let template) = step.target { add(template) }
    if let find = step.find { add(find) }
    if let items = step.items {
      fields.formUnion(items.rows.names)
      if case .place(let place) = items.key { add(place) }
    }
    if let count = step.count { add(count) }
    for case .place(let place) in step.job { add(place) }
  }

  private mutating func add(_ template: URLTemplate) {
    let parts = template.literals.split { "/?&=.".contains($0) }
    segments.formUnion(parts.map(String.init))
  }

  private mutating func add(_ find: Find) {
    fields.formUnion(find.rows.names)
    for (_, place) in find.take { add(place) }
    for guarded in find.guards {
      if let value = guarded.value.constant { addWord(value) }
    }
    switch find.page {
    case .url(let place), .cursor(let place): add(place)
    case .after(_, let last, let more):
      add(last)
      if let more { add(more) }
    case .offset, .number, .link, nil: break
    }
  }

  private mutating func add(_ rule: Rule) {
    if let place = rule.place { add(place) }
    if let text = rule.text { patterns.append(text) }
    switch rule.test {
    case .equals(let value): add(value)
    case .matches(let pattern): patterns.append(pattern)
    case .exists, nil: break
    }
  }

  private mutating func add(_ value: JSON) {
    switch value {
    case .string(let text): addWord(text)
    case .number(let text): numbers.insert(text)
    case .array(let elements): for element in elements { add(element) }
    case .object(let members): for member in members { add(member.value) }
    case .bool, .null: break
    }
  }

  private mutating func add(_ place: JSONPointer) { fields.formUnion(place.steps) }
}
