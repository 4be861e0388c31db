import FoundationEssentials
import PurgeCore

/// A connector's state as JSON: words, places and codes, never a setting's value.
enum ConnectorStateText {
  static func text(_ state: ConnectorState) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(Form(state)) else {
      preconditionFailure("a form of numbers and texts could not be written as JSON")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func state(_ text: String) throws(StoreError) -> ConnectorState {
    guard let form = try? JSONDecoder().decode(Form.self, from: Data(text.utf8)),
      let state = form.purgeState
    else { throw StoreError.damaged("a connector's state") }
    return state
  }
}

private struct Form: Codable {
  struct Place: Codable {
    var path: String
    var file: String
    var line: Int
  }

  var state = "enabled"
  var since: Int64?
  var reason: String?
  var request: Int64?
  var places: [Place]?
  var note: String?
  var sentences: [String]?
  var status: Int?
  var unreachableSince: Int64?
}

extension Form {
  fileprivate init(_ state: ConnectorState) {
    self.state = state.word
    switch state {
    case .enabled: break
    case .degraded(let since): self.since = since.milliseconds
    case .disabled(let reason, let since):
      self.since = since.milliseconds
      put(reason)
    }
  }

  private mutating func put(_ cause: DisabledReason) {
    switch cause {
    case .referencesPurgedUser(let id, let places):
      (reason, request) = ("referencesPurgedUser", id.number)
      self.places = places.map { Place(path: $0.path, file: $0.file, line: $0.line) }
    case .administrator(let note): (reason, self.note) = ("administrator", note)
    case .configurationInvalid(let all): (reason, sentences) = ("configurationInvalid", all)
    case .credentialRejected(let status): (reason, self.status) = ("credentialRejected", status)
    case .unreachable(let since):
      (reason, unreachableSince) = ("unreachable", since.milliseconds)
    case .removedFromConfiguration: reason = "removedFromConfiguration"
    }
  }

  fileprivate var purgeState: ConnectorState? { state(since.map { Instant(milliseconds: $0) }) }

  private func state(_ since: Instant?) -> ConnectorState? {
    switch (state, since, cause) {
    case ("enabled", _, _): .enabled
    case ("degraded", let since?, _): .degraded(since: since)
    case ("disabled", let since?, let cause?): .disabled(cause, since: since)
    default: nil
    }
  }

  private var cause: DisabledReason? {
    switch reason {
    case "referencesPurgedUser":
      .referencesPurgedUser(
        PurgeRequestID(bits: UInt64(bitPattern: request ?? 0)),
        (places ?? []).map { SettingPlace(path: $0.path, file: $0.file, line: $0.line) })
    case "administrator": .administrator(note: note ?? "")
    case "configurationInvalid": .configurationInvalid(sentences ?? [])
    case "credentialRejected": .credentialRejected(status: status ?? 0)
    case "unreachable": .unreachable(since: Instant(milliseconds: unreachableSince ?? 0))
    case "removedFromConfiguration": .removedFromConfiguration
    default: nil
    }
  }
}
