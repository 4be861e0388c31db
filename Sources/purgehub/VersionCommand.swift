import Documents
import Hub

extension Command {
  static let version = Command(
    shape: CommandShape(
      words: ["version"], summary: "Print the version.", example: "purgehub version"),
    opening: nil
  ) { session async throws(CommandFailure) in
    if session.wantsJSON {
      session.print(json: ["name": "purgehub", "version": .string(versionNumber)])
    } else {
      session.console.say("purgehub \(versionNumber)")
    }
    return .done
  }

  /// The version, as releases are numbered.
  static let versionNumber = House.version
}
