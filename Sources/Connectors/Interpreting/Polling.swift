import Documents
import HTTPTypes
import PurgeCore

extension Walk {
  /// Asks what became of the jobs, once for all people or, where the request names a person, for
  /// each.
  mutating func poll(_ job: String) throws(Stop) {
    guard let poll = manifest.poll else {
      for member in everybody { note(.settled(.failed(.noConfirmation)), for: member) }
      return
    }
    for name in Job(id: job).names {
      let everybody = everybody
      let groups =
        poll.isPersonal ? everybody.map { [$0] } : everybody.isEmpty ? [] : [everybody]
      for group in groups { try ask(poll, name, group) }
    }
  }

  private mutating func ask(_ poll: Poll, _ job: String, _ group: [Member]) throws(Stop) {
    var frame = Frame(program, facts, group, isList: group.count > 1)
    frame.job = job
    frame.place = "poll"
    frame.with = poll.step.with
    guard let request = try? poll.step.request(frame) else {
      _ = try refuse(group)
      return
    }
    var answer = try exchange(request)
    let judgement = poll.judge(&answer, frame, kind: kind(of: group), common: manifest.rules)
    switch judgement.word {
    case .retry where answer.isSuccess:
      // The vendor gave the job up: it is asked to erase once more, not asked about the job.
      for member in group { note(.retry(judgement.code), for: member) }
    case .pending:
      let due = poll.due(in: &answer).flatMap { $0 > facts.now ? $0 : nil }
      for member in group { note(.pending(Job(id: job, askAgain: due)), for: member) }
    case .throttled, .blocked, .retry: try stopWholeCall(judgement, answer, [])
    default: for member in group { note(judgement.outcome, for: member) }
    }
  }
}

extension Poll {
  /// Whether the answer is about one person and not about a job.
  var isPersonal: Bool {
    step.usesMember || guards.contains { !($0.place.uses + $0.value.uses).allSatisfy(\.isOfJob) }
  }

  fileprivate func due(in answer: inout Answer) -> Instant? {
    guard let due else { return nil }
    return answer.json()?.at(due).flatMap(Instant.init(vendorDate:))
  }

  fileprivate func judge(
    _ answer: inout Answer, _ frame: Frame, kind: IdentityKind?, common: [Rule]
  ) -> Judgement {
    let rows = ownRows(&answer, frame)
    for rule in step.rules + common
    where rule.holds(&answer, item: nil, kind: kind, rows: rows?.count) {
      return Judgement(rule, answer)
    }
    // A job not yet to be seen is not a job gone wrong.
    guard answer.status != 404, answer.status != 410 else { return Judgement(.pending) }
    guard answer.isSuccess else { return answer.usualFailure }
    guard answer.json() != nil, self.rows == nil || rows != nil else {
      return Judgement(.failed, .unexpectedBody)
    }
    guard let state, let body = rows == nil ? answer.json() : rows?.last else {
      return Judgement(.pending)
    }
    return body.at(state)?.plainText.flatMap { states[$0] }.map { Judgement($0) }
      ?? Judgement(.pending)
  }

  private func ownRows(_ answer: inout Answer, _ frame: Frame) -> [JSON]? {
    guard let rows, answer.isSuccess, let list = answer.json().flatMap(rows.list) else {
      return nil
    }
    return list.filter { row in guards.allSatisfy { $0.holds(for: row, frame) } }
  }
}

extension NameUse {
  fileprivate var isOfJob: Bool {
    switch reference {
    case .builtin(let builtin): !builtin.isPerMember
    case .setting, .element, .token: true
    case .local, .with, .taken: false
    }
  }
}
