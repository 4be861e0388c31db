import Crypto
import Documents
public import PurgeCore

extension ConnectorConfiguration {
  /// Reads a connector's file; what is wrong is found all at once.
  ///
  /// - Parameters:
  ///   - name: The connector's name, from the file's.
  ///   - bytes: The file's content.
  ///   - file: The file's path as the administrator knows it.
  ///   - manifests: The manifests there are, by name.
  ///   - resolve: Fetches a secret; its problem becomes a diagnostic.
  /// - Throws: Everything that is wrong with the file.
  public init(
    named name: ConnectorName, reading bytes: [UInt8], file: String,
    manifests: [String: Manifest],
    resolve: @escaping (SecretReference) -> Result<String, SecretProblem>
  ) throws(Diagnostics) {
    let findings = try Findings.reading(bytes, file: file)
    var loader = ConfigurationLoader(root: findings.root, resolve: resolve)
    guard let manifest = loader.manifest(among: manifests) else {
      try findings.check()
      preconditionFailure("a connector's file was given up without saying why")
    }
    self = loader.load(name, manifest)
    if findings.list.isEmpty { loader.checkBase(of: self, manifest) }
    try findings.check()
  }
}

private struct ConfigurationLoader {
  let root: Node
  let resolve: (SecretReference) -> Result<String, SecretProblem>
  private var texts: [SettingText] = []
  private var digests: [JSON.Member] = []

  private static let words = [
    "use", "title", "settings", "enabled", "selfHosted", "base", "limits", "http2", "$schema",
  ]

  init(root: Node, resolve: @escaping (SecretReference) -> Result<String, SecretProblem>) {
    self.root = root
    self.resolve = resolve
  }

  func manifest(among manifests: [String: Manifest]) -> Manifest? {
    guard root.words(Self.words) else { return nil }
    let names = manifests.keys.sorted()
    guard let node = root.required("use", "use: \"\(names.first ?? "webhook")\""),
      let use = node.text()
    else { return nil }
    if let manifest = manifests[use] { return manifest }
    guard !names.isEmpty else {
      node.complain(
        "is no vendor known here", "put its folder, with a connector.json5 in it, under Connectors")
      return nil
    }
    let near = use.nearest(among: names).map { "did you mean \"\($0)\"? There are" }
    node.complain("is no vendor known here", "\(near ?? "there are") \(names.listed)")
    return nil
  }

  mutating func load(_ name: ConnectorName, _ manifest: Manifest) -> ConnectorConfiguration {
    let values = values(manifest.schema)
    checkLoops(manifest, values)
    let limits = limits(manifest)
    let isSelfHosted = root["selfHosted"]?.flag() ?? manifest.isSelfHosted
    return ConnectorConfiguration(
      name: name, use: manifest.name, title: root["title"]?.text() ?? manifest.about.title,
      isEnabled: root["enabled"]?.flag() ?? true, isSelfHosted: isSelfHosted,
      usesHTTP2: root["http2"]?.flag() ?? false, base: base(isSelfHosted),
      settingValues: texts + around(), personalPlaces: personalPlaces(manifest.schema),
      revision: revision(), values: values,
      rates: limits.rates, concurrent: limits.concurrent)
  }

  // MARK: Settings

  private mutating func values(_ schema: SettingsSchema) -> [JSON?] {
    let node = root["settings"]
    let names = schema.properties.map(\.name)
    if let node { _ = node.words(names) }
    return schema.properties.map { property in
      guard let value = node?[property.name] else {
        if property.mustBeSaid {
          (node ?? root).complain(
            "lacks \"\(property.name)\"",
            "add it\(property.isSecret ? " as { env: \"…\" } or { file: \"…\" }" : "")")
        }
        return property.defaultValue
      }
      return property.isSecret ? secret(value, property) : plain(value, property)
    }
  }

  private mutating func plain(_ node: Node, _ property: SettingsSchema.Property) -> JSON? {
    if let problem = property.shape.problem(with: node.value) {
      node.complain(problem, "mend it")
      return nil
    }
    list(node)
    return node.value
  }

  private mutating func list(_ node: Node) {
    switch node.value {
    case .array: for element in node.elements() ?? [] { list(element) }
    case .object: for member in node.members() ?? [] { list(member.node) }
    case .string(let text), .number(let text): add(text, node, isSecret: false)
    case .null, .bool: break
    }
  }

  private mutating func add(_ text: String, _ node: Node, isSecret: Bool) {
    let place = SettingPlace(
      path: node.pointer.dotted, file: node.findings.file,
      line: node.findings.document.nearestLine(of: node.pointer))
    texts.append(SettingText(place: place, text: text, isSecret: isSecret))
  }

  private mutating func secret(_ node: Node, _ property: SettingsSchema.Property) -> JSON? {
    guard node.value.members != nil else {
      node.complain(
        "is a secret in clear text",
        "take it out of the file, change it at the vendor, and write { env: \"…\" } or { file: \"…\" }"
      )
      return nil
    }
    guard node.words(["env", "file"]), let reference = reference(node) else { return nil }
    switch resolve(reference) {
    case .failure(let problem) where problem.isExpected: return "not resolved"
    case .failure(let problem):
      node.complain("is a secret that \(problem.reason)", reference.remedy)
      return nil
    case .success(let text):
      return resolved(text, node, property)
    }
  }

  private mutating func resolved(
    _ text: String, _ node: Node, _ property: SettingsSchema.Property
  ) -> JSON? {
    // Files end with a line end that is no part of the secret.
    let text = String(text.reversed().drop { $0.isNewline }.reversed())
    guard !text.isEmpty else {
      node.complain("is a secret that is empty", "set it")
      return nil
    }
    if property.shape.problem(with: .string(text)) != nil {
      node.complain(
        "is a secret that does not look as it must", "compare it with the vendor's page")
    }
    add(text, node, isSecret: true)
    let digest = (try? Digest.sha256(Array(text.utf8)).hex) ?? ""
    digests.append(.init(property.name, ["secret": .string(digest)]))
    return .string(text)
  }

  private func reference(_ node: Node) -> SecretReference? {
    switch (node["env"], node["file"]) {
    case (let env?, nil): env.text().map(SecretReference.environment)
    case (nil, let file?): file.text().map(SecretReference.file)
    default: node.mistyped("one source of a secret", "{ env: \"…\" } or { file: \"…\" }")
    }
  }

  /// A list that steps go through must have something in it, or nobody would be erased.
  private func checkLoops(_ manifest: Manifest, _ values: [JSON?]) {
    for loop in manifest.loops where values[loop.setting]?.array?.isEmpty ?? true {
      let name = manifest.schema.properties[loop.setting].name
      let node = root["settings"]?[name] ?? root["settings"] ?? root
      node.complain("names nothing in \"\(name)\" to erase people from", "name at least one")
    }
  }

  /// What the manifest says is a person, and what looks like somebody's address.
  private func personalPlaces(_ schema: SettingsSchema) -> [SettingPlace] {
    let personal = Set(schema.properties.filter { $0.person != nil }.map(\.name))
    return texts.filter { text in
      let name = text.place.path.split(separator: ".").dropFirst().first.map(String.init) ?? ""
      let isDeclared = personal.contains(String(name.prefix { $0 != "[" }))
      return !text.isSecret && (isDeclared || text.text.looksLikeAddress)
    }
    .map(\.place)
  }

  // MARK: The rest of the file

  /// Texts beside the settings that could name a person.
  private func around() -> [SettingText] {
    ["title", "base"].compactMap { name in
      guard let node = root[name], let text = node.value.string else { return nil }
      let place = SettingPlace(
        path: name, file: node.findings.file,
        line: node.findings.document.nearestLine(of: node.pointer))
      return SettingText(place: place, text: text, isSecret: false)
    }
  }

  private func limits(_ manifest: Manifest) -> (rates: [Rate], concurrent: Int?) {
    guard let node = root["limits"], node.words(["rate", "concurrent"]) else { return ([], nil) }
    let concurrent = node["concurrent"]?.count()
    if let concurrent, let most = manifest.limits.concurrent, concurrent > most {
      node["concurrent"]?.complain("is more than the vendor takes", "write at most \(most)")
    }
    let rates = node["rate"]?.oneOrMore().compactMap { element -> Rate? in
      guard let rate = element.rate() else { return nil }
      let looser = manifest.limits.rates.contains { $0.per == rate.per && $0.count < rate.count }
      if looser { element.complain("is more than the vendor takes", "write a smaller rate") }
      return rate
    }
    return (rates ?? [], concurrent)
  }

  private func base(_ isSelfHosted: Bool) -> String? {
    guard let node = root["base"], let text = node.text() else { return nil }
    guard isSelfHosted else {
      node.complain(
        "sends the vendor's requests elsewhere", "take it out, or add selfHosted: true")
      return nil
    }
    guard let origin = Origin(text), !origin.rest.contains("?"), !origin.rest.contains("#") else {
      node.complain("is no base URL", "write such as \"http://127.0.0.1:8080\"")
      return nil
    }
    return text
  }

  /// Everything that counts in the file as one digest; secrets enter by their own.
  private func revision() -> String {
    var canonical = root.value
    if case .object(var members) = canonical {
      // Where an editor finds the schema changes nothing that the hub does.
      members.removeAll { $0.name == "$schema" }
      for (position, member) in members.enumerated() where member.name == "settings" {
        members[position].value = concealed(member.value)
      }
      canonical = .object(members)
    }
    let bytes = canonical.sorted.encoded()
    return (try? Digest.sha256(bytes).hex) ?? String(decoding: bytes, as: UTF8.self)
  }

  private func concealed(_ settings: JSON) -> JSON {
    guard case .object(var members) = settings else { return settings }
    for (position, member) in members.enumerated() {
      if let digest = digests.first(where: { $0.name == member.name }) {
        members[position].value = digest.value
      }
    }
    return .object(members)
  }

  /// The base must be a URL that may be spoken to, as far as it is known without a token.
  func checkBase(of configuration: ConnectorConfiguration, _ manifest: Manifest) {
    guard !manifest.base.needsToken, !manifest.isByHand else { return }
    let program = Program(manifest, configuration)
    let facts = CallFacts(
      connector: configuration.name.description, now: Instant(milliseconds: 0), access: nil)
    let node = root["settings"] ?? root
    do throws(Unbound) {
      let base = try program.base(Frame(program, facts, []))
      guard let origin = Origin(base) else {
        node.complain("make no URL to send to", "write a URL with https:// and a host")
        return
      }
      if manifest.appendsPaths, origin.rest.contains(where: { "?#".contains($0) }) {
        node.complain("make a URL with a query, behind which no path can follow", "take it out")
      }
      if origin.scheme == "http", !configuration.isSelfHosted {
        node.complain("send over plain http", "write https, or add selfHosted: true")
      }
    } catch {
      node.complain("make no URL to send to: \(error.name) is missing", "add it")
    }
  }
}

extension Manifest {
  /// Whether any request goes to more than the base itself.
  fileprivate var appendsPaths: Bool {
    let all = steps + [poll?.step, check?.step].compactMap { $0 }
    return all.contains { step in
      if case .path(let template) = step.target { !template.parts.isEmpty } else { false }
    }
  }
}

extension String {
  /// An e-mail address, by its look: something on both sides of one @, and a dot on the right.
  fileprivate var looksLikeAddress: Bool {
    let parts = split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !contains("/")
      && !contains(" ")
  }
}

extension SecretReference {
  fileprivate var remedy: String {
    switch self {
    case .environment(let name): "set \(name) in the hub's environment"
    case .file(let path): "let the hub read \(path)"
    }
  }
}

extension JSON {
  /// The same with the members of each object in the order of their names.
  fileprivate var sorted: JSON {
    switch self {
    case .array(let elements): .array(elements.map(\.sorted))
    case .object(let members):
      .object(
        members.map { Member($0.name, $0.value.sorted) }.sorted { $0.name < $1.name })
    default: self
    }
  }
}
