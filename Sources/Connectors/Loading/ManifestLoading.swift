import Documents
import PurgeCore

extension Manifest {
  /// Reads `Connectors/<name>/connector.json5`; what is wrong is found all at once.
  public init(named name: String, reading bytes: [UInt8]) throws(Diagnostics) {
    let file = "connector.json5 in Connectors/\(name)"
    let findings = try Findings.reading(bytes, file: file)
    let loader = ManifestLoader(name: name, root: findings.root)
    guard let manifest = loader.load() else {
      try findings.check()
      preconditionFailure("a manifest was given up without saying why")
    }
    try findings.check()
    self = manifest
  }
}

/// Reads one manifest from top to bottom, gathering the names each place may use.
struct ManifestLoader {
  let name: String
  let root: Node

  static let words = [
    "name", "title", "docs", "category", "consequences", "residuals", "permission", "latency",
    "evidence", "settings", "people", "send", "selfHosted", "base", "hosts", "auth", "limits",
    "let", "for", "outcome", "erase", "poll", "verify", "check", "byHand", "plugin",
  ]
  /// What says how a vendor is spoken to, and has no use where nobody is.
  private static let wordsOfCalls = [
    "permission", "people", "send", "selfHosted", "base", "hosts", "auth", "limits", "let", "for",
    "outcome", "erase", "poll", "verify", "check",
  ]

  func load() -> Manifest? {
    guard root.words(Self.words) else { return nil }
    refuseMissingParts()
    checkName()
    let schema = root["settings"]?.schema() ?? SettingsSchema(properties: [])
    return root["byHand"]?.flag() == true ? loadByHand(schema) : load(schema)
  }

  /// Where a person erases, there is nothing to say but to whom.
  private func loadByHand(_ schema: SettingsSchema) -> Manifest {
    for word in Self.wordsOfCalls {
      root[word]?.complain("has no use where a person erases by hand", "take it out")
    }
    return Manifest(
      name: name, about: about(), schema: schema, isByHand: true, isSelfHosted: false, people: [],
      send: .all, base: .template(URLTemplate(parts: [])), hosts: [], auth: Authorization(),
      limits: Limits(), lets: [], loops: [], takenNames: [], tokenNames: [], rules: [], steps: [],
      poll: nil, verify: nil, check: nil)
  }

  private func load(_ schema: SettingsSchema) -> Manifest {
    let send = root["send"]?.choice(SendMode.self) ?? .first
    let loops = loops(schema)
    let taken = takenNames()
    let tokens = tokenNames()
    let scopes = scopes(schema, loops, taken, tokens, send)
    let people = root.required("people", "people: [{ email: \"email\" }]")?.people(
      scopes.shape, schema)
    let rules = root["outcome"]?.rules() ?? []
    var steps = StepLoader(
      scope: scopes.step, taken: taken, send: send, kinds: people?.map(\.ours) ?? [],
      isLoopedOver: !loops.isEmpty)
    let erase = steps.erase(root.required("erase", "erase: [{ delete: \"/users/{id}\" }]"))
    let poll = root["poll"].flatMap { steps.poll($0) }
    checkJobs(erase, poll, rules)
    var limits = root["limits"]?.limits() ?? Limits()
    limits.rates += steps.rates
    let manifest = Manifest(
      name: name, about: about(), schema: schema, isByHand: false,
      isSelfHosted: root["selfHosted"]?.flag() ?? false, people: people ?? [], send: send,
      base: root["base"].flatMap { $0.base(scopes.base, schema) } ?? missingBase(),
      hosts: root["hosts"]?.oneOrMore().compactMap { $0.host() } ?? [],
      auth: authorization(scopes, &steps), limits: limits,
      lets: scopes.step.lets.compactMap { $0 }, loops: loops, takenNames: taken,
      tokenNames: tokens, rules: rules, steps: erase, poll: poll,
      verify: root["verify"].flatMap { $0.verification(after: erase, poll) },
      check: root["check"].flatMap { steps.check($0, scopes.check) })
    for (position, step) in erase.enumerated() {
      checkHost(of: step, manifest, JSONPointer(steps: ["erase", String(position)]))
    }
    if let poll { checkHost(of: poll.step, manifest, JSONPointer(steps: ["poll"])) }
    if manifest.base.needsToken, manifest.hosts.isEmpty {
      root["base"]?.complain(
        "comes from the token's answer, which could name any host",
        "write hosts: [\"*.vendor.example\"]")
    }
    return manifest
  }

  /// A step with a URL of its own must go to a host the manifest names, or nothing would be sent.
  private func checkHost(of step: Step, _ manifest: Manifest, _ place: JSONPointer) {
    guard case .absolute(let template) = step.target, manifest.hosts.isEmpty else { return }
    if case .template(let base) = manifest.base, let own = Origin(base.head),
      let origin = Origin(template.head), own.text == origin.text
    {
      return
    }
    root.findings.add(
      place, "goes to a host that is not named", "write hosts: [\"…\"] with the host in it")
  }

  private func refuseMissingParts() {
    root["plugin"]?.complain(
      "is not available in this version", "describe the vendor with the words of this language")
  }

  private func checkName() {
    guard let node = root.required("name", "name: \"\(name)\""), let text = node.text() else {
      return
    }
    if text != name {
      node.complain("is not the folder's name", "write \"\(name)\" or rename the folder")
    }
  }

  private func missingBase() -> Base {
    if root["base"] == nil {
      root.complain("lacks \"base\"", "write base: \"https://api.example.com\"")
    }
    return .template(URLTemplate(parts: []))
  }

  private func checkJobs(_ steps: [Step], _ poll: Poll?, _ rules: [Rule]) {
    let makers = steps.indices.filter { position in
      let words = (steps[position].rules + rules).map(\.word)
      return steps[position].find == nil
        && (!steps[position].job.isEmpty || words.contains(.pending))
    }
    let isPending = !makers.isEmpty
    if let poll, poll.needsJob, let maker = makers.first(where: { steps[$0].job.isEmpty }) {
      root["poll"]?.complain(
        "asks for {job}, which erase[\(maker)] does not name", "add \"job\" to that step")
    }
    if isPending, poll == nil {
      root.complain("lacks \"poll\", though a step makes jobs", "say how to ask about them")
    }
    if !isPending, poll != nil {
      root["poll"]?.complain(
        "is never used: no step makes a job", "add \"job\" or a rule that says pending")
    }
  }

  private func about() -> Manifest.About {
    var about = Manifest.About()
    about.title = root["title"]?.text() ?? name
    about.docs = root["docs"]?.text()
    about.category = root["category"]?.text()
    about.consequences = root["consequences"]?.texts() ?? []
    about.residuals = root["residuals"]?.texts() ?? []
    about.permission = root["permission"]?.text()
    about.latency = root["latency"]?.text()
    about.evidence = root["evidence"]?.choice(EvidenceWord.self)?.evidence
    return about
  }
}

private enum EvidenceWord: String, CaseIterable {
  case attested, sent, acknowledged, confirmed, verifiedAbsent

  var evidence: Evidence {
    switch self {
    case .attested: .attested
    case .sent: .sent
    case .acknowledged: .acknowledged
    case .confirmed: .confirmed
    case .verifiedAbsent: .verifiedAbsent
    }
  }
}

// MARK: Names

extension ManifestLoader {
  struct Scopes {
    var base = Scope()
    /// A step's, before what earlier steps took.
    var step = Scope()
    /// The shape of one identity.
    var shape = Scope()
    var token = Scope()
    var check = Scope()
  }

  private func scopes(
    _ schema: SettingsSchema, _ loops: [Loop], _ taken: [String], _ tokens: [String],
    _ send: SendMode
  ) -> Scopes {
    var settings = Scope()
    for (position, property) in schema.properties.enumerated() {
      refuseReserved(property.name)
      settings.add(property.name, .setting(position))
    }
    var fixed = settings
    for (position, name) in tokens.enumerated() {
      refuseTaken(name, in: fixed, at: root["auth"])
      fixed.add(name, .token(position))
    }
    var step = fixed
    for (position, loop) in loops.enumerated() {
      refuseTaken(loop.name, in: step, at: root["for"])
      step.add(loop.name, .element(position))
    }
    step.add(Builtin.ofCall)
    if send != .all { step.add(Builtin.ofIdentity) }
    addLets(to: &step, taken: taken)
    var scopes = Scopes()
    scopes.base = fixed
    scopes.step = step
    scopes.shape = settings.adding(Builtin.ofIdentity)
    scopes.token = moment(of: settings, lets: step)
    scopes.check = moment(of: fixed, lets: step)
    return scopes
  }

  /// What is known where no person is at hand: settings, the time, and `let`s made of those.
  private func moment(of scope: Scope, lets: Scope) -> Scope {
    var moment = scope.adding(Builtin.ofMoment)
    moment.lets = lets.lets
    for (name, reference) in lets.names {
      if case .local = reference { moment.add(name, reference) }
    }
    return moment
  }

  private func refuseReserved(_ name: String) {
    guard Builtin(rawValue: name) != nil else { return }
    root["settings"]?["properties"]?[name]?.complain(
      "has a name that means something else in templates", "call it something else")
  }

  private func refuseTaken(_ name: String, in scope: Scope, at node: Node?) {
    guard scope.names[name] != nil || Builtin(rawValue: name) != nil else { return }
    node?.complain(
      "takes the name {\(name)}, which is a setting or built in", "call it something else")
  }

  /// Reads the `let`s in an order in which each finds those it uses.
  private func addLets(to scope: inout Scope, taken: [String]) {
    guard let members = root["let"]?.members() else { return }
    for (position, member) in members.enumerated() {
      if scope.names[member.name] != nil {
        member.node.complain(
          "takes the name {\(member.name)}, which is a setting or built in",
          "call it something else")
      }
      scope.add(member.name, .local(position))
    }
    var everything = scope.adding(Builtin.allCases)
    for (slot, name) in taken.enumerated() { everything.add(name, .taken(slot)) }
    everything.lets = Array(repeating: nil, count: members.count)
    for position in order(of: members) {
      everything.lets[position] = members[position].node.local(members[position].name, everything)
    }
    scope.lets = everything.lets
  }

  private func order(of members: [(name: String, node: Node)]) -> [Int] {
    var order: [Int] = []
    var remaining = Array(members.indices)
    let names = members.map { $0.node.namesMentioned }
    while !remaining.isEmpty {
      let ready = remaining.filter { position in
        !remaining.contains { names[position].contains(members[$0].name) }
      }
      guard !ready.isEmpty else {
        for position in remaining {
          members[position].node.complain("goes round in a circle", "let it not use itself")
        }
        return order
      }
      order += ready
      remaining.removeAll { ready.contains($0) }
    }
    return order
  }

  private func loops(_ schema: SettingsSchema) -> [Loop] {
    (root["for"]?.members() ?? []).compactMap { name, node in
      guard let setting = node.text() else { return nil }
      guard let position = schema.position(of: setting) else {
        node.complain(
          "goes through a setting that does not exist",
          schema.namesInWords)
        return nil
      }
      if schema.properties[position].shape.kind != .array {
        node.complain("goes through a setting that is no list", "give it type: \"array\"")
      }
      return Loop(name: name, setting: position)
    }
  }

  private func takenNames() -> [String] {
    var names: [String] = []
    for step in root["erase"]?.value.array ?? [] {
      for member in step["find"]?["take"]?.members ?? [] where !names.contains(member.name) {
        names.append(member.name)
      }
    }
    return names
  }

  private func tokenNames() -> [String] {
    let parts = root["auth"]?.value.array ?? root["auth"].map { [$0.value] } ?? []
    return parts.compactMap { $0["token"]?["take"]?.members }.joined().map(\.name)
  }
}

extension Node {
  /// The names a `let` mentions anywhere in it.
  fileprivate var namesMentioned: [String] {
    value.texts.flatMap { text in
      (BracePiece.cut(text) ?? []).compactMap { piece in
        if case .expression(let name) = piece { name } else { nil }
      }
    }
  }

  fileprivate func base(_ scope: Scope, _ schema: SettingsSchema) -> Base? {
    guard value.members == nil else { return baseMap(scope, schema) }
    if let template = value.string.flatMap({ BracePiece.cut($0) }), template.count == 1,
      case .expression(let name) = template[0], !name.hasPrefix("+")
    {
      return use(of: name, scope).map(Base.name)
    }
    return baseTemplate(scope).map(Base.template)
  }

  /// A base begins with https:// or with a setting that does.
  private func baseTemplate(_ scope: Scope) -> URLTemplate? {
    guard value.string != nil else {
      return mistyped("a URL", "such as \"https://api.example.com\"")
    }
    guard let template = urlTemplate(scope) else { return nil }
    if template.head.hasPrefix("http://") { requireSelfHosted() }
    if template.literals.contains(where: { "?#".contains($0) }) {
      complain("has a query, behind which no path can follow", "put it into the steps' URLs")
    }
    let isWhole = template.parts.count == 1 && !template.head.isEmpty
    if isWhole && Origin(template.head) == nil
      || !template.head.isEmpty && !template.head.hasPrefix("http")
    {
      complain("is no base URL", "write such as \"https://api.example.com\"")
    }
    return template
  }

  private func baseMap(_ scope: Scope, _ schema: SettingsSchema) -> Base? {
    guard let members = members(), members.count == 1, let member = members.first,
      let position = schema.position(of: member.name)
    else {
      complain("does not go by one setting", "write base: { region: { eu: \"https://…\" } }")
      return nil
    }
    var templates: [String: URLTemplate] = [:]
    for (value, node) in member.node.members() ?? [] {
      templates[value] = node.baseTemplate(scope)
    }
    for choice in schema.properties[position].choices ?? [] {
      if let text = choice.plainText, templates[text] == nil {
        member.node.complain("has no URL for \"\(text)\"", "add one")
      }
    }
    if schema.properties[position].choices == nil {
      member.node.complain("goes by a setting with any value", "give the setting an enum")
    }
    return .map(setting: position, templates)
  }

  fileprivate func host() -> HostPattern? {
    guard let text = text() else { return nil }
    guard let pattern = HostPattern(text) else {
      complain("is no host", "write \"api.example.com\" or \"*.api.example.com\"")
      return nil
    }
    return pattern
  }

  fileprivate func people(_ scope: Scope, _ schema: SettingsSchema) -> [PeopleEntry] {
    guard let elements = elements() else { return [] }
    if elements.isEmpty { complain("is empty", "name at least one kind of identity") }
    return elements.compactMap { $0.person(scope, schema) }
  }

  private func person(_ scope: Scope, _ schema: SettingsSchema) -> PeopleEntry? {
    guard let members = members() else { return nil }
    let kinds = members.filter { $0.name != "as" && $0.name != "when" }
    guard kinds.count == 1, let kind = kinds.first, let theirs = kind.node.text() else {
      complain("does not name one kind of identity", "write { email: \"their word for it\" }")
      return nil
    }
    let inner = scope.removing([.identity])
    let shape = self["as"]?.jsonTemplate(inner)
    let uses = shape?.uses ?? []
    return PeopleEntry(
      ours: IdentityKind(kind.name), theirs: theirs, shape: shape,
      condition: self["when"]?.condition(schema) ?? [],
      needsLabel: uses.contains { $0.reference == .builtin(.label) && !$0.isOptional },
      needsPrioritization: uses.contains {
        $0.reference == .builtin(.prioritization) && !$0.isOptional
      })
  }

  private func condition(_ schema: SettingsSchema) -> [(setting: Int, value: JSON)] {
    (members() ?? []).compactMap { name, node in
      guard let position = schema.position(of: name) else {
        node.complain("is no setting", schema.namesInWords)
        return nil
      }
      return (position, node.value)
    }
  }
}

extension JSON {
  /// Every string in it, names of members included.
  var texts: [String] {
    switch self {
    case .string(let text): [text]
    case .array(let elements): elements.flatMap(\.texts)
    case .object(let members): members.flatMap { [$0.name] + $0.value.texts }
    default: []
    }
  }
}
