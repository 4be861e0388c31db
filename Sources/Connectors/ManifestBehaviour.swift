import Documents
public import HTTPTypes
public import PurgeCore

/// A connector that behaves as its manifest says.
///
/// It keeps nothing between calls; the same call and answers always give the same move.
public struct ManifestBehaviour: ConnectorBehaviour {
  let program: Program

  /// What the engine must know to plan and pace calls.
  public let traits: ConnectorTraits

  /// Whether plain http and private addresses are allowed.
  public var isSelfHosted: Bool { program.isSelfHosted }

  /// Brings a manifest and a connector's settings together.
  ///
  /// The configuration must have been read against the same manifest.
  public init(_ manifest: Manifest, _ configuration: ConnectorConfiguration) {
    precondition(
      configuration.values.count == manifest.schema.properties.count,
      "a configuration is used with another manifest than it was read for")
    program = Program.prepared(manifest, configuration)
    traits = ConnectorTraits(manifest, configuration)
  }

  /// What follows after the exchanges so far.
  ///
  /// Where a person erases by hand no call is planned; one that was planned before the connector became
  /// such a one ends as theirs.
  public func next(_ call: Call, after transcript: [Exchange]) -> Move {
    guard !traits.isByHand else {
      return .conclude(.outcomes(call.people.map { _ in .settled(.failed(.manualRecipient)) }))
    }
    var walk = Walk(program, call, transcript)
    return walk.move()
  }

  /// Why no call can be made for a person; nil when one can.
  public func objection(to subject: Subject) -> Code? {
    traits.isByHand ? nil : program.objection(to: subject)
  }

  /// The request for a token; nil when none is needed or the settings make none.
  public func tokenRequest(at now: Instant) -> HTTPRequest? {
    guard let token = program.manifest.auth.token else { return nil }
    let facts = CallFacts(connector: program.connector.description, now: now, access: nil)
    return try? token.step.request(Frame(program, facts, []))
  }

  /// The token in an answer.
  public func token(
    in response: HTTPResponse, at now: Instant
  ) -> Result<AccessToken, ConnectorFault> {
    guard let token = program.manifest.auth.token else {
      return .failure(ConnectorFault(.configurationInvalid))
    }
    return token.read(response, at: now, names: program.manifest.tokenNames).mapError { fault in
      var fault = fault
      fault.patience = program.manifest.limits.patience(in: response)
      return fault
    }
  }

  /// The request that shows whether the credential works; nil when the manifest has none.
  public func checkRequest(with access: AccessToken?, at now: Instant) -> HTTPRequest? {
    guard let check = program.manifest.check else { return nil }
    let facts = CallFacts(connector: program.connector.description, now: now, access: access)
    return try? check.step.request(Frame(program, facts, []))
  }

  /// What the answer to the check shows; nil when all is well.
  public func fault(inCheck response: HTTPResponse) -> ConnectorFault? {
    guard let check = program.manifest.check else { return nil }
    var answer = Answer(response)
    let judgement = check.step.judge(&answer, kind: nil, common: program.manifest.rules)
    switch judgement.word {
    case .erased, .accepted, .pending, .absent, .verifiedAbsent, .ambiguous:
      // The manifest's check asks for what is always there.
      return answer.isSuccess ? nil : ConnectorFault(.configurationInvalid, status: answer.status)
    case .throttled: return ConnectorFault(.rateLimited, status: answer.status)
    case .retry: return ConnectorFault(.vendorFailed, status: answer.status)
    case .blocked: return ConnectorFault(.credentialRejected, status: answer.status)
    case .failed: return ConnectorFault(.configurationInvalid, status: answer.status)
    }
  }
}

extension TokenStep {
  fileprivate func read(
    _ response: HTTPResponse, at now: Instant, names: [String]
  ) -> Result<AccessToken, ConnectorFault> {
    var answer = Answer(response)
    guard answer.isSuccess else { return .failure(answer.tokenFault) }
    guard let body = answer.json() else {
      return .failure(ConnectorFault(.unexpectedBody, status: answer.status))
    }
    var values: [String: String] = [:]
    for (name, place) in zip(names, take) {
      guard let value = body.at(place)?.plainText, !value.isEmpty else {
        return .failure(ConnectorFault(.unexpectedBody, status: answer.status))
      }
      values[name] = value
    }
    return .success(AccessToken(values: values, expires: now + lifetime.span(in: body)))
  }
}

extension TokenStep.Lifetime {
  /// How long the token is used: a tenth less than it lives, and a minute less if that is shorter.
  fileprivate func span(in body: JSON) -> Span {
    let whole: Int64 =
      switch self {
      case .fixed(let span): span.milliseconds
      case .told(let place):
        Int64((min(max(body.at(place)?.asSeconds ?? 300, 1), 31_536_000) * 1000).rounded())
      }
    return .milliseconds(whole - min(whole / 10, 60_000))
  }
}

extension JSON {
  /// Some vendors put the number in quotes.
  fileprivate var asSeconds: Double? { double ?? string.flatMap(Double.init) }
}

extension Answer {
  /// RFC 6749, 5.2: a bad client is 400 or 401.
  fileprivate var tokenFault: ConnectorFault {
    switch status {
    case 400, 401, 403: ConnectorFault(.credentialRejected, status: status)
    case 429: ConnectorFault(.rateLimited, status: status)
    case 408, 425, 500...: ConnectorFault(.vendorFailed, status: status)
    default: ConnectorFault(.configurationInvalid, status: status)
    }
  }
}

extension ConnectorTraits {
  fileprivate init(_ manifest: Manifest, _ configuration: ConnectorConfiguration) {
    self.init()
    let batches = manifest.steps.map { $0.batch?.max ?? 1 }
    peoplePerCall = batches.min() ?? 1
    rates = manifest.limits.rates + configuration.rates
    pool = manifest.limits.pool
    spacing = manifest.limits.spacing ?? spacing
    concurrent = min(manifest.limits.concurrent ?? concurrent, configuration.concurrent ?? .max)
    retryFor = manifest.limits.retryFor
    pollEvery = manifest.poll?.every ?? manifest.verify?.every ?? pollEvery
    giveUpAfter = manifest.poll?.giveUp ?? manifest.verify?.giveUp ?? giveUpAfter
    needsToken = manifest.auth.token != nil
    isByHand = manifest.isByHand
    isAcceptedOnly = manifest.isAcceptedOnly
  }
}

extension Manifest {
  /// Whether no answer ever confirms that anybody was erased.
  var isAcceptedOnly: Bool { steps.contains { $0.find == nil && !confirms($0) } }

  /// Whether a step can ever end in more than "accepted".
  private func confirms(_ step: Step) -> Bool {
    let words = (step.rules + rules).map(\.word)
    if words.contains(.erased) || words.contains(.verifiedAbsent) { return true }
    if !step.job.isEmpty || words.contains(.pending) {
      return poll?.words.contains { $0 == .erased || $0 == .verifiedAbsent } ?? false
    }
    return !words.contains(where: \.isSuccess)
  }
}
