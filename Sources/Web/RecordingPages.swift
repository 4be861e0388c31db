import Documents
import HTTPTypes
import Hub
import PurgeCore

extension API {
  /// Records a connector's check and a dry run for one person, named by any kinds.
  func record(_ name: ConnectorName, _ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    let body = try request.jsonObject(knowing: ["identifiers"])
    let person = try SelectionReading.onePerson(body["identifiers"] ?? [:])
    return HTTPResponse(200, json: try await house.record(name, person).json)
  }
}

extension SelectionReading {
  /// The one person whom several identifiers name; nil when there are none.
  fileprivate static func onePerson(_ value: JSON) throws(Refusal) -> Subject? {
    var identities: [Identity] = []
    for member in value.members ?? [] {
      let kind = try known(member.name)
      for value in member.value.array ?? [member.value] {
        identities.append(try identity(kind, value))
      }
    }
    guard identities.count <= 20 else {
      throw Refusal(
        .tooManySubjects, "One person has no \(identities.count) identifiers.",
        action: "Name one person, by at most 20.")
    }
    return identities.isEmpty ? nil : Subject(identities)
  }
}

extension RecordingReport {
  fileprivate var json: JSON {
    let next = held.map { request -> JSON in
      ["method": .string(request.method.rawValue), "url": .string(request.url)]
    }
    return [
      "kind": .string(kind),
      "cases": .array(
        cases.map {
          ["case": .string($0.title), "shows": .string($0.shows), "concludes": $0.conclusion]
        }),
      "unsent": next ?? .null, "notes": .array(notes.map(JSON.string)), "isSound": .bool(isSound),
      "exchanges": .string(text),
    ]
  }
}
