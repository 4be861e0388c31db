import Connectors
import Documents
import Foundation

extension SecretReference {
  /// Reads `{ env: "NAME" }` or `{ file: "PATH" }` of the settings file; nil for anything else.
  init?(_ value: JSON, relativeTo folder: String) {
    let members = value.members ?? []
    guard members.count == 1, let text = members[0].value.string, !text.isEmpty else { return nil }
    switch members[0].name {
    case "env": self = .environment(text)
    case "file": self = .file(text.hasPrefix("/") ? text : folder + "/" + text)
    default: return nil
    }
  }

  /// What it must look like there, as JSON Schema.
  static let schema: JSON = [
    "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
    "properties": ["env": ["type": "string"], "file": ["type": "string"]],
  ]

  /// The secret without blanks around it, read anew each time, so that it can be replaced; nil when it
  /// is not there.
  func secret(in environment: [String: String]) -> String? {
    let text: String?
    switch self {
    case .environment(let name): text = environment[name]
    case .file(let path):
      text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
    let secret = text?.trimmingCharacters(in: .whitespacesAndNewlines)
    return secret?.isEmpty == false ? secret : nil
  }
}
