public import Connectors
public import Documents
import Foundation
public import PurgeCore

/// The hub's own settings; `config/purgehub.json5` lists each with its default.
///
/// A value in the environment (`PURGEHUB_DEADLINE=20d`) wins over the file, the file over the
/// default. Paths in the file are relative to the file, paths in the environment to the process.
public struct Settings: Sendable, Hashable {
  /// The folder with database, lock and master key.
  public var data: String
  /// The folder with one file per connector.
  public var connectors: String
  /// The folder with one folder per manifest.
  public var manifests: String
  /// Where the master key is kept; nil: `master.key` in the data folder, made at the first start.
  ///
  /// It is 64 hexadecimal digits, and a file of it one that only its owner may read.
  public var masterKey: SecretReference?
  /// How long a request may take (ALM-53).
  public var deadline = Span.days(30)
  /// How long a confirmed request waits before its first call, and can still be cancelled.
  public var waitingPeriod = Span.seconds(0)
  /// Above how many people the confirmation is a phrase to be typed (ALM-23, OS-11).
  public var phraseAbove = 50
  /// Above how many people a request travels in the bulk lane.
  public var bulkAbove = 50
  /// The most people in one request.
  public var maxPeople = 1_000_000
  /// Above how many people a second person must approve; nil: never.
  public var approvalAbove: Int?
  /// The largest share of all known people in one request (OS-05); nil: no cap.
  public var maxShare: Share?
  /// How many people there are, as the hub's owner says; the cap is a share of them.
  public var knownSubjects: Int?
  /// How long a stop waits for calls in flight.
  public var drainTimeout = Span.seconds(25)
  /// Who is told of what happens, and how (ALM-19, OS-13).
  public var notices = NoticeSettings()

  /// Settings that say nothing but where things are, relative to a root folder.
  public init(root: String) {
    data = root + "/.purgehub"
    connectors = root + "/config/connectors"
    manifests = root + "/Connectors"
  }

  /// When a request begins that becomes effective now; nil: at once, since there is no waiting period.
  func start(from now: Instant) -> Instant? {
    waitingPeriod > .seconds(0) ? now + waitingPeriod : nil
  }
}

extension Settings {
  /// Reads the settings file, if there is one, and what the environment overrides.
  ///
  /// Without a file, the defaults hold; folders are relative to the root. Throws `HouseError` with
  /// everything that is wrong, not only the first.
  public static func load(
    file: String?, root: String, environment: [String: String]
  ) throws(HouseError) -> Settings {
    var settings = Settings(root: root)
    var problems: [Diagnostic] = []
    do throws(Diagnostics) {
      if let file { problems += try settings.read(file) }
    } catch { problems += error.list }
    problems += settings.override(from: environment)
    problems += settings.capWithoutWhole(file)
    guard problems.isEmpty else {
      throw HouseError(
        kind: .configuration, problem: problems.map(\.description).joined(separator: "\n"),
        remedy: "")
    }
    return settings
  }

  /// A share of an unknown number of people would cap nothing.
  private func capWithoutWhole(_ file: String?) -> [Diagnostic] {
    guard maxShare != nil, knownSubjects == nil else { return [] }
    return [
      Diagnostic(
        file: file ?? "environment", line: 1, setting: "maxShare",
        problem: "is a share of an unknown number of people",
        remedy: "say in knownSubjects how many there are")
    ]
  }

  private mutating func read(_ file: String) throws(Diagnostics) -> [Diagnostic] {
    let document = try Document(configuration: file)
    guard let members = document.root.members else {
      let problem = "is \(document.root.kindInWords), not an object"
      throw Diagnostics([
        Diagnostic(
          file: file, line: 1, setting: "", problem: problem, remedy: "write { ... } around it")
      ])
    }
    let folder = Self.folder(of: file)
    // An editor's line; it means nothing to the hub.
    return members.filter { $0.name != "$schema" }.compactMap { member in
      take(member.value, named: member.name, relativeTo: folder).map { problem in
        Diagnostic(
          file: file, line: document.nearestLine(of: JSONPointer(steps: [member.name])),
          setting: member.name, problem: problem.what, remedy: problem.remedy)
      }
    }
  }

  /// Where the file's relative paths begin.
  static func folder(of file: String) -> String {
    let folder = (file as NSString).deletingLastPathComponent
    // A bare name lies in the process's folder, not in the root of the disk.
    return folder.isEmpty ? "." : folder
  }

  private mutating func override(from environment: [String: String]) -> [Diagnostic] {
    // This one variable holds the key itself, not the place where it is kept.
    if environment[Self.keyVariable] != nil { masterKey = .environment(Self.keyVariable) }
    return Self.rows.compactMap { row in
      guard row.variable != Self.keyVariable, let text = environment[row.variable] else {
        return nil
      }
      let value = Int(text).map { JSON($0) } ?? .string(text)
      return take(value, named: row.name, relativeTo: ".").map { problem in
        Diagnostic(
          file: "environment", line: 1, setting: row.variable, problem: problem.what,
          remedy: problem.remedy)
      }
    }
  }

  private mutating func take(
    _ value: JSON, named name: String, relativeTo folder: String
  ) -> Misfit? {
    guard let row = Self.rows.first(where: { $0.name == name }) else {
      let known = Self.rows.map(\.name).joined(separator: ", ")
      return Misfit(what: "is not a setting", remedy: "the settings are \(known)")
    }
    return row.take(&self, value, folder)
  }
}

/// What is wrong with a value and what would be right.
struct Misfit: Error {
  var what: String
  var remedy: String
}

extension Settings {
  /// One setting: its name in the file, its name in the environment, and how it is taken.
  private struct Row: Sendable {
    var name: String
    /// What its value must look like, as JSON Schema.
    var schema: JSON
    var take: @Sendable (inout Settings, JSON, String) -> Misfit?

    var variable: String {
      "PURGEHUB_"
        + name.reduce(into: "") { text, character in
          if character.isUppercase { text.append("_") }
          text += character.uppercased()
        }
    }
  }

  /// The variable with the master key itself.
  static let keyVariable = "PURGEHUB_MASTER_KEY"

  /// The names of all settings, as the file has them.
  public static var names: [String] { rows.map(\.name) }

  private static let rows: [Row] = [
    folder("data", \.data), folder("connectors", \.connectors), folder("manifests", \.manifests),
    Row(name: "masterKey", schema: keySchema) { settings, value, folder in
      settings.takeKey(value, folder)
    },
    span("deadline", \.deadline, atLeast: .minutes(1)),
    span("waitingPeriod", \.waitingPeriod, atLeast: .seconds(0)),
    count("phraseAbove", \.phraseAbove, in: 0...1_000_000),
    count("bulkAbove", \.bulkAbove, in: 0...1_000_000),
    count("maxPeople", \.maxPeople, in: 1...10_000_000),
    optionalCount("approvalAbove", \.approvalAbove, in: 0...10_000_000),
    Row(name: "maxShare", schema: shareSchema) { settings, value, _ in
      settings.takeShare(value)
    },
    optionalCount("knownSubjects", \.knownSubjects, in: 1...100_000_000_000),
    span("drainTimeout", \.drainTimeout, atLeast: .seconds(1)),
    Row(name: "notices", schema: NoticeSettings.schema) { settings, value, folder in
      do throws(Misfit) {
        settings.notices = try NoticeReading(folder: folder).settings(value)
        return nil
      } catch { return error }
    },
  ]

  /// The JSON Schema (2020-12) of the settings file, for editors.
  public static let schema: JSON = [
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "PurgeHub's settings", "type": "object", "additionalProperties": false,
    "properties": .object(
      [.init("$schema", ["type": "string"])] + rows.map { .init($0.name, $0.schema) }),
  ]

  private static let keySchema: JSON = ["anyOf": [["type": "null"], SecretReference.schema]]

  private static func folder(
    _ name: String, _ path: any WritableKeyPath<Settings, String> & Sendable
  ) -> Row {
    Row(name: name, schema: ["type": "string", "minLength": 1]) { settings, value, folder in
      guard let text = value.string, !text.isEmpty else {
        return Misfit(what: "is \(value.kindInWords)", remedy: "write a folder's path")
      }
      settings[keyPath: path] = absolute(text, folder)
      return nil
    }
  }

  private static func span(
    _ name: String, _ path: any WritableKeyPath<Settings, Span> & Sendable, atLeast least: Span
  ) -> Row {
    Row(name: name, schema: ["type": "string", "pattern": "^[0-9]+(ms|s|min|m|h|d)$"]) {
      settings, value, _ in
      guard let span = value.string.flatMap(Span.init), span >= least else {
        return Misfit(
          what: "is no length of time the hub can use here",
          remedy: "write a number and ms, s, m, h or d, such as \"30d\"")
      }
      settings[keyPath: path] = span
      return nil
    }
  }

  private static func count(
    _ name: String, _ path: any WritableKeyPath<Settings, Int> & Sendable,
    in range: ClosedRange<Int>
  ) -> Row {
    let schema: JSON = [
      "type": "integer", "minimum": JSON(range.lowerBound), "maximum": JSON(range.upperBound),
    ]
    return Row(name: name, schema: schema) { settings, value, _ in
      guard let count = value.integer, range.contains(count) else {
        return Misfit(
          what: "is no number the hub can use here",
          remedy: "write a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      settings[keyPath: path] = count
      return nil
    }
  }

  private static func optionalCount(
    _ name: String, _ path: any WritableKeyPath<Settings, Int?> & Sendable,
    in range: ClosedRange<Int>
  ) -> Row {
    let number: JSON = [
      "type": "integer", "minimum": JSON(range.lowerBound), "maximum": JSON(range.upperBound),
    ]
    return Row(name: name, schema: ["anyOf": [["type": "null"], number]]) { settings, value, _ in
      guard !value.isNull else {
        settings[keyPath: path] = nil
        return nil
      }
      guard let count = value.integer, range.contains(count) else {
        return Misfit(
          what: "is no number the hub can use here",
          remedy: "write a whole number from \(range.lowerBound) to \(range.upperBound), or null")
      }
      settings[keyPath: path] = count
      return nil
    }
  }

  private static let shareSchema: JSON = [
    "anyOf": [
      ["type": "null"], ["type": "string", "pattern": "^[0-9]{1,3}([.][0-9]{1,4})?%$"],
    ]
  ]

  private mutating func takeShare(_ value: JSON) -> Misfit? {
    guard !value.isNull else {
      maxShare = nil
      return nil
    }
    guard let share = value.string.flatMap(Share.init) else {
      return Misfit(
        what: "is no share of all people",
        remedy: "write more than 0 and at most 100 percent, such as \"5%\", or null")
    }
    maxShare = share
    return nil
  }

  private mutating func takeKey(_ value: JSON, _ folder: String) -> Misfit? {
    if value.isNull { return nil }
    guard let place = SecretReference(value, relativeTo: folder) else {
      return Misfit(
        what: "does not say where the key is kept",
        remedy: "write { env: \"NAME\" } or { file: \"PATH\" }; a key never stands in the file")
    }
    masterKey = place
    return nil
  }

  private static func absolute(_ path: String, _ folder: String) -> String {
    path.hasPrefix("/") ? path : folder + "/" + path
  }
}
