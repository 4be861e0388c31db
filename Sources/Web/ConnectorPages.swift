public import Documents
import HTTPTypes
public import Hub
import PurgeCore

extension API {
  func listConnectors(_ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let all = request.queryItems["all"] == "true"
    let statuses = try await house.connectors(includingOff: all)
    return HTTPResponse(200, json: ["connectors": .array(statuses.map(\.json))])
  }

  func showConnector(_ name: String) async throws(Refusal) -> HTTPResponse {
    HTTPResponse(200, json: try await house.connector(ConnectorName(name)).json)
  }

  func act(_ verb: String, _ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    switch verb {
    case "reload":
      return HTTPResponse(200, json: try await house.reload(by: request.operatorName).json)
    case "check": return HTTPResponse(200, json: try await house.check(nil).json)
    case "plan":
      let forecasts = try await house.planReload()
      return HTTPResponse(200, json: ["connectors": .array(forecasts.map(\.json))])
    default: throw .unknownAddress
    }
  }

  func act(
    _ verb: String, onConnector text: String, _ request: HTTPRequest
  ) async throws(Refusal) -> HTTPResponse {
    let name = ConnectorName(text)
    switch verb {
    case "check": return HTTPResponse(200, json: try await house.check(name).json)
    case "record": return try await record(name, request)
    case "enable":
      let report = try await house.enable(name, by: request.operatorName)
      return HTTPResponse(200, json: report.json)
    case "disable":
      let note = try request.jsonObject(knowing: ["note"]).word("note")
      try await house.disable(name, note: note, by: request.operatorName)
      return try await showConnector(text)
    default: throw .unknownAddress
    }
  }
}

extension ConnectorForecast {
  fileprivate var json: JSON {
    [
      "name": .string(name.description), "state": state.map { .string($0.word) } ?? .null,
      "next": next.map { .string($0.word) } ?? .null, "sentence": .string(sentence),
      "isNews": .bool(isNews), "releases": JSON(releases),
      "places": .array(places.map(\.json)), "problems": .array(problems.map(JSON.string)),
    ]
  }

  private var places: [SettingPlace] {
    if case .disabled(.referencesPurgedUser(_, let places), _) = next { places } else { [] }
  }

  /// What the files would do to the connector, as one sentence.
  private var sentence: String {
    let tasks = "\(releases) blocked \(releases == 1 ? "task" : "tasks")"
    switch (state, next) {
    case (nil, .enabled): return "This file enables \(name)."
    case (.disabled, .enabled) where releases == 0: return "This edit re-enables \(name)."
    case (.disabled, .enabled): return "This edit re-enables \(name) and releases \(tasks)."
    case (nil, .disabled(let reason, _)): return "\(name) cannot be enabled: \(reason.words)."
    case (_, .disabled(let reason, _)) where isNews:
      let place = places.first.map { " at \($0.file):\($0.line)" } ?? ""
      return "This disables \(name): \(reason.words)\(place)."
    case (_, .disabled(let reason, _)): return "\(name) stays disabled: \(reason.words)."
    case (_, nil): return "\(name) is not in use and stays so."
    default: return isNews ? "\(name) takes a new revision." : "\(name) stays as it is."
    }
  }
}

extension ConnectorReport {
  /// The report as clients read it.
  public var json: JSON {
    [
      "connectors": .array(lines.map(\.json)), "isClean": .bool(isClean),
      "released": .array(released.map { .string($0.description) }),
    ]
  }
}

extension ConnectorReport.Line {
  fileprivate var json: JSON {
    [
      "name": .string(name.description), "result": .string(result),
      "state": state.map { .string($0.word) } ?? .null, "changed": .bool(changed),
      "problems": .array(problems.map(JSON.string)),
      "warnings": .array(warnings.map(JSON.string)),
    ]
  }

  private var result: String {
    guard let state else { return problems.isEmpty ? "can be enabled" : "cannot be enabled" }
    let reason = state.reason.map { ", \($0)" } ?? ""
    return (changed ? "now \(state.word)" : state.word) + reason
  }
}

extension ConnectorStatus {
  var json: JSON {
    var members: [JSON.Member] = [
      .init("name", .string(name.description)), .init("use", use.map(JSON.string) ?? .null),
      .init("state", .string(state?.word ?? "off")), .init("owes", .bool(owes)),
      .init("file", file.map(JSON.string) ?? .null),
      .init("revision", revision.map(JSON.string) ?? .null),
      .init("problems", .array(problems.map(JSON.string))),
    ]
    if let state { members += state.details(of: name, in: file) }
    return .object(members)
  }
}

extension ConnectorState {
  /// Why it is not enabled, in a few words; nil when it is.
  var reason: String? {
    switch self {
    case .enabled: nil
    case .degraded: "the vendor fails; the hub asks again by itself"
    case .disabled(let reason, _): reason.words
    }
  }

  /// Everything there is to say about a state that is not `enabled`.
  fileprivate func details(of name: ConnectorName, in file: String?) -> [JSON.Member] {
    guard case .disabled(let cause, let since) = self else {
      return reason.map { [.init("reason", .string($0))] } ?? []
    }
    var members: [JSON.Member] = [
      .init("reason", .string(cause.words)), .init("code", JSON(cause.code.number)),
      .init("since", .string(since.rfc3339)),
      .init("action", .string(cause.action(for: name, in: file))),
    ]
    if case .referencesPurgedUser(let request, let places) = cause {
      members.append(.init("request", .string(request.description)))
      members.append(.init("places", .array(places.map(\.json))))
    }
    return members
  }
}

extension DisabledReason {
  /// The reason in a few words; places are shown beside it.
  var words: String {
    switch self {
    case .referencesPurgedUser: "its settings name a purged person"
    case .administrator(let note): "disabled by an administrator: \(note)"
    case .configurationInvalid: "its configuration cannot be used"
    case .credentialRejected(let status): "the vendor rejected its credential with status \(status)"
    case .unreachable(let since): "the vendor cannot be reached since \(since.day)"
    case .removedFromConfiguration: "its file is gone or says enabled: false"
    }
  }

  /// What brings the connector back.
  func action(for name: ConnectorName, in file: String?) -> String {
    let file = file ?? "its file"
    switch self {
    case .referencesPurgedUser(_, let places):
      let place = places.first.map { "\($0.file):\($0.line)" } ?? file
      return "edit \(place) so that it names somebody else, then purgehub connectors reload"
    case .administrator: return "purgehub connectors enable \(name)"
    case .configurationInvalid: return "mend \(file), then purgehub connectors reload"
    case .credentialRejected:
      return "put a working credential where \(file) points to, then purgehub connectors reload"
    case .unreachable: return "mend the way to the vendor, then purgehub connectors enable \(name)"
    case .removedFromConfiguration:
      return "put the file back with enabled: true, then purgehub connectors reload"
    }
  }
}
