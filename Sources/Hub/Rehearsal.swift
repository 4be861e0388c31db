import Connectors
public import HTTPTypes
import PurgeCore

/// A recorded call of a manifest, to be played against answers that were never recorded.
///
/// Everything stays in memory; who plays it sends the requests, or does not.
public struct Rehearsal: Sendable {
  /// Whether it asks about a job instead of erasing.
  public let isPoll: Bool
  /// Whether a token is fetched before it.
  public let needsToken: Bool
  /// What the vendor answered when it was recorded, in order.
  public let answers: [HTTPResponse]

  private let manifest: Manifest
  private let story: Exchanges.Story

  init?(_ story: Exchanges.Story, of manifest: Manifest) {
    self.story = story
    self.manifest = manifest
    answers = story.answers.compactMap { try? $0.get() }
    guard !answers.isEmpty, answers.count == story.answers.count else { return nil }
    isPoll = story.call.schedule.phase.isPolling
    guard let behaviour = try? story.behaviour(manifest) else { return nil }
    needsToken = behaviour.traits.needsToken
    guard !needsToken || story.tokenAnswer != nil else { return nil }
  }
}

extension Catalogue {
  /// The recorded successes of a kind that are worth playing: one that erases, one that polls.
  ///
  /// - Throws: `Refusal` 3002 when the folder's files cannot be read.
  public func rehearsals(of name: String) throws(Refusal) -> [Rehearsal] {
    let manifest = try manifest(name)
    do throws(Diagnostics) {
      let exchanges = try exchanges(of: name)
      let successes: Set<Exchanges.Shown> = [.success, .accepted, .pending]
      let erasing = exchanges.cases.lazy.filter { !successes.isDisjoint(with: $0.shows) }
        .compactMap { Rehearsal($0, of: manifest) }.first { !$0.isPoll }
      let polling = exchanges.cases.lazy.compactMap { Rehearsal($0, of: manifest) }
        .first(where: \.isPoll)
      return [erasing, polling].compactMap { $0 }
    } catch {
      throw Refusal(
        .configurationInvalid, error.description, action: "Mend the file, then try again.")
    }
  }
}

extension Rehearsal {
  /// What the hub would make of a call.
  public struct Ending: Sendable, Hashable {
    /// The strongest thing it takes for true of anybody: `erased`, `accepted`, `absent`,
    /// `pending`, or `failed`, `ambiguous`, `retry`, `throttled`, `blocked`.
    public var word: String
    /// The code that goes with it, where there is one.
    public var code: Int?

    /// Whether somebody's obligation would end, or rest on a job.
    public var isClaim: Bool {
      ["erased", "verifiedAbsent", "accepted", "absent", "pending"].contains(word)
    }
  }

  /// Plays the call against a vendor at another base.
  ///
  /// - Parameters:
  ///   - base: Where every request goes.
  ///   - answer: Answers a request; it is told which one it is, from 0.
  /// - Returns: What the hub would make of it; nil where the call cannot be played.
  public func play(
    at base: String, answer: (HTTPRequest, Int) -> Result<HTTPResponse, HTTPFailure>
  ) -> Ending? {
    guard let behaviour = try? story.behaviour(manifest, at: base) else { return nil }
    var call = story.call
    if needsToken, let response = story.tokenAnswer {
      guard case .success(let access) = behaviour.token(in: response, at: call.triedAt) else {
        return nil
      }
      call.access = access
    }
    var transcript: [Exchange] = []
    // A look-up may go on for fifty pages; more than that is the interpreter's own limit.
    for position in 0..<200 {
      switch behaviour.next(call, after: transcript) {
      case .send(let request):
        transcript.append(Exchange(request, answer(request, position)))
      case .conclude(let conclusion): return conclusion.ending
      }
    }
    return nil
  }

  /// Asks for a token at another base and says what its answer is taken for.
  public func playToken(
    at base: String, answer: (HTTPRequest) -> Result<HTTPResponse, HTTPFailure>
  ) -> Ending? {
    guard let behaviour = try? story.behaviour(manifest, at: base),
      let request = behaviour.tokenRequest(at: story.call.triedAt)
    else { return nil }
    switch answer(request) {
    case .failure: return Ending(word: "retry")
    case .success(let response):
      switch behaviour.token(in: response, at: story.call.triedAt) {
      case .success: return Ending(word: "accepted")
      case .failure(let fault): return Ending(word: "blocked", code: fault.code.number)
      }
    }
  }
}

extension Conclusion {
  fileprivate var ending: Rehearsal.Ending {
    switch self {
    case .outcomes(let outcomes):
      outcomes.map(\.ending).first(where: \.isClaim) ?? outcomes.first?.ending
        ?? .init(word: "failed")
    case .refused(let code): .init(word: "failed", code: code.number)
    case .retry(let code): .init(word: "retry", code: code.number)
    case .throttled: .init(word: "throttled")
    case .blocked(let fault): .init(word: "blocked", code: fault.code.number)
    }
  }
}

extension Outcome {
  fileprivate var ending: Rehearsal.Ending {
    switch self {
    case .settled(.failed(let code)): .init(word: "failed", code: code.number)
    case .settled(let verdict): .init(word: "\(verdict)")
    case .pending: .init(word: "pending")
    case .retry(let code): .init(word: "retry", code: code.number)
    }
  }
}
