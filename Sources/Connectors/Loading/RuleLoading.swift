import Documents
import PurgeCore

extension Node {
  /// Rules of outcome, in the order they are tried.
  ///
  /// Only a poll's answer has rows to count.
  func rules(countingRows: Bool = false) -> [Rule] {
    (elements() ?? []).compactMap { element in
      if !countingRows, let rows = element["rows"] {
        rows.complain("counts rows that only a poll has", "use at, text or status")
      }
      return element.rule()
    }
  }

  private static let ruleWords = [
    "status", "at", "equals", "matches", "exists", "text", "rows", "kind", "is",
  ]

  private func rule() -> Rule? {
    let before = findings.list.count
    guard words(Self.ruleWords) else { return nil }
    var rule = Rule()
    rule.statuses = self["status"]?.oneOrMore().compactMap { $0.statuses() } ?? []
    rule.kinds = self["kind"]?.kindsOfPeople() ?? []
    rule.place = self["at"]?.place()
    rule.test = test()
    rule.text = self["text"]?.patternForAnswers()
    rule.rows = self["rows"]?.rowCount()
    guard let word = required("is", "is: \"erased\"")?.choice(OutcomeWord.self) else { return nil }
    rule.word = word
    // What could not be read is not said to be missing as well.
    if findings.list.count == before { check(rule) }
    return rule
  }

  /// The kinds something is limited to; one nobody travels under would never count.
  func kindsOfPeople() -> [IdentityKind] {
    let entries = findings.root["people"]?.value.array ?? []
    let known = entries.flatMap { $0.members ?? [] }.map(\.name)
      .filter { $0 != "as" && $0 != "when" }
    let names = texts()
    for name in names where !known.contains(name) {
      complain("limits to \"\(name)\"", "the kinds of \"people\" are \(known.listed)")
    }
    return names.map(IdentityKind.init(_:))
  }

  private func test() -> Rule.Test? {
    let given = ["equals", "matches", "exists"].filter { self[$0] != nil }
    guard given.count < 2 else {
      complain("has several tests", "write one of \(given.listed)")
      return nil
    }
    if let equals = self["equals"] { return .equals(equals.value) }
    if let matches = self["matches"] { return matches.patternForAnswers().map(Rule.Test.matches) }
    return self["exists"]?.flag().map(Rule.Test.exists)
  }

  private func check(_ rule: Rule) {
    if (rule.test == nil) != (rule.place == nil) {
      complain(
        "has only one of \"at\" and a test", "write both, such as at: \"/ok\", equals: true")
    }
    if rule.statuses.isEmpty, rule.place == nil, rule.text == nil, rule.rows == nil {
      complain("holds for every answer", "say for which \"status\", \"at\", \"text\" or \"rows\"")
    }
    if rule.word.endsObligation,
      rule.statuses.contains(where: { $0.contains(401) || $0.contains(403) })
    {
      complain(
        "takes a rejected credential for \(rule.word.rawValue)",
        "leave 401 and 403 out; they block the connector and nobody's purge fails")
    }
  }

  private func rowCount() -> Int? {
    guard let count = value.integer, count >= 0 else {
      return mistyped("a number of rows", "such as 0")
    }
    return count
  }

  private func statuses() -> ClosedRange<Int>? {
    if let status = value.integer, (100...599).contains(status) { return status...status }
    if let text = value.string, text.count == 3, text.hasSuffix("xx"),
      let hundred = text.first?.wholeNumberValue, (1...5).contains(hundred)
    {
      return hundred * 100...hundred * 100 + 99
    }
    return mistyped("a status", "such as 404 or \"2xx\"")
  }
}

extension Node {
  /// How fast and how long.
  func limits() -> Limits {
    var limits = Limits()
    guard words(["rate", "concurrent", "wait", "retryFor", "pool", "spacing"]) else {
      return limits
    }
    limits.rates = self["rate"]?.oneOrMore().compactMap { $0.rate() } ?? []
    limits.concurrent = self["concurrent"]?.count()
    limits.retryFor = self["retryFor"]?.span()
    limits.pool = self["pool"]?.text()
    limits.spacing = self["spacing"]?.span()
    limits.wait = self["wait"].flatMap { $0.wait() }
    return limits
  }

  /// The rates a single request asks for; all else holds for a connector as a whole.
  func stepRates() -> [Rate] {
    guard let members = members() else { return [] }
    for (name, node) in members where name != "rate" {
      node.complain("has no meaning for one request", "write it in the manifest's own \"limits\"")
    }
    return self["rate"]?.oneOrMore().compactMap { $0.rate() } ?? []
  }

  /// `600/min`, `160/10s`.
  func rate() -> Rate? {
    let parts = (value.string ?? "").split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2, let count = Int(parts[0]), count > 0 {
      let unit = String(parts[1])
      let isBare = unit.first?.isNumber == false
      if let span = Span(isBare ? "1" + unit : unit), span.milliseconds > 0 {
        return Rate(count, per: span)
      }
    }
    return mistyped("a rate", "such as \"600/min\" or \"160/10s\"")
  }

  private func wait() -> (header: String, kind: Limits.WaitKind)? {
    guard words(["header", "as"]) else { return nil }
    guard let header = required("header", "header: \"X-RateLimit-Reset\"")?.text(),
      let kind = required("as", "as: \"seconds\"")?.choice(Limits.WaitKind.self)
    else { return nil }
    return (header, kind)
  }
}
