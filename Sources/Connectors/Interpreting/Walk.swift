import Documents
import HTTPTypes
import PurgeCore

/// Why a walk through a call's steps stops: something must be sent first, or the call is over.
enum Stop: Error {
  case send(HTTPRequest)
  case conclude(Conclusion)
}

/// Goes through a call's steps with the answers so far, as if they came one by one.
///
/// It begins anew each time an answer is added, so nothing has to be kept between answers.
struct Walk {
  let program: Program
  let call: Call
  let facts: CallFacts
  private var answers: ArraySlice<Exchange>
  private var results: [Outcome?]
  /// Whether the request at hand only looks somebody up.
  var isLookingUp = false
  /// How many members a round begins with.
  var reach = 0

  init(_ program: Program, _ call: Call, _ transcript: [Exchange]) {
    self.program = program
    self.call = call
    facts = CallFacts(call)
    answers = transcript[...]
    results = Array(repeating: nil, count: call.people.count)
  }

  var manifest: Manifest { program.manifest }

  /// What follows.
  mutating func move() -> Move {
    do throws(Stop) {
      if case .polling(let job, _, let giveUpAt) = call.schedule.phase {
        try manifest.verify == nil ? poll(job) : verify(until: giveUpAt)
      } else {
        try erase()
        awaitVerification()
      }
    } catch {
      switch error {
      case .send(let request): return .send(request)
      case .conclude(let conclusion): return .conclude(conclusion)
      }
    }
    return .conclude(
      .outcomes(zip(results, call.people).map { $0 ?? program.outcomeWithoutCall(for: $1) }))
  }

  var everybody: [Member] {
    var everybody: [Member] = []
    everybody.reserveCapacity(call.people.count)
    for (position, person) in call.people.enumerated() {
      program.appendMembers(of: position, person, to: &everybody)
    }
    return everybody
  }

  /// The answer to a request: the next of those there, or a stop to fetch it.
  mutating func exchange(_ request: HTTPRequest) throws(Stop) -> Answer {
    if let answer = try nextAnswer() { return answer }
    throw .send(request)
  }

  /// The next of the answers that are there.
  mutating func nextAnswer() throws(Stop) -> Answer? {
    guard let exchange = answers.popFirst() else { return nil }
    switch exchange.result {
    case .success(let response): return Answer(response)
    case .failure(let failure): throw .conclude(failure.conclusion(for: call.people.count))
    }
  }

  /// Notes what came of a person; of several results the worst stays.
  mutating func note(_ outcome: Outcome, for member: Member) {
    guard let earlier = results[member.person] else {
      results[member.person] = outcome
      return
    }
    results[member.person] = earlier.combined(with: outcome)
  }

  /// Says otherwise what came of each person, now that all is known.
  mutating func settle(as other: (Outcome) -> Outcome) {
    results = results.map { $0.map(other) }
  }

  /// Settles what an answer says for a group of people as far as it ends there.
  ///
  /// - Returns: the members for whom the next steps run.
  mutating func settle(
    _ judgement: Judgement, _ answer: inout Answer, _ group: [Member], _ step: Step, _ frame: Frame
  ) throws(Stop) -> [Member] {
    try stopWholeCall(judgement, answer, group)
    return settle(judgement, &answer, item: nil, group, step, frame)
  }

  /// What concerns all people alike ends the call.
  func stopWholeCall(
    _ judgement: Judgement, _ answer: Answer, _ group: [Member]
  ) throws(Stop) {
    let patience = manifest.limits.patience(in: answer.response)
    switch judgement.word {
    case .throttled: throw .conclude(.throttled(patience))
    case .retry where patience != nil && !answer.isSuccess: throw .conclude(.throttled(patience))
    case .retry: throw .conclude(.retry(judgement.code))
    case .blocked:
      throw .conclude(.blocked(ConnectorFault(judgement.code, status: answer.status)))
    case .failed where group.count > 1 && judgement.code.isWorthHalving:
      throw .conclude(.refused(judgement.code))
    default: return
    }
  }

  mutating func settle(
    _ judgement: Judgement, _ answer: inout Answer, item: JSON?, _ group: [Member], _ step: Step,
    _ frame: Frame
  ) -> [Member] {
    var outcome = judgement.outcome
    if judgement.word == .pending {
      outcome =
        job(step, &answer, item, frame).map { .pending(Job(id: $0)) }
        ?? .settled(.failed(.unexpectedBody))
    }
    for member in group { note(outcome, for: member) }
    return judgement.word == .failed || judgement.word == .ambiguous || judgement.word == .retry
      ? [] : group
  }

  /// The vendor's name for the job; empty where it gives none by design.
  private func job(
    _ step: Step, _ answer: inout Answer, _ item: JSON?, _ frame: Frame
  ) -> String? {
    guard !step.job.isEmpty else { return "" }
    for source in step.job {
      switch source {
      case .place(let place):
        let body = item ?? answer.json()
        if let name = body?.at(place)?.plainText, !name.isEmpty { return name }
      case .template(let template):
        if let name = try? frame.text(of: template), !name.isEmpty { return name }
      }
    }
    return nil
  }
}

extension Judgement {
  var outcome: Outcome {
    switch word {
    case .erased: .settled(.erased)
    case .accepted: .settled(.accepted)
    case .absent: .settled(.absent)
    case .verifiedAbsent: .settled(.verifiedAbsent)
    case .ambiguous: .settled(.ambiguous)
    case .pending: .pending(Job(id: ""))
    case .retry, .throttled: .retry(code)
    case .failed, .blocked: .settled(.failed(code))
    }
  }
}

extension Outcome {
  /// The worse of two; two jobs are asked about together.
  fileprivate func combined(with other: Outcome) -> Outcome {
    if case .pending(let one) = self, case .pending(let two) = other {
      return .pending(one.joined(with: two))
    }
    return other.weight > weight ? other : self
  }

  private var weight: Int {
    switch self {
    case .retry: 9
    case .settled(.failed): 8
    case .settled(.ambiguous): 7
    case .pending: 6
    case .settled(.accepted): 5
    case .settled(.erased): 4
    case .settled(.verifiedAbsent): 3
    case .settled(.absent): 2
    case .settled(.notApplicable), .settled(.waived): 1
    }
  }
}

extension Job {
  /// Several jobs of one person travel as a JSON list.
  fileprivate func joined(with other: Job) -> Job {
    let all = (names + other.names).reduce(into: [String]()) { names, name in
      if !names.contains(name) { names.append(name) }
    }
    guard all.count > 1 else { return self }
    let list = JSON.array(all.map(JSON.string)).encoded()
    return Job(id: String(decoding: list, as: UTF8.self), askAgain: askAgain)
  }

  var names: [String] {
    guard id.hasPrefix("["), let list = try? JSON(reading: Array(id.utf8)).array else {
      return [id]
    }
    return list.compactMap(\.string)
  }
}

extension Code {
  /// Whether halving a batch can find the person it is about: a redirect or an answer that cannot
  /// be read is about nobody in particular.
  fileprivate var isWorthHalving: Bool { self != .redirectRefused && self != .unexpectedBody }
}

extension HTTPFailure {
  fileprivate func conclusion(for people: Int) -> Conclusion {
    switch kind {
    case .dns: .retry(.dns)
    case .connect: .retry(.connect)
    case .tls: .retry(.tls)
    case .timeout: .retry(.timeout)
    case .uncertain: .retry(.uncertain)
    case .addressRefused: .retry(.addressRefused)
    case .responseTooLarge: .retry(.responseTooLarge)
    case .unusable:
      .outcomes(Array(repeating: .settled(.failed(.unusableRequest)), count: people))
    }
  }
}
