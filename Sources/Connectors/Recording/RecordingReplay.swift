import Documents
import HTTPTypes
import PurgeCore

extension Recorder {
  /// Plays the replaced answers to the same manifest with invented settings, and notes what is sent.
  struct Replay {
    let recorder: Recorder
    let story: Exchanges.Story
    var cleaning: Cleaning
    var replayed: ManifestBehaviour?
    var names: Pseudonyms
    /// The request that was not sent, as the replay makes it.
    private(set) var held: (request: HTTPRequest, isLookUp: Bool)?
    private var call: Call
    private var token: JSON?

    init(recorder: Recorder, story: Exchanges.Story, cleaning: Cleaning) {
      self.recorder = recorder
      self.story = story
      self.cleaning = cleaning
      names = Pseudonyms(recorder.manifest, avoiding: [], seed: 0)
      call = story.call
    }

    mutating func cases() throws(RecordingProblem) -> [ExchangesDraft.Case] {
      guard let replayed else { return [] }
      try fetchToken(replayed)
      noteOrigins(replayed)
      var cases: [ExchangesDraft.Case] = []
      if let check = recorder.answers.check { cases.append(try self.check(check, replayed)) }
      for (position, lookUp) in recorder.answers.lookUps.enumerated() {
        let truth = recorder.behaviour.dryMove(lookUp.call, after: lookUp.exchanges)
        // The stranger is there for the vendor's answer about nobody, and for nothing else.
        if position == 0 {
          let story = try play(lookUp, truth, replayed, isStranger: false)
          // A call that asks nothing has nothing to record; what it would send is shown.
          if !lookUp.exchanges.isEmpty { cases.append(story) }
        } else if truth.gist == "absent",
          let story = try? play(lookUp, truth, replayed, isStranger: true)
        {
          cases.append(story)
        }
      }
      guard !cases.isEmpty else { throw .nothing }
      return cases
    }
  }
}

extension Recorder.Replay {
  private var manifest: Manifest { recorder.manifest }

  private mutating func clean(_ response: HTTPResponse) -> HTTPResponse {
    cleaning.cleaned(response, manifest, &names)
  }

  private mutating func fetchToken(_ replayed: ManifestBehaviour) throws(RecordingProblem) {
    guard let response = recorder.answers.token,
      let request = replayed.tokenRequest(at: call.triedAt)
    else { return }
    let clean = clean(response)
    guard case .success(let access) = replayed.token(in: clean, at: call.triedAt) else {
      throw .broken("the answer that brings the token", "it brings none any more")
    }
    call.access = access
    token = ["request": request.recorded, "response": clean.recorded]
  }

  /// Scheme and host of the vendor, in earnest and in the replay.
  private mutating func noteOrigins(_ replayed: ManifestBehaviour) {
    let behaviour = recorder.behaviour
    var access: AccessToken?
    if let token = recorder.answers.token {
      access = try? behaviour.token(in: token, at: call.triedAt).get()
    }
    guard let live = behaviour.program.origin(access),
      let own = replayed.program.origin(call.access)
    else { return }
    names.origins = [(live, own)]
  }

  private mutating func check(
    _ response: HTTPResponse, _ replayed: ManifestBehaviour
  ) throws(RecordingProblem) -> ExchangesDraft.Case {
    guard let request = replayed.checkRequest(with: call.access, at: call.triedAt) else {
      throw .broken("the settings", "the check cannot be asked any more")
    }
    let clean = clean(response)
    guard replayed.fault(inCheck: clean) == nil else {
      throw .broken("the answer to the check", "it does not count as good any more")
    }
    return ExchangesDraft.Case(
      title: "The vendor takes the credential", shows: .check, conclusion: "good", isSound: true,
      members: [.init("checking", true)], token: token,
      exchanges: [["request": request.recorded, "response": clean.recorded]])
  }

  private mutating func play(
    _ lookUp: LiveAnswers.LookUp, _ truth: DryMove, _ replayed: ManifestBehaviour, isStranger: Bool
  ) throws(RecordingProblem) -> ExchangesDraft.Case {
    let before = names
    let (transcript, end) = transcript(lookUp, replayed)
    guard let end, end.gist == truth.gist else {
      throw .otherEnd(
        end?.gist ?? "fewer questions", truth.gist, culprit(lookUp, truth, replayed, before))
    }
    if case .hold(let request, let isLookUp) = end { held = (request, isLookUp) }
    return ExchangesDraft.Case(
      title: end.title(isStranger: isStranger), shows: end.shown, conclusion: end.recorded,
      isSound: end.isSound, members: [.init("people", .array(people))], token: token,
      exchanges: transcript.map { exchange in
        let response = (try? exchange.result.get()) ?? HTTPResponse(500)
        return ["request": exchange.request.recorded, "response": response.recorded]
      })
  }

  private var people: [JSON] { call.people.map(\.recorded) }

  /// What the replay sends for the replaced answers, and how it ends; nil where it asks for less.
  private mutating func transcript(
    _ lookUp: LiveAnswers.LookUp, _ replayed: ManifestBehaviour,
    sparing: (answer: Int, place: JSONPointer)? = nil
  ) -> ([Exchange], DryMove?) {
    var transcript: [Exchange] = []
    for (position, exchange) in lookUp.exchanges.enumerated() {
      guard case .ask(let request) = replayed.dryMove(call, after: transcript),
        case .success(let response) = exchange.result
      else { return (transcript, nil) }
      var cleaning = cleaning
      cleaning.spared = sparing.flatMap { $0.answer == position ? $0.place : nil }
      let clean = cleaning.cleaned(response, manifest, &names)
      transcript.append(Exchange(request, .success(clean)))
    }
    return (transcript, replayed.dryMove(call, after: transcript))
  }

  /// The place whose replacement alone changes the end; names of members only.
  private func culprit(
    _ lookUp: LiveAnswers.LookUp, _ truth: DryMove, _ replayed: ManifestBehaviour,
    _ before: Pseudonyms
  ) -> String? {
    guard !cleaning.cutsLists else { return nil }
    for (position, exchange) in lookUp.exchanges.enumerated() {
      // Every place is tried; a long answer has too many.
      guard case .success(let response) = exchange.result, response.body.count < 100_000,
        let body = try? JSON(reading: response.body)
      else { continue }
      for place in body.leaves().prefix(300) {
        var other = self
        other.names = before
        let end = other.transcript(lookUp, replayed, sparing: (position, place)).1
        guard end?.gist == truth.gist else { continue }
        let steps = place.steps.map { step in
          step.allSatisfy(\.isNumber) ? step : other.names.field(step)
        }
        return "\(JSONPointer(steps: steps)) in answer \(position + 1)"
      }
    }
    return nil
  }
}

extension Program {
  /// Scheme and host of the base.
  fileprivate func origin(_ access: AccessToken?) -> String? {
    let facts = CallFacts(
      connector: connector.description, now: Instant(milliseconds: 0), access: access)
    return (try? base(Frame(self, facts, []))).flatMap { Origin($0)?.text }
  }
}

extension RecordingProblem {
  fileprivate static func broken(_ place: String, _ what: String) -> RecordingProblem {
    RecordingProblem(
      "With everything replaced in \(place), \(what).",
      remedy: "Write this case by hand, from the vendor's documentation.")
  }

  fileprivate static var nothing: RecordingProblem {
    RecordingProblem(
      "There is nothing to record: the manifest has no check, and looks nobody up by GET.",
      remedy: "Give it a check, or write the cases by hand.")
  }

  fileprivate static func otherEnd(
    _ end: String, _ truth: String, _ culprit: String?
  ) -> RecordingProblem {
    let reason = culprit.map { "the replacement of \($0) changes that" } ?? "no single one does"
    return RecordingProblem(
      "With everything replaced, the replay ends in \(end) instead of \(truth): \(reason).",
      remedy: "Write this case by hand, from the vendor's documentation.")
  }
}
