import Documents
import PurgeCore

/// Reads steps one after the other: what one takes, the next may name.
struct StepLoader {
  var scope: Scope
  let taken: [String]
  let send: SendMode
  let kinds: [IdentityKind]
  let isLoopedOver: Bool
  /// Rates steps ask for; they hold for the whole connector.
  private(set) var rates: [Rate] = []

  init(scope: Scope, taken: [String], send: SendMode, kinds: [IdentityKind], isLoopedOver: Bool) {
    self.scope = scope
    self.taken = taken
    self.send = send
    self.kinds = kinds
    self.isLoopedOver = isLoopedOver
  }

  private static let methods = RequestMethod.allCases.map(\.rawValue)
  private static let requestWords =
    methods + ["with", "headers", "type", "json", "form", "csv", "text"]
  private static let eraseWords =
    requestWords + [
      "batch", "idempotency", "limits", "find", "job", "items", "count", "outcome",
    ]
  private static let pollWords =
    requestWords + [
      "limits", "every", "giveUp", "state", "states", "rows", "where", "due", "outcome",
    ]

  mutating func erase(_ node: Node?) -> [Step] {
    guard let elements = node?.elements() else { return [] }
    if elements.isEmpty { node?.complain("is empty", "say at least one request") }
    var steps: [Step] = []
    for (position, element) in elements.enumerated() {
      guard element.words(Self.eraseWords) else { continue }
      steps.append(step(element, label: "\(position)", isLast: position == elements.count - 1))
    }
    return steps
  }

  private mutating func step(_ node: Node, label: String, isLast: Bool) -> Step {
    var inner = scope
    if node["find"]?["page"]?["cursor"] != nil { inner.add([.cursor]) }
    var step = request(node, inner)
    step.label = label
    step.batch = node["batch"]?.batch()
    step.idempotency = node["idempotency"].flatMap { node in
      node.text().flatMap { node.headerName($0) }
    }
    step.job = node["job"]?.oneOrMore().compactMap { $0.jobSource(scope) } ?? []
    step.items = node["items"]?.items()
    step.count = node["count"]?.place()
    step.rules = node["outcome"]?.rules() ?? []
    rates += node["limits"]?.stepRates() ?? []
    if let find = node["find"] {
      step.find = find.find(scope, taken: taken)
      for member in find["take"]?.value.members ?? [] {
        if let slot = taken.firstIndex(of: member.name) { scope.add(member.name, .taken(slot)) }
      }
    }
    check(step, node, isLast: isLast)
    return step
  }

  private func check(_ step: Step, _ node: Node, isLast: Bool) {
    if step.batch != nil, !step.usesMember {
      node["batch"]?.complain(
        "has no list to send people in", "use {id}, or { $each: \"people\", … }, in the request")
    }
    if step.find != nil, step.batch != nil {
      node["batch"]?.complain("stands beside \"find\"", "look people up one by one")
    }
    if step.find != nil, isLast {
      node["find"]?.complain("finds people and no step erases them", "add a step that does")
    }
    if case .cursor? = step.find?.page,
      !step.uses.contains(where: { $0.reference == .builtin(.cursor) })
    {
      node["find"]?["page"]?.complain(
        "takes a cursor that is never sent", "use {cursor?} in the request")
    }
    if step.find == nil, !step.usesMember, hasOneMethod(node) {
      node.complain("asks to erase without saying whom", "use {id} or a name that was taken")
    }
    if !step.job.isEmpty, isLoopedOver || (send == .each && step.batch != nil) {
      node["job"]?.complain(
        "makes several jobs for one person", "leave out \"for\", or send \"first\" or \"all\"")
    }
    if step.find != nil, step.rules.contains(where: \.word.isSuccess) {
      node["outcome"]?.complain(
        "lets a look-up erase people", "let it say absent, failed and the like")
    }
    if step.items != nil {
      node["count"]?.complain("stands beside \"items\"", "let the items' rules say who is erased")
    }
    for word in ["idempotency", "job", "items", "count"] where step.find != nil {
      node[word]?.complain("stands on a look-up, which changes nothing", "take it out")
    }
  }

  private func hasOneMethod(_ node: Node) -> Bool {
    Self.methods.filter { node[$0] != nil }.count == 1
  }

  /// What all requests have in common.
  private func request(_ node: Node, _ outer: Scope) -> Step {
    var step = Step()
    var scope = outer
    let before = node.findings.list.count
    step.with = with(node["with"], outer)
    for (position, value) in step.with.enumerated() { scope.add(value.name, .with(position)) }
    let methods = Self.methods.filter { node[$0] != nil }
    guard methods.count == 1, let word = methods.first, let method = RequestMethod(rawValue: word)
    else {
      node.complain(
        methods.isEmpty ? "makes no request" : "makes several requests",
        "write one of \(Self.methods.listed) with a URL")
      return step
    }
    step.method = method
    let target = node[word]?.target(scope)
    step.target = target ?? step.target
    let headerScope = scope.adding([.body])
    step.headers = node["headers"]?.headers(headerScope) ?? []
    step.type = node["type"]?.line()
    step.body = body(node, scope)
    // What could not be read is not said to be missing as well.
    step.usesMember = node.findings.list.count > before || usesMember(step, scope)
    step.addressesMember = step.target.uses.contains {
      scope.isPerMember($0.reference, with: step.with)
    }
    return step
  }

  private func with(_ node: Node?, _ scope: Scope) -> [WithValue] {
    (node?.members() ?? []).compactMap { name, value in
      guard let template = value.jsonTemplate(scope) else { return nil }
      let isPerMember = template.uses.contains { scope.isPerMember($0.reference, with: []) }
      return WithValue(name: name, template: template, isPerMember: isPerMember)
    }
  }

  private func body(_ node: Node, _ scope: Scope) -> BodyTemplate? {
    let words = ["json", "form", "csv", "text"].filter { node[$0] != nil }
    guard words.count < 2 else {
      node.complain("has several bodies", "write one of \(words.listed)")
      return nil
    }
    if let json = node["json"] { return json.jsonTemplate(scope).map(BodyTemplate.json) }
    if let text = node["text"] { return text.template(scope).map(BodyTemplate.text) }
    if let csv = node["csv"] { return csv.csv(scope) }
    guard let members = node["form"]?.members() else { return nil }
    return .form(
      members.compactMap { name, value in
        guard let name = value.template(of: name, scope), let value = value.jsonTemplate(scope)
        else { return nil }
        return (name, value)
      })
  }

  private func usesMember(_ step: Step, _ scope: Scope) -> Bool {
    step.isMadePerPerson
      || step.uses.contains { scope.isPerMember($0.reference, with: step.with) }
  }
}

extension Poll {
  /// Whether it cannot ask without a job's name.
  var needsJob: Bool {
    let uses = step.uses + guards.flatMap { $0.place.uses + $0.value.uses }
    return uses.contains { $0.reference == .builtin(.job) && !$0.isOptional }
  }
}

extension Step.Target {
  fileprivate var uses: [NameUse] {
    switch self {
    case .path(let template), .absolute(let template): template.uses
    }
  }
}

extension Step {
  /// The names it uses in what is sent.
  fileprivate var uses: [NameUse] {
    let inBody: [NameUse] =
      switch body {
      case .json(let template): template.uses
      case .form(let members): members.flatMap { $0.name.uses + $0.value.uses }
      case .csv(_, let head, let rows): head.uses + rows.uses
      case .text(let template): template.uses
      case nil: []
      }
    return target.uses + inBody + headers.flatMap(\.value.uses) + with.flatMap(\.template.uses)
  }

  fileprivate var isMadePerPerson: Bool {
    switch body {
    case .json(let template): template.isMadePerPerson
    case .csv: true
    case .form, .text, nil: false
    }
  }
}

// MARK: Poll, check, token

extension StepLoader {
  mutating func poll(_ node: Node) -> Poll? {
    guard node.words(Self.pollWords) else { return nil }
    let inner = self.scope.adding([.job])
    var step = request(node, inner)
    step.label = "poll"
    step.rules = node["outcome"]?.rules(countingRows: true) ?? []
    rates += node["limits"]?.stepRates() ?? []
    let poll = Poll(
      step: step, every: node["every"]?.span() ?? .hours(1),
      giveUp: node.required("giveUp", "giveUp: \"30d\"")?.span() ?? .days(30),
      state: node["state"]?.place(), states: node["states"]?.states() ?? [:],
      rows: node["rows"]?.rows(), guards: node["where"]?.guards(inner) ?? [],
      due: node["due"]?.place())
    check(poll, node)
    return poll
  }

  private func check(_ poll: Poll, _ node: Node) {
    if (poll.state == nil) != poll.states.isEmpty {
      node.complain("has only one of \"state\" and \"states\"", "write both or neither")
    }
    if !poll.guards.isEmpty, poll.rows == nil {
      node["where"]?.complain("has no rows to choose from", "write rows: \"$.data[*]\"")
    }
    let ends = poll.words.contains { $0 != .pending && $0 != .retry && $0 != .throttled }
    if !ends {
      node.complain(
        "has no way to end", "let \"states\" or \"outcome\" say erased, accepted or failed")
    }
  }

  func check(_ node: Node, _ scope: Scope) -> Check? {
    guard node.words(Self.requestWords + ["outcome"]) else { return nil }
    var step = request(node, scope)
    step.label = "check"
    step.rules = node["outcome"]?.rules() ?? []
    if step.method == .delete || step.method == .put || step.method == .patch {
      node.complain("could change something", "check with a request that only reads")
    }
    return Check(step: step)
  }

  private static let tokenWords = requestWords + ["take", "for", "expires"]

  func token(_ node: Node, _ scope: Scope, names: [String]) -> TokenStep? {
    guard node.words(Self.tokenWords) else { return nil }
    var step = request(node, scope)
    step.label = "token"
    if case .path = step.target {
      node.complain("has no absolute URL", "write it with https:// and host")
    }
    let take = node.required("take", "take: { access: \"/access_token\" }")?.members() ?? []
    let places = take.compactMap { $0.node.place() }
    if take.isEmpty, node["take"]?.value.members != nil {
      node.complain("takes nothing", "take { access: \"/access_token\" }")
    }
    let lifetime =
      node["for"]?.span().map(TokenStep.Lifetime.fixed)
      ?? node["expires"]?.place().map(TokenStep.Lifetime.told)
    if node["for"] == nil, node["expires"] == nil {
      node.complain("does not say how long", "write for: \"60m\" or expires: \"/expires_in\"")
    }
    guard places.count == names.count, let lifetime else { return nil }
    return TokenStep(step: step, take: places, lifetime: lifetime)
  }
}

extension Node {
  /// When the look-ups that the steps begin with are asked again.
  func verification(after steps: [Step], _ poll: Poll?) -> Verification? {
    guard words(["after", "every", "giveUp"]) else { return nil }
    if steps.first?.find == nil {
      complain("has no look-up to ask again", "begin \"erase\" with a step that has \"find\"")
    }
    if poll != nil {
      complain("stands beside \"poll\"", "let the poll's rules say verifiedAbsent")
    }
    let after = self["after"]?.span() ?? .hours(1)
    let giveUp = required("giveUp", "giveUp: \"7d\"")?.span() ?? .days(7)
    if giveUp <= after {
      self["giveUp"]?.complain("is over before the first look-up", "make it longer than \"after\"")
    }
    return Verification(after: after, every: self["every"]?.span() ?? .days(1), giveUp: giveUp)
  }
}

// MARK: Parts of a step

extension Node {
  fileprivate func target(_ scope: Scope) -> Step.Target? {
    guard let text = value.string else { return mistyped("a URL", "such as \"/users/{id}\"") }
    guard let template = urlTemplate(scope) else { return nil }
    if text.isEmpty || text.hasPrefix("/") || text.hasPrefix("{?") { return .path(template) }
    let origin = Origin(template.head)
    guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
      complain("begins with neither \"/\" nor \"https://\"", "write a path that follows the base")
      return nil
    }
    if text.hasPrefix("http://") { requireSelfHosted() }
    if origin == nil, !template.head.hasSuffix("://"), !template.head.hasSuffix(".") {
      complain("has no host that can be read", "write https:// and a host")
    }
    return .absolute(template)
  }

  func requireSelfHosted() {
    if findings.root["selfHosted"]?.value.bool != true {
      complain("goes over plain http", "write https, or selfHosted: true")
    }
  }

  func headers(_ scope: Scope) -> [HeaderTemplate] {
    (members() ?? []).compactMap { name, node in
      guard let name = node.headerName(name) else { return nil }
      return node.template(scope).map { HeaderTemplate(name: name, value: $0) }
    }
  }

  fileprivate func headerName(_ name: String) -> String? {
    guard name.utf8.allSatisfy(\.isHeaderSign), !name.isEmpty else {
      complain("is no name of a header", "use letters, digits and dashes")
      return nil
    }
    if ["host", "content-length", "transfer-encoding", "connection"].contains(name.lowercased()) {
      complain("is written by the hub itself", "take it out")
    }
    return name
  }

  /// A text that fits into a line of a header.
  fileprivate func line(without sign: Character? = nil) -> String? {
    guard let text = text() else { return nil }
    let fits = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    if fits, !text.contains(where: { $0 == sign }) { return text }
    complain("has a sign that would break its line", "write it in one line, without quotes inside")
    return nil
  }

  func parameters(_ scope: Scope) -> [HeaderTemplate] {
    (members() ?? []).compactMap { name, node in
      node.template(scope).map { HeaderTemplate(name: name, value: $0) }
    }
  }

  fileprivate func csv(_ scope: Scope) -> BodyTemplate? {
    guard words(["part", "head", "rows"]) else { return nil }
    let part = self["part"]?.line(without: "\"") ?? "file"
    guard let head = required("head", "head: \"{kind}\"")?.template(scope),
      let rows = required("rows", "rows: \"{id}\"")?.template(scope)
    else { return nil }
    return .csv(part: part, head: head, rows: rows)
  }

  fileprivate func batch() -> Batch? {
    guard words(["max", "bytes", "linger"]) else { return nil }
    // `linger` is understood and changes nothing: a call never mixes requests, so nobody is
    // waited for.
    _ = self["linger"]?.span()
    guard let max = required("max", "max: 50")?.count() else { return nil }
    return Batch(max: max, bytes: self["bytes"]?.count())
  }

  fileprivate func jobSource(_ scope: Scope) -> JobSource? {
    guard let text = value.string, text.contains("{") else { return place().map(JobSource.place) }
    return template(scope).map(JobSource.template)
  }

  fileprivate func items() -> Items? {
    guard words(["in", "by"]) else { return nil }
    guard let rows = required("in", "in: \"$.results[*]\"")?.rows(),
      let by = required("by", "by: \"position\", \"key\" or a pointer")
    else { return nil }
    switch by.value.string {
    case "position": return Items(rows: rows, key: .position)
    case "key": return Items(rows: rows, key: .name)
    default: return by.place().map { Items(rows: rows, key: .place($0)) }
    }
  }

  fileprivate func states() -> [String: OutcomeWord] {
    var states: [String: OutcomeWord] = [:]
    for (name, node) in members() ?? [] { states[name] = node.choice(OutcomeWord.self) }
    return states
  }

  fileprivate func guards(_ scope: Scope) -> [Find.Guard] {
    (members() ?? []).compactMap { name, node in
      guard let value = node.template(scope), let place = node.template(of: name, scope) else {
        return nil
      }
      if !name.hasPrefix("/") {
        node.complain("is no JSON pointer", "a pointer begins with \"/\", such as \"/email\"")
      }
      return Find.Guard(place: place, value: value)
    }
  }

  private func caseless() -> Find.Caseless {
    guard let all = value.bool else { return .kinds([.email] + kindsOfPeople()) }
    return all ? .all : .email
  }

  fileprivate func find(_ scope: Scope, taken: [String]) -> Find? {
    guard words(["in", "where", "anyCase", "exact", "take", "page", "max"]) else { return nil }
    let guards = self["where"]?.guards(scope) ?? []
    if let node = self["anyCase"], guards.isEmpty {
      node.complain("compares nothing without a \"where\"", "take it out, or add where: { … }")
    }
    let isGuarded = guards.contains { guarded in
      guarded.value.uses.contains { scope.isPerMember($0.reference, with: []) }
    }
    // What could not be read is not said to be missing as well.
    let isUnread = guards.count < (self["where"]?.value.members?.count ?? 0)
    if !isGuarded, !isUnread, self["exact"]?.flag() != true {
      complain(
        guards.isEmpty ? "trusts the vendor's search" : "compares no row with the person",
        "add where: { \"/email\": \"{id}\" }, or exact: true if it can never match others")
    }
    let take = required("take", "take: { user: \"/id\" }")?.members() ?? []
    let places = take.compactMap { member -> (slot: Int, place: JSONPointer)? in
      guard let slot = taken.firstIndex(of: member.name), let place = member.node.place()
      else { return nil }
      if scope.names[member.name] != nil {
        member.node.complain(
          "takes the name {\(member.name)}, which is a setting or built in",
          "call it something else")
      }
      return (slot, place)
    }
    if take.isEmpty, self["take"] != nil {
      complain("takes nothing", "take what the next step names")
    }
    guard let rows = required("in", "in: \"$.data[*]\"")?.rows() else { return nil }
    return Find(
      rows: rows, guards: guards, caseless: self["anyCase"]?.caseless() ?? .email, take: places,
      page: self["page"].flatMap { $0.page() },
      max: self["max"]?.count() ?? 20)
  }

  /// The words of a page that belong to some kinds only.
  private static let pageWords = [
    ("last", ["after"]), ("more", ["after"]), ("size", ["offset", "number"]),
  ]

  private func page() -> Find.Page? {
    let kinds = ["url", "cursor", "after", "offset", "number", "link"]
    guard words(kinds + ["last", "more", "size"]) else { return nil }
    let given = kinds.filter { self[$0] != nil }
    guard given.count == 1, let kind = given.first, let node = self[kind] else {
      complain("does not say one way to the next page", "write one of \(kinds.listed)")
      return nil
    }
    for (word, kinds) in Self.pageWords where !kinds.contains(kind) {
      self[word]?.complain("has no meaning beside \"\(kind)\"", "take it out")
    }
    switch kind {
    case "url": return node.place().map(Find.Page.url)
    case "cursor": return node.place().map(Find.Page.cursor)
    case "link": return node.text().map(Find.Page.link)
    case "after":
      guard let parameter = node.text(), let last = required("last", "last: \"/id\"")?.place()
      else { return nil }
      return .after(parameter: parameter, last: last, more: self["more"]?.place())
    default:
      guard let parameter = node.text(), let size = required("size", "size: 100")?.count()
      else { return nil }
      return kind == "offset"
        ? .offset(parameter: parameter, size: size) : .number(parameter: parameter, size: size)
    }
  }
}

extension UInt8 {
  fileprivate var isHeaderSign: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(self)
    }
  }
}
