import Documents
import Foundation
import HTTPTypes

/// The flags that say who is purged and why, and the request made of them.
enum SelectionFlags {
  /// The flags that say who.
  static let names: [CommandShape.Flag] =
    personFlags + [
      .init(
        name: "--csv", value: "FILE", help: "one column named for its kind; - for standard input")
    ]

  static let flags: [CommandShape.Flag] =
    names + [
      .init(
        name: "--prioritization", value: "WORDS",
        help: "which of several matches: identified or unidentified, most_recently_updated"),
      .init(
        name: "--purpose", value: "WORD", help: "erasure (default), retentionPolicy, dataHygiene"),
      .init(name: "--regulation", value: "NAME", help: "for erasure: gdpr (default), ccpa, ..."),
    ]

  /// Those that name people, without a file.
  static let personFlags: [CommandShape.Flag] =
    kinds.map { flag, kind in
      .init(
        name: flag, value: kind == "userAlias" ? "LABEL:NAME" : "VALUE",
        help: "a person by \(kind)", isRepeated: true)
    } + [
      .init(
        name: "--id", value: "KIND=VALUE",
        help: "a person by a kind of the vendors', such as brazeId",
        isRepeated: true)
    ]

  private static let kinds = [
    ("--email", "email"), ("--external-id", "externalId"), ("--phone", "phone"),
    ("--user-alias", "userAlias"), ("--device-id", "deviceId"),
  ]

  /// The body and its media type; options travel in the query when the body is a CSV.
  static func request(
    _ path: String, _ session: Session, options: [JSON.Member] = []
  ) throws(CommandFailure) -> HTTPRequest {
    let options = options + reasons(session.arguments)
    let identifiers = try identifiers(session.arguments)
    guard let file = session.arguments.value("--csv") else {
      let body = JSON.object([.init("identifiers", .object(identifiers))] + options)
      return HTTPRequest(
        .post, path, fields: ["Content-Type": "application/json"], body: body.encoded())
    }
    guard identifiers.isEmpty else {
      throw CommandFailure(
        exit: .usage, problem: "people are named by flags and by --csv",
        remedy: "Put all of them into the file, or none.")
    }
    let query = options.map { "\($0.name)=\(session.escaped(text($0.value)))" }
      .joined(separator: "&")
    return HTTPRequest(
      .post, path + (query.isEmpty ? "" : "?" + query), fields: ["Content-Type": "text/csv"],
      body: try contents(of: file))
  }

  private static func text(_ value: JSON) -> String {
    value.string ?? value.array?.compactMap(\.string).joined(separator: ",")
      ?? String(decoding: value.encoded(), as: UTF8.self)
  }

  private static func reasons(_ arguments: Arguments) -> [JSON.Member] {
    var members: [JSON.Member] = []
    if let words = arguments.value("--prioritization") {
      let list = words.split(separator: ",").map { JSON.string(String($0)) }
      members.append(.init("prioritization", .array(list)))
    }
    for (flag, name) in [("--purpose", "purpose"), ("--regulation", "regulation")] {
      if let value = arguments.value(flag) { members.append(.init(name, .string(value))) }
    }
    return members
  }

  static func identifiers(_ arguments: Arguments) throws(CommandFailure) -> [JSON.Member] {
    var members: [JSON.Member] = []
    for (flag, kind) in kinds where !arguments.all(flag).isEmpty {
      var values: [JSON] = []
      for text in arguments.all(flag) {
        values.append(kind == "userAlias" ? try alias(text) : .string(text))
      }
      members.append(.init(kind, .array(values)))
    }
    for text in arguments.all("--id") {
      let (kind, value) = try halves(of: text, at: "=", flag: "--id", shape: "KIND=VALUE")
      if let place = members.firstIndex(where: { $0.name == kind }) {
        members[place].value = .array((members[place].value.array ?? []) + [.string(value)])
      } else {
        members.append(.init(kind, .array([.string(value)])))
      }
    }
    return members
  }

  private static func alias(_ text: String) throws(CommandFailure) -> JSON {
    let (label, name) = try halves(of: text, at: ":", flag: "--user-alias", shape: "LABEL:NAME")
    return ["name": .string(name), "label": .string(label)]
  }

  private static func halves(
    of text: String, at separator: Character, flag: String, shape: String
  ) throws(CommandFailure) -> (String, String) {
    let parts = text.split(separator: separator, maxSplits: 1)
    guard parts.count == 2 else {
      throw CommandFailure(
        exit: .usage, problem: "\(flag) needs two parts", remedy: "Write \(flag) \(shape).")
    }
    return (String(parts[0]), String(parts[1]))
  }

  /// The bytes of a file; `-` is standard input.
  static func contents(of file: String) throws(CommandFailure) -> [UInt8] {
    let data =
      file == "-"
      ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
    guard let data else {
      throw CommandFailure(
        exit: .noInput, problem: "\(file) cannot be read",
        remedy: "Check that the file is there and that you may read it.")
    }
    return Array(data)
  }
}
