import Documents
import Hub
import PurgeCore

/// The program: reads a command line, runs the command, says how it ended.
enum Tool {
  /// Runs one command line; the first word is the program's own name.
  static func run(_ words: [String]) async -> ExitCode {
    Memory.keepSmall()
    let words = Array(words.dropFirst())
    let console = Console()
    guard let first = words.first, !["--help", "-h", "help"].contains(first) else {
      console.say(Help.overview())
      return words.isEmpty ? .usage : .done
    }
    do throws(UsageError) {
      let (command, rest) = try Command.find(first == "--version" ? ["version"] : words)
      let arguments = try Arguments(rest, for: command.shape)
      if arguments.has("--help") {
        console.say(Help.page(command.shape))
        return .done
      }
      return await run(command, arguments, console)
    } catch {
      console.complain("purgehub: \(error.problem); \(error.remedy).")
      return .usage
    }
  }

  private static func run(
    _ command: Command, _ arguments: Arguments, _ console: Console
  ) async -> ExitCode {
    do throws(CommandFailure) {
      let door: any Door =
        if let opening = command.opening(for: arguments) {
          try await HouseDoor.open(arguments, opening)
        } else {
          NoDoor()
        }
      return try await run(command, Session(arguments: arguments, door: door))
    } catch {
      report(error, console, asJSON: arguments.has("--json"))
      return error.exit
    }
  }

  /// Runs a command and closes its door, however it ended.
  private static func run(
    _ command: Command, _ session: Session
  ) async throws(CommandFailure) -> ExitCode {
    do throws(CommandFailure) {
      let ending = try await command.run(session)
      await session.door.close()
      return ending
    } catch {
      await session.door.close()
      throw error
    }
  }

  private static func report(_ failure: CommandFailure, _ console: Console, asJSON: Bool) {
    guard !asJSON else {
      return console.complain(String(decoding: failure.json.encodedPretty(), as: UTF8.self))
    }
    let code = failure.code.map { " (code \($0.number))" } ?? ""
    let remedy = failure.remedy.isEmpty ? "" : "\n  \(failure.remedy)"
    console.complain("purgehub: \(failure.problem)\(code)\(remedy)")
  }
}
