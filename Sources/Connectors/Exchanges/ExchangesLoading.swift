import Documents
import HTTPTypes
import PurgeCore

extension Exchanges {
  /// Reads `Connectors/<name>/exchanges.json5`; what is wrong is found all at once.
  public init(of name: String, reading bytes: [UInt8]) throws(Diagnostics) {
    let findings = try Findings.reading(bytes, file: "exchanges.json5 in Connectors/\(name)")
    let root = findings.root
    _ = root.words(["settings", "cannotShow", "cases"])
    settings = root["settings"]?.value ?? [:]
    var reasons: [String: String] = [:]
    for (word, node) in root["cannotShow"]?.members() ?? [] { reasons[word] = node.text() }
    cannotShow = reasons
    cases = (root.required("cases", "cases: [ … ]")?.elements() ?? [])
      .compactMap { [settings] in $0.story(of: name, settings) }
    try findings.check()
  }
}

extension Node {
  private static let storyWords = [
    "case", "shows", "settings", "people", "now", "requestedAt", "nonce", "request", "polling",
    "checking", "token", "exchanges", "concludes",
  ]

  fileprivate func story(of name: String, _ settings: JSON) -> Exchanges.Story? {
    guard words(Self.storyWords) else { return nil }
    let shows = (required("shows", "shows: [\"success\"]")?.oneOrMore() ?? [])
      .compactMap { $0.choice(Exchanges.Shown.self) }
    guard let title = required("case", "case: \"what it shows\"")?.text(),
      let call = call(of: name),
      let recordings = required("exchanges", "exchanges: []")?.elements()?.map({ $0.recording() }),
      let conclusion = required("concludes", "concludes: \"erased\"")?.conclusion()
    else { return nil }
    return Exchanges.Story(
      shows: shows, title: title, line: findings.document.nearestLine(of: pointer),
      settings: settings.overlaid(with: self["settings"]?.value ?? [:]), call: call,
      token: self["token"].flatMap { $0.recording() },
      isChecking: self["checking"]?.flag() ?? false,
      recordings: recordings.compactMap { $0 }, conclusion: conclusion)
  }

  private func call(of name: String) -> Call? {
    let isChecking = self["checking"]?.value.bool == true
    guard
      let people = isChecking
        ? [] : required("people", "people: [{ email: \"a@example.com\" }]")?.elements()
    else { return nil }
    let requestedAt =
      self["requestedAt"].flatMap { $0.instant() }
      ?? Instant(milliseconds: 1_795_161_600_000)
    let now = self["now"].flatMap { $0.instant() } ?? requestedAt + .days(1)
    var schedule = CallSchedule(due: now)
    if let job = self["polling"]?.value.string {
      schedule.phase = .polling(job: job, since: requestedAt, giveUpAt: now + .days(30))
    }
    var call = Call(
      CallKey(TaskKey(request(), ConnectorName(name)), 0..<people.count),
      people: people.map { $0.subject() }, schedule: schedule, requestedAt: requestedAt,
      deadline: requestedAt + .days(30), lane: .normal)
    call.nonce = UInt64(self["nonce"]?.value.integer ?? 1)
    return call
  }

  private func request() -> PurgeRequestID {
    guard let node = self["request"], let text = node.text() else { return PurgeRequestID(bits: 0) }
    if let id = try? PurgeRequestID(reading: text) { return id }
    node.complain("is no purge request ID", "write such as \"\(PurgeRequestID(bits: 1))\"")
    return PurgeRequestID(bits: 0)
  }

  private func instant() -> Instant? {
    Instant(vendorDate: value) ?? mistyped("an instant", "such as \"2026-11-21T08:00:00Z\"")
  }

  private func subject() -> Subject {
    var identities: [Identity] = []
    for (kind, node) in members() ?? [] {
      for element in node.oneOrMore() {
        identities += element.identity(IdentityKind(kind)).map { [$0] } ?? []
      }
    }
    return Subject(identities)
  }

  private func identity(_ kind: IdentityKind) -> Identity? {
    if let text = value.string { return Identity(kind, text) }
    guard words(["id", "label", "prioritization"]),
      let id = required("id", "id: \"…\"")?.text()
    else { return nil }
    let order = self["prioritization"]?.oneOrMore().compactMap { $0.choice(Prioritization.self) }
    return Identity(kind, id, label: self["label"]?.text(), prioritization: order ?? [])
  }
}

extension Node {
  fileprivate func recording() -> Exchanges.Recording? {
    guard words(["request", "response", "failure"]),
      let request = required("request", "request: { … }")?.recordedRequest()
    else { return nil }
    if let failure = self["failure"]?.choice(HTTPFailure.Kind.self) {
      return .init(request: request, result: .failure(HTTPFailure(failure, detail: "recorded")))
    }
    guard let response = required("response", "response: { status: 200 }")?.response() else {
      return nil
    }
    return .init(request: request, result: .success(response))
  }

  private func recordedRequest() -> Exchanges.RecordedRequest? {
    guard words(["method", "url", "headers", "body"]),
      let method = required("method", "method: \"POST\"")?.text(),
      let url = required("url", "url: \"https://…\"")?.text()
    else { return nil }
    return .init(method: method, url: url, fields: fields(), body: self["body"]?.value)
  }

  private func response() -> HTTPResponse? {
    guard words(["status", "headers", "body"]),
      let status = required("status", "status: 200")?.count()
    else { return nil }
    var response = HTTPResponse(status)
    for field in fields() { response.fields.append(field.name, field.value) }
    response.body =
      self["body"].map { $0.value.string.map { Array($0.utf8) } ?? $0.value.encoded() }
      ?? []
    return response
  }

  private func fields() -> [HTTPFields.Field] {
    var fields = HTTPFields()
    for (name, node) in self["headers"]?.members() ?? [] {
      for element in node.oneOrMore() { fields.append(name, element.value.plainText ?? "") }
    }
    return Array(fields)
  }
}

extension Node {
  private static let callWords = [
    "retry", "throttled", "blocked", "refused", "token", "next", "status",
  ]

  fileprivate func conclusion() -> Exchanges.ExpectedConclusion? {
    if value.array != nil {
      let outcomes = (elements() ?? []).map { $0.outcome() }
      return .call(.outcomes(outcomes.compactMap { $0 }))
    }
    if value.string == "good" { return .good }
    guard let word = value.members?.first?.name, Self.callWords.contains(word) else {
      return outcome().map(Exchanges.ExpectedConclusion.everybody)
    }
    let status = self["status"]?.value.integer
    func code() -> Code? { self[word]?.count().map(Code.init(_:)) }
    switch word {
    case "retry": return code().map { .call(.retry($0)) }
    case "refused": return code().map { .call(.refused($0)) }
    case "blocked": return code().map { .call(.blocked(ConnectorFault($0, status: status))) }
    case "token": return code().map { .token(ConnectorFault($0, status: status)) }
    case "throttled": return .call(.throttled(self[word]?.patience()))
    case "next": return self[word]?.recordedRequest().map(Exchanges.ExpectedConclusion.next)
    default: return mistyped("a conclusion", "such as { retry: 4008 }")
    }
  }

  private func patience() -> Patience? {
    if value.isNull { return nil }
    if let text = value.string, let span = Span(text) { return .delay(span) }
    return instant().map(Patience.until)
  }

  private func outcome() -> Outcome? {
    switch value.string {
    case "erased": return .settled(.erased)
    case "accepted": return .settled(.accepted)
    case "absent": return .settled(.absent)
    case "verifiedAbsent": return .settled(.verifiedAbsent)
    case "notApplicable": return .settled(.notApplicable)
    case "ambiguous": return .settled(.ambiguous)
    case "pending": return .pending(Job(id: ""))
    default: break
    }
    guard words(["failed", "pending", "retry", "askAgain"]) else { return nil }
    if let code = self["failed"]?.count() { return .settled(.failed(Code(code))) }
    if let code = self["retry"]?.count() { return .retry(Code(code)) }
    guard let job = self["pending"]?.value.string else {
      return mistyped("an outcome", "such as \"erased\" or { failed: 4002 }")
    }
    return .pending(Job(id: job, askAgain: self["askAgain"].flatMap { $0.instant() }))
  }
}

extension JSON {
  fileprivate func overlaid(with other: JSON) -> JSON {
    guard case .object(var members) = self else { return other }
    for member in other.members ?? [] {
      members.removeAll { $0.name == member.name }
      members.append(member)
    }
    return .object(members)
  }
}
