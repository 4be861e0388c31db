import Foundation
import TestSupport
import Testing

@testable import purgehub

@Suite struct `What may follow on a command line` {
  private func answer(_ words: String...) -> [String] {
    Completion(words) { source in
      source == .connectors ? [.init(word: "braze-eu"), .init(word: "crm")] : [.init(word: "kind")]
    }.answer.lines.map { String($0.prefix { $0 != "\t" }) }
  }

  @Test func `are commands, groups once`() {
    #expect(answer("req") == ["requests"])
    #expect(answer("requests", "sh") == ["show"])
    #expect(Set(answer("")) == Set(Command.all.map { $0.shape.words[0] }))
    #expect(answer("nothing", "") == [])
  }

  @Test func `are flags that were not given yet`() {
    #expect(answer("requests", "show", "PRG", "--f") == ["--follow"])
    #expect(answer("requests", "show", "PRG", "--follow", "--f") == [])
    #expect(answer("plan", "--email", "a@example.org", "--em") == ["--email"])
    #expect(answer("requests", "show", "PRG", "") == answer("requests", "show", "PRG", "--"))
  }

  @Test func `are values of the kind that the help names`() {
    #expect(answer("connectors", "show", "b") == ["braze-eu"])
    #expect(answer("requests", "explain", "PRG", "c") == ["crm"])
    #expect(answer("requests", "retry", "PRG", "--connector", "") == ["braze-eu", "crm"])
    #expect(answer("connectors", "new", "x", "--use", "k") == ["kind"])
    #expect(answer("plan", "--csv", "peo") == [":files"])
    #expect(answer("doctor", "--data", "=", "da") == [":folders"])
    #expect(answer("plan", "--regulation", "") == [] && answer("requests", "show", "") == [])
  }

  @Test(arguments: Command.all.map(\.shape))
  private func `reach every command by its words`(shape: CommandShape) {
    for length in 1...shape.words.count {
      let typed = shape.words.prefix(length)
      let words = Array(typed.dropLast()) + [String(typed[length - 1].prefix(3))]
      let found = Completion(words) { _ in [] }.answer.lines.map { $0.prefix { $0 != "\t" } }
      #expect(found.contains(typed[length - 1][...]), "\(words)")
    }
  }
}

@Suite(.serialized) struct `A shell` {
  /// Runs a script in a shell that has read its completion; its last lines are what it offers.
  private func run(_ shell: String, _ script: String) async throws -> Ended {
    let journey = try Journey("batch")
    let bin = journey.desk.folder + "/bin"
    try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: bin + "/purgehub", withDestinationPath: Program.built("purgehub"))
    let completions = try await journey.run("completions", shell)
    try journey.desk.write(completions.output, to: "completions")
    let path = ["PATH": bin + ":/usr/local/bin:/usr/bin:/bin"]
    return try await journey.desk.program("/usr/bin/env", path).run([shell, "-c", script])
  }

  @Test func `of the name bash completes commands, connectors and files`() async throws {
    let script = """
      source ./completions
      try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _purgehub purgehub; echo "${COMPREPLY[*]}"; }
      try purgehub requests sh; try purgehub connectors show b; try purgehub plan --csv hub
      try purgehub plan --csv = hub; try purgehub "a b" "c"
      """
    let said = try await run("bash", script)
    #expect(said.everything == "show\nbatch\nhub.json5\nhub.json5\n\n", "\(said)")
    #expect(try await run("bash", "bash -n ./completions").everything == "")
  }

  @Test(.installed("zsh")) func `of the name zsh completes commands and connectors`() async throws {
    let script = """
      compdef() {}; source ./completions
      _describe() { print -rl -- "${(P@)4}"; }; _files() { print files; }
      try() { words=("$@"); CURRENT=$#; _purgehub; }
      try purgehub requests sh; try purgehub connectors show b; try purgehub plan --csv hub
      """
    let said = try await run("zsh", script)
    let lines = said.everything.split(separator: "\n")
    #expect(lines.first?.hasPrefix("show:Show one purge request") == true, "\(said)")
    #expect(lines.dropFirst() == ["batch:", "files"])
  }

  @Test(.installed("fish")) func `of the name fish completes commands and connectors`()
    async throws
  {
    let script = """
      source ./completions; complete -C 'purgehub requests sh'; complete -C 'purgehub connectors show b'
      complete -C 'purgehub plan --csv hub'
      """
    let said = try await run("fish", script)
    let lines = said.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix("show\tShow one purge request") == true, "\(said)")
    #expect(lines.dropFirst().map { $0.split(separator: "\t").first } == ["batch", "hub.json5"])
  }

  @Test func `that nobody knows is refused`() async throws {
    #expect(try await Desk().run("completions", "tcsh").code == 2)
  }
}

@Suite struct `The manual page` {
  @Test(.installed("groff")) func `is read by groff without a warning`() async throws {
    let page = try await Desk().run("man").output
    let read = try await Program(
      path: "/usr/bin/env", environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    ).run(["groff", "-man", "-ww", "-Tutf8", "-P-c"], input: page)
    #expect(read.code == 0 && read.complaint.isEmpty, "\(read.complaint)")
    let text = read.output.replacing(/.\u{8}/, with: "")
    for command in Command.all {
      #expect(text.contains(command.shape.words.joined(separator: " ")))
    }
    #expect(text.contains("--follow") && text.contains("PURGEHUB(1)"))
  }
}

extension Trait where Self == ConditionTrait {
  /// For what needs a program of the system; `config/setup --tests` installs it.
  fileprivate static func installed(_ name: String) -> ConditionTrait {
    let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/" + name)
    return .enabled(if: isThere, "\(name) is not installed")
  }
}
