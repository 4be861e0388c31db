import Documents
import HTTPTypes
import Hub
import PurgeCore

extension Command {
  static let recordConnector = Command(
    shape: CommandShape(
      words: ["connectors", "record"], operands: ["NAME"],
      summary: "Ask a vendor its check, look one person up, and write that down with nobody in it.",
      flags: SelectionFlags.personFlags + [
        .init(name: "--output", value: "FILE", help: "where to write, instead of the kind's folder")
      ],
      example: "purgehub connectors record acme-eu --email ada@example.com")
  ) { session async throws(CommandFailure) in
    var report = try await session.recordingReport()
    let file = try session.write(report)
    if session.wantsJSON {
      report = .object((report.members ?? []) + [.init("file", file.map(JSON.string) ?? .null)])
      session.print(json: report)
    } else {
      session.showRecording(report, file)
    }
    return report["isSound"]?.bool == true ? .done : .attention
  }
}

extension Session {
  fileprivate func recordingReport() async throws(CommandFailure) -> JSON {
    let identifiers = try SelectionFlags.identifiers(arguments)
    do throws(CommandFailure) {
      return try await ask(
        .post, connectorPath + "/record", ["identifiers": .object(identifiers)])
    } catch {
      var failure = error
      switch error.code {
      case Code.unreachable?: failure.exit = .unavailable
      case Code.credentialRejected?: failure.exit = .attention
      case Code.rateLimited?, Code.vendorFailed?: failure.exit = .tryAgain
      default: break
      }
      throw failure
    }
  }

  /// Writes what was recorded where nothing is yet; nil where it is only shown.
  fileprivate func write(_ report: JSON) throws(CommandFailure) -> String? {
    guard report["isSound"]?.bool == true, let text = report["exchanges"]?.string,
      let kind = report["kind"]?.string
    else { return nil }
    let named = arguments.value("--output")
    let folder = try HouseDoor.settings(arguments).manifests
    let file = named ?? folder + "/\(kind)/exchanges.json5"
    do throws(CommandFailure) { try create(file, Array(text.utf8)) } catch {
      guard named == nil else { throw error }
      return nil
    }
    return file
  }

  fileprivate func showRecording(_ report: JSON, _ file: String?) {
    let text = report["exchanges"]?.string ?? ""
    // Where the text itself is the output, what is said about it stays out of it.
    let say = file == nil ? console.complain : console.say
    for story in report["cases"]?.array ?? [] {
      say("\(story["shows"]?.string ?? ""): \(story["case"]?.string ?? "")")
    }
    if let next = report["unsent"], !next.isNull {
      say("not sent: \(next["method"]?.string ?? "") \(next["url"]?.string ?? "")")
    }
    for note in report["notes"]?.array ?? [] { say(note.string ?? "") }
    if let file {
      console.say("Wrote \(file). Read it before you share it, then run")
      console.say("  purgehub connectors test \(report["kind"]?.string ?? "")")
    } else {
      if report["isSound"]?.bool == true {
        console.complain(
          "The folder has an exchanges.json5 already; --output FILE writes elsewhere.")
      }
      console.say(text)
    }
  }
}
