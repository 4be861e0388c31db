import HTTPTypes

/// A place where bytes of strangers come in.
///
/// Whatever the bytes are, running a target must end soon, must not crash, and must not throw.
public enum FuzzTarget: String, Sendable, CaseIterable {
  /// A vendor's answers to the requests of a shipped manifest.
  case answer
  /// A request to the API.
  case body
  /// A connector's file.
  case connector
  /// A list of identifiers.
  case csv
  /// A JSON or JSON5 text.
  case json
  /// A manifest.
  case manifest
  /// A path, pointer, pattern or template within a manifest.
  case path
  /// A receipt that somebody hands in, or a key for it.
  case receipt
  /// A file whose rows are screened for purged people.
  case screen
  /// The hub's settings, as a file and as variables.
  case settings

  /// Reads the bytes as a stranger's.
  public func run(_ bytes: [UInt8]) async throws(Broken) {
    switch self {
    case .answer: try AnswerTarget.run(bytes)
    case .body: try await BodyTarget.run(bytes)
    case .connector: try ConnectorTarget.run(bytes)
    case .csv: try CSVTarget.run(bytes)
    case .json: try JSONTarget.run(bytes)
    case .manifest: try ManifestTarget.run(bytes)
    case .path: try PathTarget.run(bytes)
    case .receipt: try await ReceiptTarget.run(bytes)
    case .screen: try await ScreenTarget.run(bytes)
    case .settings: try SettingsTarget.run(bytes)
    }
  }

  /// Inputs that the repository's own files give, beside the seeds that are kept.
  public var recorded: [[UInt8]] {
    switch self {
    case .answer: AnswerTarget.recorded
    case .connector: ConnectorTarget.recorded
    case .json, .manifest: Shipped.names.map(Shipped.manifestText)
    case .settings: [Shipped.bytes("config/purgehub.json5")]
    case .body, .csv, .path, .receipt, .screen: []
    }
  }
}

/// A promise that some bytes broke, in words.
public struct Broken: Error, Sendable, CustomStringConvertible {
  /// What was to hold and did not.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Stops unless a promise is kept.
func expect(_ isKept: Bool, _ promise: @autoclosure () -> String) throws(Broken) {
  guard isKept else { throw Broken(promise()) }
}

/// An invented person's name: where it comes in, no message may carry it out.
enum Marker {
  static let text = "guest-77@"

  static func isIn(_ bytes: [UInt8]) -> Bool {
    let marker = Array(text.utf8)
    guard bytes.count >= marker.count else { return false }
    return (0...bytes.count - marker.count).contains { start in
      bytes[start] == marker[0] && bytes[start..<start + marker.count].elementsEqual(marker)
    }
  }
}

extension HTTPRequest {
  /// Nothing that came from a stranger may end a line early or lead away from https.
  func expectSound() throws(Broken) {
    try expect(url.lowercased().hasPrefix("https://"), "a request leaves by https")
    let isClean = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    try expect(isClean, "a URL holds neither blanks nor control characters")
    for field in fields {
      let text = field.name.utf8.joined(field.value.utf8)
      try expect(!text.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }, "a field is one line")
    }
  }
}

extension Sequence<UInt8> {
  fileprivate func joined(_ other: some Sequence<UInt8>) -> [UInt8] { Array(self) + Array(other) }
}
