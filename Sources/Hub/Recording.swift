import Connectors
public import Documents
public import HTTPTypes
public import PurgeCore

/// What was recorded of a vendor: text for a folder's `exchanges.json5`, with nobody in it.
public struct RecordingReport: Sendable {
  /// One case of the text.
  public struct Case: Sendable {
    /// Its sentence.
    public var title: String
    /// What it is an example of.
    public var shows: String
    /// What came of it, as the text says it.
    public var conclusion: JSON
  }

  /// The kind of vendor, a folder under `Connectors`.
  public var kind: String
  /// The text; it replays as the vendor answered.
  public var text: String
  /// Its cases.
  public var cases: [Case]
  /// The request that comes next and was not sent, with invented values; nil where there is none.
  public var held: HTTPRequest?
  /// What to know about it, a sentence each.
  public var notes: [String]
  /// Whether the manifest made sense of what the vendor answered.
  public var isSound: Bool
}

extension House {
  /// Asks a vendor its harmless question and looks a person up, and writes down what it answered.
  ///
  /// It sends `check`, a token's request where one is needed, and look-ups by GET; the first request
  /// that could change something is made and not sent. Nothing of the hub changes.
  ///
  /// - Throws: `Refusal` when there is no such connector, its file cannot be used or names a purged
  ///   person, the vendor does not answer or rejects the credential, or nothing can be written
  ///   without something of the real answers.
  public func record(
    _ name: ConnectorName, _ person: Subject?
  ) async throws(Refusal) -> RecordingReport {
    let connector = try await connectorToRecord(name)
    guard let behaviour = connector.behaviour as? ManifestBehaviour else {
      preconditionFailure("a connector that was read from a file has no manifest")
    }
    if let person, behaviour.objection(to: person) != nil {
      throw Refusal(
        .noIdentifierKind, "\(connector.title) is not asked about people by these identifiers.",
        action: "It knows them by \(connector.kinds.map(\.rawValue).joined(separator: ", ")).")
    }
    let desk = RecordingDesk(house: self, connector: connector, behaviour: behaviour)
    let answers = try await desk.ask(about: person)
    let settings = (try? Catalogue(self.settings).exchanges(of: connector.use))?.settings
    do throws(RecordingProblem) {
      let draft = try behaviour.draft(of: answers, preferring: settings ?? [:])
      return RecordingReport(draft, connector.use, answers)
    } catch {
      throw Refusal(
        .unexpectedBody, error.sentence, action: error.remedy, connector: connector.name)
    }
  }

  private func connectorToRecord(
    _ name: ConnectorName
  ) async throws(Refusal) -> InstalledConnector {
    guard let file = ConnectorFile.readAll(settings, environment).first(where: { $0.name == name })
    else { throw .unknownConnector(name) }
    guard let connector = file.connector else {
      throw Refusal(
        .configurationInvalid, file.problems.joined(separator: "\n"),
        action: "Mend the file, then try again.", connector: name)
    }
    if let (request, places) = try await purgedPeople(in: connector.values) {
      let place = places.first.map { "\($0.file):\($0.line)" } ?? connector.file
      throw Refusal(
        .referencesPurgedUser, "\(place) names a person purged by \(request).",
        action: "Edit it so that it names somebody else, then try again.", connector: name)
    }
    return connector
  }
}

extension RecordingReport {
  fileprivate init(_ draft: ExchangesDraft, _ kind: String, _ answers: LiveAnswers) {
    self.init(
      kind: kind, text: draft.text,
      cases: draft.cases.map {
        Case(title: $0.title, shows: $0.shows.rawValue, conclusion: $0.conclusion)
      },
      held: draft.held, notes: Self.notes(draft, answers), isSound: draft.isSound)
  }

  private static func notes(_ draft: ExchangesDraft, _ answers: LiveAnswers) -> [String] {
    var notes: [String] = []
    if answers.check == nil { notes.append("The manifest has no check, so none was recorded.") }
    if answers.lookUps.isEmpty {
      notes.append("Nobody was named, so nobody was looked up; name a person, such as by --email.")
    } else if draft.holdsLookUp {
      notes.append(
        "The manifest looks people up by \(draft.held?.method.rawValue ?? "POST"), and has no word "
          + "that says whether that is harmless, so it was not sent.")
    } else if answers.lookUps[0].exchanges.isEmpty {
      notes.append("The manifest looks nobody up before it erases, so only its check was asked.")
    } else if draft.held != nil {
      notes.append(
        "Nothing was erased: the case ends with the request that would have been next. Add the "
          + "answer that the vendor documents for it, and the case shows a success.")
    }
    if !draft.isSound {
      notes.append(
        "The manifest could not read what the vendor answered; mend it by the answers below.")
    }
    return notes
  }
}

/// Asks a vendor what may be asked without changing anything.
private struct RecordingDesk {
  /// More look-ups than the interpreter itself would make for one person.
  private static let mostLookUps = 60

  let house: House
  let connector: InstalledConnector
  let behaviour: ManifestBehaviour

  private var vendor: String { "record " + connector.name.description }

  func ask(about person: Subject?) async throws(Refusal) -> LiveAnswers {
    house.engine.post([.policy(ConnectorName(vendor), connector.policy)])
    defer { house.engine.post([.policy(ConnectorName(vendor), nil)]) }
    var answers = LiveAnswers()
    let access = try await token(&answers)
    if let request = behaviour.checkRequest(with: access, at: house.now()) {
      let response = try await exchange(request, "check")
      if let fault = behaviour.fault(inCheck: response) { throw refusal(fault, "check") }
      answers.check = response
    }
    guard let person else { return answers }
    let lookUp = try await lookUp(person, access)
    answers.lookUps.append(lookUp)
    // Whoever is found shows nothing of what the vendor says of people it does not know.
    if !lookUp.exchanges.isEmpty,
      case .hold = behaviour.dryMove(lookUp.call, after: lookUp.exchanges),
      let other = try? await self.lookUp(person.stranger, access)
    {
      answers.lookUps.append(other)
    }
    return answers
  }

  private func token(_ answers: inout LiveAnswers) async throws(Refusal) -> AccessToken? {
    guard let request = behaviour.tokenRequest(at: house.now()) else { return nil }
    let response = try await exchange(request, "token")
    answers.token = response
    switch behaviour.token(in: response, at: house.now()) {
    case .success(let access): return access
    case .failure(let fault): throw refusal(fault, "question for a token")
    }
  }

  private func lookUp(
    _ person: Subject, _ access: AccessToken?
  ) async throws(Refusal) -> LiveAnswers.LookUp {
    let call = behaviour.dryCall(
      for: person, at: house.now(), nonce: .random(in: 0 ... .max), access: access)
    var lookUp = LiveAnswers.LookUp(call)
    for _ in 0..<Self.mostLookUps {
      switch behaviour.dryMove(call, after: lookUp.exchanges) {
      case .ask(let request):
        let response = try await exchange(request, "look-up")
        lookUp.exchanges.append(Exchange(request, .success(response)))
      case .conclude(.blocked(let fault)): throw refusal(fault, "look-up")
      case .hold, .conclude: return lookUp
      }
    }
    throw Refusal(
      .unexpectedBody, "The look-up did not end after \(Self.mostLookUps) pages.",
      action: "Look at the manifest's page and at the vendor's documentation.",
      connector: connector.name)
  }

  private func exchange(
    _ request: HTTPRequest, _ what: String
  ) async throws(Refusal) -> HTTPResponse {
    switch await house.engine.perform(request, to: vendor) {
    case .success(let response): return response
    case .failure(let failure):
      throw Refusal(
        .unreachable, "The \(what) brought no answer that can be used: \(failure.detail).",
        action: "Nothing was recorded. Mend the way to the vendor, then try again.",
        connector: connector.name)
    }
  }

  private func refusal(_ fault: ConnectorFault, _ what: String) -> Refusal {
    let status = "The vendor answered the \(what) with status \(fault.status ?? 0)"
    switch fault.code {
    case .credentialRejected:
      return Refusal(
        .credentialRejected, "\(status): it rejects the credential.",
        action: "Put one that works where \(connector.file) points to.", connector: connector.name)
    case .rateLimited, .vendorFailed:
      return Refusal(
        fault.code, "\(status).", action: "Nothing was recorded; try again later.",
        connector: connector.name)
    default:
      return Refusal(
        .configurationInvalid, "\(status), code \(fault.code.number).",
        action: "Compare the manifest's address with the vendor's documentation.",
        connector: connector.name)
    }
  }
}
