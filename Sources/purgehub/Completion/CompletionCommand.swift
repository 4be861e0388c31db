import Documents
import Foundation
import Hub
import Web

extension Command {
  static let completions = Command(
    shape: CommandShape(
      words: ["completions"], operands: ["SHELL"],
      summary: "Print what makes a shell complete commands: bash, zsh or fish.",
      example: "purgehub completions bash"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let word = session.arguments.operands[0]
    if let shell = Shell(rawValue: word) {
      session.console.say(shell.script)
    } else if word == Shell.question {
      session.complete()
    } else {
      throw CommandFailure(
        exit: .usage, problem: "There are no completions for that shell",
        remedy: "Name bash, zsh or fish.")
    }
    return .done
  }
}

extension Session {
  /// Answers a shell: the words typed so far stand on standard input, a line each, where no other
  /// user sees them.
  fileprivate func complete() {
    let input = String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
    let words = input.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let completion = Completion(input.hasSuffix("\n") ? words.dropLast() : words) { source in
      names(source)
    }
    completion.answer.lines.forEach { console.say($0) }
  }

  /// Names from folders and tables; no hub is asked.
  private func names(_ source: Completion.Source) -> [Completion.Candidate] {
    let settings = try? HouseDoor.settings(arguments)
    switch source {
    case .shells: return Shell.allCases.map { .init(word: $0.rawValue) }
    case .codes:
      return (CodeManual.list["codes"]?.array ?? []).map {
        .init(word: String($0["code"]?.integer ?? 0), help: $0["title"]?.string ?? "")
      }
    case .kinds: return (settings.map { Catalogue($0).names } ?? []).map { .init(word: $0) }
    case .connectors: return (settings?.connectorNames ?? []).map { .init(word: $0) }
    }
  }
}
