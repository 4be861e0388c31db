import Documents
import Foundation
import HTTPTypes
import Hub
import Web

/// A request to the API of an empty house.
///
/// The first line is `METHOD PATH`, the second the content type; the body follows.
enum BodyTarget {
  private static let opening = Task { () -> API? in
    let folder = NSTemporaryDirectory() + "purgehub-fuzz-\(UInt64.random(in: 0 ... .max))"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return (try? await House.open(Settings(root: folder), .asAccepted, environment: [:]))
      .map(API.init)
  }

  static func run(_ bytes: [UInt8]) async throws(Broken) {
    guard let api = await opening.value else { throw Broken("an empty house can be opened") }
    guard let request = HTTPRequest(reading: bytes) else { return }
    let response = await api.respond(to: request)
    try expect((200...599).contains(response.status), "an answer has a status")
    try expect(response.status != 500, "no request is an error within the hub")
    guard let json = try? JSON(reading: response.body) else { throw Broken("an answer is JSON") }
    try expect(response.status < 400 || json["code"]?.integer != nil, "a refusal has a code")
    if Marker.isIn(request.body) {
      try expect(!Marker.isIn(response.body), "an answer names nobody")
    }
  }
}

extension HTTPRequest {
  fileprivate init?(reading bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
    guard lines.count == 3 else { return nil }
    let words = String(decoding: lines[0], as: UTF8.self).split(separator: " ", maxSplits: 1)
    guard words.count == 2, let method = Method(rawValue: String(words[0])) else { return nil }
    self.init(
      method, String(words[1]),
      fields: ["Content-Type": String(decoding: lines[1], as: UTF8.self)], body: Array(lines[2]))
  }
}
