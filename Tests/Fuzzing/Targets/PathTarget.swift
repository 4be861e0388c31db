import Documents
import HTTPTypes
import PurgeCore

/// The small languages: a path, a pointer, and where a manifest takes a template or a pattern.
enum PathTarget {
  private static let value: JSON = ["data": [["id": "7", "a/b": 1], [], "x"], "0": true]

  static func run(_ bytes: [UInt8]) throws(Broken) {
    guard let first = bytes.first else { return }
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    if let path = try? JSONPath(text) {
      let rows = path.rows(in: value)
      if let list = path.list(in: value) { try expect(list == rows, "a list has its rows") }
    }
    if let pointer = try? JSONPointer(text) {
      let again = try? JSONPointer(pointer.description)
      try expect(again?.description == pointer.description, "a pointer is read as it is written")
      _ = value.at(pointer)
    }
    _ = Span(text)
    _ = try? PurgeRequestID(reading: text)
    try ManifestTarget.run(manifest(text, first).encoded())
  }

  /// A small manifest with the text in one of its places.
  private static func manifest(_ text: String, _ place: UInt8) -> JSON {
    let text = JSON.string(text)
    let step: JSON =
      switch place % 8 {
      case 0: ["delete": text]
      case 1: ["post": "/u", "text": text, "type": "a/b"]
      case 2: ["delete": "/u/{x}", "with": ["x": text]]
      case 3: ["delete": "/u/{id}", "headers": ["X-Name": text]]
      case 4: ["delete": "/u/{id}", "outcomes": [["text": text, "is": "absent"]]]
      case 5: ["delete": "/u/{id}", "outcomes": [["at": text, "matches": "a", "is": "absent"]]]
      default: ["post": "/u", "json": ["id": text]]
      }
    let find: JSON = [
      "get": "/u{?id}",
      "find": ["in": text, "where": ["/email": "{id}"], "take": ["r": "/id"]],
    ]
    let steps: JSON = place % 8 == 7 ? [find, ["delete": "/u/{r}"]] : [step]
    return [
      "name": "vendor", "title": "V", "docs": "https://v.example",
      "people": [["email": "email"]],
      "base": place >= 128 ? text : "https://v.example", "erase": steps,
    ]
  }
}
