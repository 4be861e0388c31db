import Documents
import HTTPTypes
import PurgeCore

/// What an answer says, before it is told for whom.
struct Judgement: Equatable {
  let word: OutcomeWord
  let code: Code

  init(_ word: OutcomeWord, _ code: Code? = nil) {
    self.word = word
    self.code = code ?? word.usualCode
  }

  /// What a rule that holds says of an answer.
  init(_ rule: Rule, _ answer: Answer) {
    self.init(rule.word, rule.word == .blocked ? answer.blockedCode : nil)
  }
}

extension OutcomeWord {
  fileprivate var usualCode: Code {
    switch self {
    case .erased, .accepted, .pending: .completed
    case .absent: .noDataFound
    case .verifiedAbsent: .verifiedAbsent
    case .ambiguous: .ambiguous
    case .retry: .vendorFailed
    case .throttled: .rateLimited
    case .failed: .refused
    case .blocked: .credentialRejected
    }
  }
}

/// An answer's body, read as JSON only when something asks for it.
struct Answer {
  let response: HTTPResponse
  private var read: JSON??

  init(_ response: HTTPResponse) { self.response = response }

  var status: Int { response.status }
  var isSuccess: Bool { (200...299).contains(response.status) }
  var isNotFound: Bool { response.status == 404 || response.status == 410 }

  /// The body as JSON; nothing when it is none.
  mutating func json() -> JSON? {
    if let read { return read }
    let json: JSON? = response.body.isEmpty ? nil : try? JSON(reading: response.body)
    read = .some(json)
    return json
  }

  /// Whether there is a body and it is no JSON: a page for people, half a document.
  mutating func isForeign() -> Bool { !response.body.isEmpty && json() == nil }

  var text: String { String(decoding: response.body.prefix(65_536), as: UTF8.self) }
}

extension Rule {
  /// Whether the rule holds for an answer, or for one item of it.
  func holds(_ answer: inout Answer, item: JSON?, kind: IdentityKind?, rows: Int?) -> Bool {
    guard statuses.isEmpty || statuses.contains(where: { $0.contains(answer.status) }) else {
      return false
    }
    // A rejected credential says nothing about a person (safety rule 5).
    if word.endsObligation, answer.status == 401 || answer.status == 403 { return false }
    if !kinds.isEmpty {
      guard let kind, kinds.contains(kind) else { return false }
    }
    if let wanted = self.rows, wanted != rows { return false }
    if let text, !text.isFound(in: answer.text) { return false }
    // A status alone is no evidence beside a body that no such vendor would send.
    if test == nil, text == nil, self.rows == nil, word.endsObligation, answer.isSuccess {
      return !answer.isForeign()
    }
    guard let place, let test else { return true }
    guard let body = item ?? answer.json() else { return false }
    return test.holds(body.at(place))
  }
}

extension Rule.Test {
  fileprivate func holds(_ value: JSON?) -> Bool {
    switch self {
    case .equals(let wanted): value?.isEquivalent(to: wanted) ?? wanted.isNull
    case .matches(let pattern): value?.plainText.map(pattern.isFound) ?? false
    case .exists(let wanted): (value != nil && value?.isNull == false) == wanted
    }
  }
}

extension Step {
  /// What an answer means for the people it was for: the step's rules, the manifest's, the usual.
  func judge(
    _ answer: inout Answer, item: JSON? = nil, kind: IdentityKind?, common: [Rule], people: Int = 1
  ) -> Judgement {
    for rule in rules + common
    where rule.holds(&answer, item: item, kind: kind, rows: nil) {
      return Judgement(rule, answer)
    }
    let describesSuccess = (rules + common).contains { $0.word.isSuccess }
    return usual(&answer, describesSuccess, people)
  }

  private func usual(
    _ answer: inout Answer, _ describesSuccess: Bool, _ people: Int
  ) -> Judgement {
    if answer.isNotFound, usesMember { return whenNotFound(people) }
    guard answer.isSuccess else { return answer.usualFailure }
    // Where a rule says what success looks like, another 2xx is not it (OS-25).
    if describesSuccess || answer.isForeign() { return Judgement(.failed, .unexpectedBody) }
    return Judgement(job.isEmpty ? .erased : .pending)
  }

  /// Whom "not found" speaks of: nobody in the URL, and it is the address itself; several, and each
  /// must be asked about alone.
  func whenNotFound(_ people: Int) -> Judgement {
    guard addressesMember else { return Judgement(.blocked, .refused) }
    return people == 1 ? Judgement(.absent) : Judgement(.failed, .refused)
  }
}

extension Answer {
  /// What a status that is no success means everywhere.
  var usualFailure: Judgement {
    switch status {
    case 401, 403: Judgement(.blocked, .credentialRejected)
    case 404, 410: Judgement(.absent)
    case 408, 425, 500...: Judgement(.retry)
    case 429: Judgement(.throttled)
    case 300...399: Judgement(.failed, .redirectRefused)
    case 400...499: Judgement(.failed, .refused)
    default: Judgement(.retry, .unexpectedBody)
    }
  }

  fileprivate var blockedCode: Code {
    status == 401 || status == 403 || isSuccess ? .credentialRejected : .refused
  }
}
