import Documents
import HTTPTypes
import PurgeCore

// How requests, answers and conclusions stand in exchanges.json5.

extension HTTPRequest {
  var recorded: JSON {
    var members: [JSON.Member] = [
      .init("method", .string(method.rawValue)), .init("url", .string(url)),
    ]
    if !fields.isEmpty { members.append(.init("headers", fields.recorded)) }
    if !body.isEmpty { members.append(.init("body", body.recorded)) }
    return .object(members)
  }
}

extension HTTPResponse {
  var recorded: JSON {
    var members: [JSON.Member] = [.init("status", JSON(status))]
    if !fields.isEmpty { members.append(.init("headers", fields.recorded)) }
    if !body.isEmpty { members.append(.init("body", body.recorded)) }
    return .object(members)
  }
}

extension HTTPFields {
  fileprivate var recorded: JSON {
    var members: [JSON.Member] = []
    for field in self where !members.contains(where: { $0.name == field.name }) {
      let values = values(of: field.name).map(JSON.string)
      members.append(.init(field.name, values.count == 1 ? values[0] : .array(values)))
    }
    return .object(members)
  }
}

extension [UInt8] {
  /// JSON as it is; a text stands for the bytes themselves.
  fileprivate var recorded: JSON {
    if let json = try? JSON(reading: self), json.string == nil { return json }
    return .string(String(decoding: self, as: UTF8.self))
  }
}

extension ExchangesDraft.Case {
  init(
    title: String, shows: Exchanges.Shown, conclusion: JSON, isSound: Bool,
    members: [JSON.Member], token: JSON?, exchanges: [JSON]
  ) {
    self.title = title
    self.shows = shows
    self.conclusion = conclusion
    self.isSound = isSound
    json = .object(
      [.init("case", .string(title)), .init("shows", [.string(shows.rawValue)])] + members
        + (token.map { [.init("token", $0)] } ?? [])
        + [.init("exchanges", .array(exchanges)), .init("concludes", conclusion)])
  }
}

extension DryMove {
  /// The conclusion as a case says it.
  var recorded: JSON {
    switch self {
    case .ask(let request), .hold(let request, _): ["next": request.recorded]
    case .conclude(.outcomes(let outcomes)):
      outcomes.count == 1 ? outcomes[0].recorded : .array(outcomes.map(\.recorded))
    case .conclude(.retry(let code)): ["retry": JSON(code.number)]
    case .conclude(.refused(let code)): ["refused": JSON(code.number)]
    case .conclude(.throttled(let patience)): ["throttled": patience?.recorded ?? .null]
    case .conclude(.blocked(let fault)):
      .object(
        [.init("blocked", JSON(fault.code.number))]
          + (fault.status.map { [.init("status", JSON($0))] } ?? []))
    }
  }

  var shown: Exchanges.Shown {
    switch self {
    case .ask, .hold: .lookUp
    case .conclude(.outcomes(let outcomes)): outcomes.first?.shown ?? .notApplicable
    case .conclude(.retry): .retry
    case .conclude(.refused): .failure
    case .conclude(.throttled): .throttled
    case .conclude(.blocked): .blocked
    }
  }

  /// Whether the manifest made sense of what was answered.
  var isSound: Bool {
    switch self {
    case .ask, .hold, .conclude(.retry), .conclude(.throttled): true
    case .conclude(.refused), .conclude(.blocked): false
    case .conclude(.outcomes(let outcomes)): outcomes.allSatisfy(\.isSound)
    }
  }

  func title(isStranger: Bool) -> String {
    switch shown {
    case .lookUp: "Somebody is looked up; what follows was not sent"
    case .absent:
      isStranger ? "A look-up that finds nobody" : "Somebody whom the vendor does not know"
    case .throttled: "A look-up is told to wait"
    case .retry: "A look-up meets a vendor that fails"
    case .ambiguous: "A look-up finds more people than one may erase"
    default: "A look-up that cannot be read"
    }
  }
}

extension Outcome {
  fileprivate var recorded: JSON {
    switch self {
    case .settled(.failed(let code)): ["failed": JSON(code.number)]
    case .settled(let verdict): .string("\(verdict)")
    case .pending(let job): ["pending": .string(job.id)]
    case .retry(let code): ["retry": JSON(code.number)]
    }
  }

  fileprivate var shown: Exchanges.Shown {
    switch self {
    case .settled(.absent), .settled(.verifiedAbsent): .absent
    case .settled(.ambiguous), .settled(.failed(.ambiguous)): .ambiguous
    case .settled(.failed(.unexpectedBody)): .malformed
    case .settled(.notApplicable), .settled(.waived): .notApplicable
    case .settled(.failed): .failure
    case .settled(.erased): .success
    case .settled(.accepted): .accepted
    case .pending: .pending
    case .retry: .retry
    }
  }

  fileprivate var isSound: Bool {
    switch self {
    case .settled(.absent), .settled(.verifiedAbsent), .settled(.ambiguous),
      .settled(.failed(.ambiguous)), .retry:
      true
    default: false
    }
  }
}

extension Patience {
  fileprivate var recorded: JSON {
    switch self {
    case .delay(let span) where span.milliseconds % 1_000 == 0:
      .string("\(span.milliseconds / 1_000)s")
    case .delay(let span): .string("\(span.milliseconds)ms")
    case .until(let instant): .string(instant.rfc3339)
    }
  }
}
