import Connectors
import Foundation
import PurgeCore
import Testing

@Suite struct `The page about the language` {
  @Test(arguments: KnownWords.places)
  func `explains every word known at a place`(place: KnownWords.Place) throws {
    let page = try ReferencePage.text()
    let words = try KnownWords.listed(for: place)
    #expect(words.count > 1)
    for word in words {
      // A function with an argument stands in its brackets.
      let isExplained = page.contains("`\(word)`") || page.contains("`[\"\(word)\", ")
      #expect(isExplained, "\(word)")
    }
  }

  @Test(arguments: [
    "id", "kind", "label", "prioritization", "identity", "person", "request", "requestedAt", "uuid",
    "uuid4", "now", "today", "epoch", "nonce", "body", "job", "cursor",
  ])
  func `explains every name that is built in`(name: String) throws {
    let isExplained = try ReferencePage.text().contains("`{\(name)}`")
    #expect(isExplained)
  }

  @Test func `has manifests, an account's file and exchanges as examples`() throws {
    let files = try ReferencePage.examples().map(\.file)
    #expect(files.filter { $0.hasSuffix("connector.json5") }.count > 1)
    #expect(files.filter { $0.hasSuffix("exchanges.json5") }.count == 1)
    #expect(files.filter { $0.hasPrefix("config/connectors") }.count == 1)
  }

  @Test func `has only manifests that can be read`() throws {
    #expect(throws: Never.self) { try ReferencePage.manifests() }
  }

  @Test func `has an account's file that fits its manifest`() throws {
    let manifests = try ReferencePage.manifests()
    for (file, text) in try ReferencePage.examples() where file.hasPrefix("config/connectors") {
      let connector = try ConnectorConfiguration(
        named: ConnectorName("acme-eu"), reading: Array(text.utf8), file: file,
        manifests: manifests
      ) { _ in .success("test-key") }
      #expect(connector.isEnabled)
    }
  }

  @Test func `has exchanges that go as recorded`() throws {
    let manifests = try ReferencePage.manifests()
    for (file, text) in try ReferencePage.examples() where file.hasSuffix("exchanges.json5") {
      let name = ReferencePage.vendor(of: file)
      let manifest = try #require(manifests[name])
      for story in try Exchanges(of: name, reading: Array(text.utf8)).cases {
        #expect(story.replay(manifest) == [], "\(story.title)")
      }
    }
  }
}

/// `Connectors/README.md` and the files it shows.
private enum ReferencePage {
  static func text() throws -> String {
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return String(
      decoding: try Data(contentsOf: root.appending(path: "Connectors/README.md")), as: UTF8.self)
  }

  /// The fenced JSON5 that begins with the path of its file.
  static func examples() throws -> [(file: String, text: String)] {
    try text().components(separatedBy: "```json5\n").dropFirst().compactMap { rest in
      let text = rest.components(separatedBy: "```").first ?? ""
      let first = text.split(separator: "\n").first?.drop { $0 == " " } ?? ""
      return first.hasPrefix("// Conn") || first.hasPrefix("// conf")
        ? (String(first.dropFirst(3)), text) : nil
    }
  }

  static func manifests() throws -> [String: Manifest] {
    var manifests: [String: Manifest] = [:]
    for (file, text) in try examples() where file.hasSuffix("connector.json5") {
      let name = vendor(of: file)
      manifests[name] = try Manifest(named: name, reading: Array(text.utf8))
    }
    return manifests
  }

  static func vendor(of file: String) -> String {
    file.split(separator: "/").dropFirst().first.map(String.init) ?? ""
  }
}

/// The words the loaders know, as they list them when one is not known or has another value.
enum KnownWords {
  enum File: Sendable {
    case manifest, configuration, exchanges
  }

  struct Place: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let file: File
    let text: String

    init(_ description: String, _ file: File, _ text: String) {
      testDescription = description
      self.file = file
      self.text = text
    }
  }

  private static let step = "delete: \"/u/{id}\""
  private static let look = "get: \"/u/{id}\", find"

  static let places = [
    Place("a manifest", .manifest, "zz: 1"),
    Place("its send", .manifest, "send: \"zz\""),
    Place("its evidence", .manifest, "evidence: \"zz\""),
    Place("settings", .manifest, "settings: { zz: 1 }"),
    Place("a setting", .manifest, "settings: { properties: { a: { zz: 1 } } }"),
    Place("a setting's type", .manifest, "settings: { properties: { a: { type: \"zz\" } } }"),
    Place("a setting's format", .manifest, "settings: { properties: { a: { format: \"zz\" } } }"),
    Place("auth", .manifest, "auth: { zz: 1 }"),
    Place("aws", .manifest, "auth: { aws: { zz: 1 } }"),
    Place("a token", .manifest, "auth: { token: { zz: 1 } }"),
    Place("limits", .manifest, "limits: { zz: 1 }"),
    Place("a wait", .manifest, "limits: { wait: { zz: 1 } }"),
    Place("a wait's kind", .manifest, "limits: { wait: { header: \"X\", as: \"zz\" } }"),
    Place("a rule", .manifest, "outcome: [{ zz: 1 }]"),
    Place("an outcome", .manifest, "outcome: [{ status: 404, is: \"zz\" }]"),
    Place("a step", .manifest, "erase: [{ zz: 1 }]"),
    Place("a batch", .manifest, "erase: [{ \(step), batch: { zz: 1 } }]"),
    Place("items", .manifest, "erase: [{ \(step), items: { zz: 1 } }]"),
    Place("csv", .manifest, "erase: [{ post: \"\", csv: { zz: 1 } }]"),
    Place("find", .manifest, "erase: [{ \(look): { zz: 1 } }]"),
    Place("a page", .manifest, "erase: [{ \(look): { in: \"$[*]\", page: { zz: 1 } } }]"),
    Place("each", .manifest, "erase: [{ post: \"\", json: { $each: \"people\", zz: 1 } }]"),
    Place("each's source", .manifest, "erase: [{ post: \"\", json: { $each: \"zz\" } }]"),
    Place("poll", .manifest, "poll: { zz: 1 }"),
    Place("verify", .manifest, "verify: { zz: 1 }"),
    Place("check", .manifest, "check: { zz: 1 }"),
    Place("a function", .manifest, "let: { a: [\"{id}\", \"zz\"] }"),
    Place("an account's file", .configuration, "zz: 1"),
    Place("its limits", .configuration, "limits: { zz: 1 }"),
    Place("exchanges", .exchanges, "zz: 1"),
    Place("a case", .exchanges, "cases: [{ zz: 1 }]"),
    Place("what a case shows", .exchanges, "cases: [{ shows: \"zz\" }]"),
    Place(
      "an exchange", .exchanges,
      "cases: [{ case: \"a\", shows: [], people: [], exchanges: [{ zz: 1 }] }]"),
    Place(
      "a failure", .exchanges,
      "cases: [{ case: \"a\", shows: [], people: [], exchanges: [{ request: { method: \"GET\", url: \"u\" }, failure: \"zz\" }] }]"
    ),
  ]

  /// The words of the one list that speaks of `zz`.
  static func listed(for place: Place) throws -> [String] {
    let lists = try diagnostics(of: place).compactMap { diagnostic -> [String]? in
      let marks = [
        "words known here are ", "the functions are ", "its words are ",
      ]
      let text = "\(diagnostic.problem); \(diagnostic.remedy)"
      guard let mark = marks.first(where: text.contains) else { return nil }
      return text.components(separatedBy: mark).last?
        .components(separatedBy: ", ").map { $0.filter { $0 != "\"" } }
    }
    return try #require(lists.first)
  }

  private static func diagnostics(of place: Place) throws -> [Diagnostic] {
    do {
      switch place.file {
      case .manifest: _ = try makeManifest("{ name: \"vendor\", \(place.text) }")
      case .configuration:
        let manifest = try makeManifest(with: "erase: [{ \(step) }]")
        _ = try ConnectorConfiguration(
          named: ConnectorName("a"), reading: Array("{ use: \"vendor\", \(place.text) }".utf8),
          file: "a.json5", manifests: ["vendor": manifest]
        ) { _ in .success("") }
      case .exchanges: _ = try Exchanges(of: "a", reading: Array("{ \(place.text) }".utf8))
      }
      return []
    } catch let problems as Diagnostics {
      return problems.list
    }
  }
}
