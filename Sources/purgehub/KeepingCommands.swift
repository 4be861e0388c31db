import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore

extension Command {
  static let backup = Command(
    shape: CommandShape(
      words: ["backup"],
      summary:
        "Copy the database as it is at one moment into a new folder, also while a hub serves.",
      flags: [
        .init(name: "--output", value: "FOLDER", help: "the folder, which must not be there yet"),
        .init(
          name: "--with-key", value: nil,
          help:
            "put the master key beside it: then the folder alone names the people of open requests"),
      ],
      example: "purgehub backup --output /backups/purgehub-monday")
  ) { session async throws(CommandFailure) in
    let folder = Session.absolute(try session.required("--output"))
    let answer = try await session.ask(
      .post, "/v1/backups",
      ["folder": .string(folder), "withKey": .bool(session.arguments.has("--with-key"))])
    guard !session.wantsJSON else {
      session.print(json: answer)
      return .done
    }
    session.console.say(
      "\(folder) holds the database, \(answer["bytes"]?.integer ?? 0) bytes, read in full.")
    session.console.say(
      answer["holdsMasterKey"]?.bool == true
        ? "The master key lies beside it: keep the folder as you keep the key."
        : "Without the master key nobody in it can be read; keep the key elsewhere.")
    return .done
  }

  static let checkBackup = Command(
    shape: CommandShape(
      words: ["backup", "check"], operands: ["FOLDER"],
      summary: "Say whether a backup is as it was written, and whether the master key fits.",
      example: "purgehub backup check /backups/purgehub-monday"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let folder = Session.absolute(session.arguments.operands[0])
    let settings = try HouseDoor.settings(session.arguments)
    let finding: BackupFinding
    do throws(HouseError) {
      finding = try settings.checkBackup(
        in: folder, environment: ProcessInfo.processInfo.environment)
    } catch { throw CommandFailure(error) }
    session.wantsJSON
      ? session.print(json: finding.json) : session.show(finding, of: folder)
    return finding.problems.isEmpty ? (finding.keyFits == false ? .attention : .done) : .badInput
  }

  static let migrate = Command(
    shape: CommandShape(
      words: ["migrate"],
      summary: "Bring the database to this hub's version, as every other command does by itself.",
      flags: [
        .init(name: "--check", value: nil, help: "only say which version it has; change nothing")
      ],
      example: "purgehub migrate --check"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let settings = try HouseDoor.settings(session.arguments)
    let before = try session.version(of: settings)
    if session.arguments.has("--check") {
      session.show(before, of: settings)
      return before.isOlder ? .attention : .done
    }
    if before.isOlder {
      let door = try await HouseDoor.open(settings, .asAccepted)
      await door.close()
    }
    session.show(try session.version(of: settings), of: settings, after: before)
    return .done
  }
}

// Backups.
extension Session {
  /// A path as the hub can use it, which may work in another folder.
  fileprivate static func absolute(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    let standard = URL(filePath: whole).standardized.path
    return standard.count > 1 && standard.hasSuffix("/") ? String(standard.dropLast()) : standard
  }

  fileprivate func show(_ finding: BackupFinding, of folder: String) {
    guard finding.problems.isEmpty else {
      return finding.problems.forEach { console.complain("purgehub: \($0)") }
    }
    let (made, schema) = (finding.manifest["made"]?.string, finding.manifest["schema"]?.integer)
    console.say(
      "\(folder) is as it was written at \(made ?? ""), of schema \(schema ?? 0).")
    switch finding.keyFits {
    case true?: console.say("The master key fits.")
    case false?: console.say("The master key of these settings is not its key \(finding.key).")
    case nil: console.say("It needs the master key \(finding.key); these settings have none.")
    }
  }
}

extension BackupFinding {
  fileprivate var json: JSON {
    [
      "isGood": .bool(problems.isEmpty), "problems": .array(problems.map(JSON.string)),
      "keyFits": keyFits.map { .bool($0) } ?? .null, "backup": manifest,
    ]
  }
}

// Versions.
extension Session {
  fileprivate func version(of settings: Settings) throws(CommandFailure) -> DatabaseStanding {
    do throws(HouseError) { return try settings.databaseStanding() } catch {
      throw CommandFailure(error)
    }
  }

  fileprivate func show(
    _ standing: DatabaseStanding, of settings: Settings, after before: DatabaseStanding? = nil
  ) {
    guard !wantsJSON else { return print(json: standing.json(after: before)) }
    console.say(standing.sentence(settings.data))
    guard let old = before?.found, old != standing.found else { return }
    console.say(
      "It was of schema \(old); \(settings.oldCopy(of: old)) is a copy from before, kept for a week."
    )
  }
}

extension DatabaseStanding {
  fileprivate func json(after before: DatabaseStanding?) -> JSON {
    [
      "found": found.map { JSON($0) } ?? .null, "known": JSON(known), "state": .string(word),
      "before": before?.found.map { JSON($0) } ?? .null,
    ]
  }

  private var word: String { isOlder ? "older" : found == nil ? "none" : "current" }

  fileprivate func sentence(_ folder: String) -> String {
    guard let found else { return "\(folder) has no database yet; this hub makes schema \(known)." }
    return isOlder
      ? "\(folder) is of schema \(found), this hub's is \(known); purgehub migrate brings it there."
      : "\(folder) is of schema \(found), which is this hub's."
  }
}
