import PurgeCore
import Testing

@testable import purgehub

@Suite struct `A command line` {
  private static let shape = CommandShape(
    words: ["send"], operands: ["LETTER", "[STAMP]"], summary: "Send a letter.",
    flags: [
      .init(name: "--to", value: "NAME", help: "to whom", isRepeated: true),
      .init(name: "--note", value: "TEXT", help: "what for"),
      .init(name: "--open", value: nil, help: "without an envelope"),
    ],
    example: "purgehub send letter --to ada")

  private func read(_ words: String...) throws -> Arguments {
    try Arguments(words, for: Self.shape)
  }

  private func complaint(about words: String...) throws -> UsageError {
    try #require(
      #expect(throws: UsageError.self) { try Arguments(words, for: Self.shape) })
  }

  @Test func `takes a value after its flag or behind an equals sign`() throws {
    #expect(try read("l", "--note", "x").value("--note") == "x")
    #expect(try read("l", "--note=x").value("--note") == "x")
    #expect(try read("l", "--note=a=b c").value("--note") == "a=b c")
    #expect(try read("l").value("--note") == nil)
  }

  @Test func `takes flags and operands in any order`() throws {
    let arguments = try read("--open", "l", "--note", "x", "s")
    #expect(arguments.operands == ["l", "s"])
    #expect(arguments.has("--open"))
    #expect(!arguments.has("--json"))
  }

  @Test func `takes every value of a flag that may be repeated`() throws {
    let arguments = try read("l", "--to", "ada", "--to=bo", "--to", "ada")
    #expect(arguments.all("--to") == ["ada", "bo", "ada"])
    #expect(arguments.all("--note").isEmpty)
  }

  @Test func `takes what follows two dashes as operands`() throws {
    #expect(try read("--", "--note", "--").operands == ["--note", "--"])
    #expect(try read("-", "--note=-5").operands == ["-"])
    #expect(try read("l", "--note", "-").value("--note") == "-")
    #expect(try read("l", "--note=--open").value("--note") == "--open")
  }

  @Test(arguments: [
    ["l", "--note"], ["l", "--note="], ["l", "--note", ""], ["l", "--note", "--open"],
  ])
  func `needs a value where the flag has one`(words: [String]) throws {
    let error = try #require(
      #expect(throws: UsageError.self) { try Arguments(words, for: Self.shape) })
    #expect(error == UsageError(problem: "--note needs a value", remedy: "write --note TEXT"))
  }

  @Test func `has no value where the flag has none`() throws {
    #expect(try complaint(about: "l", "--open=yes").problem == "--open takes no value")
  }

  @Test(arguments: [["--note", "a", "--note=b"], ["--open", "--open"], ["--json", "--json"]])
  func `has no flag twice that is not made for it`(words: [String]) throws {
    let error = try #require(
      #expect(throws: UsageError.self) { try Arguments(["l"] + words, for: Self.shape) })
    #expect(error.problem == "\(words[0]) is given twice")
  }

  @Test(arguments: [
    ("--nott", "did you mean --note"), ("--jsn", "did you mean --json"),
    ("--frobnicate", "see purgehub --help"),
  ])
  func `has no unknown flag, and is told the nearest`(flag: String, remedy: String) throws {
    let error = try complaint(about: "l", flag + "=canary")
    #expect(error.problem == "there is no flag \(flag)")
    #expect(error.remedy == remedy)
  }

  @Test(arguments: ["--canary@example.org", "-49151"])
  func `is not repeated where it is no flag's name`(word: String) throws {
    #expect(try complaint(about: "l", word).problem == "there is no such flag")
  }

  @Test func `has all operands it needs`() throws {
    let error = try complaint(about: "--open")
    #expect(error.problem == "LETTER is missing")
    #expect(error.remedy.contains("purgehub send letter"))
    #expect(try read("--help").operands.isEmpty)
  }

  @Test func `has no operands too many, and the surplus is not repeated`() throws {
    let error = try complaint(about: "l", "s", "canary")
    #expect(error.problem == "there is one word too many after \"send\"")
    #expect(!error.remedy.contains("canary"))
  }
}

@Suite struct `The commands` {
  /// The words of a line as a shell splits them.
  private static func words(_ line: String) -> [String] {
    line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap {
      $0.offset % 2 == 1
        ? [String($0.element)] : $0.element.split(separator: " ").map(String.init)
    }
  }

  @Test(arguments: Command.all.map(\.shape))
  private func `have an example that is read as their own`(shape: CommandShape) throws {
    let words = Self.words(shape.example)
    #expect(words.first == "purgehub")
    let (found, rest) = try Command.find(Array(words.dropFirst()))
    #expect(found.shape.words == shape.words)
    #expect(throws: Never.self) { try Arguments(rest, for: shape) }
  }

  @Test(arguments: Command.all.map(\.shape))
  private func `have a page of help with every flag and the example`(shape: CommandShape) {
    let page = Help.page(shape)
    #expect(page.contains(shape.example))
    #expect(page.contains("usage: purgehub " + shape.words.joined(separator: " ")))
    for flag in shape.allFlags { #expect(page.contains(flag.name), "\(flag.name)") }
    for operand in shape.operands { #expect(page.contains(operand), "\(operand)") }
  }

  @Test(arguments: Command.all.map(\.shape))
  private func `have a summary that is one sentence, and no flag of two meanings`(
    shape: CommandShape
  ) {
    #expect(shape.summary.hasSuffix("."))
    #expect(!shape.summary.dropLast().contains("\n"))
    #expect(Set(shape.allFlags.map(\.name)).count == shape.allFlags.count)
  }

  @Test func `have words of their own and all stand in the overview`() {
    let names = Command.all.map { $0.shape.words.joined(separator: " ") }
    #expect(Set(names).count == names.count)
    let overview = Help.overview()
    for name in names { #expect(overview.contains("  " + name), "\(name)") }
  }

  @Test(arguments: [
    (["purg"], "there is no command purg", "did you mean purge"),
    (["requests", "shwo", "X"], "there is no command requests shwo", "did you mean requests show"),
    (["requests"], "requests needs a second word", "one of: list, show,"),
    (["connectors", "--json"], "connectors needs a second word", "one of: list, show,"),
    (["xylophone"], "there is no command xylophone", "see purgehub --help"),
    (["canary@example.org"], "there is no such command", "see purgehub --help"),
    (["requests", "canary@example.org"], "there is no such command", "see purgehub --help"),
  ])
  func `are found by their first words, or the nearest is named`(
    words: [String], problem: String, remedy: String
  ) throws {
    let error = try #require(
      #expect(throws: UsageError.self) { try Command.find(words) })
    #expect(error.problem == problem)
    #expect(error.remedy.hasPrefix(remedy))
  }

  @Test func `are found with what follows them`() throws {
    let (command, rest) = try Command.find(["requests", "show", "PRG", "--json"])
    #expect(command.shape.words == ["requests", "show"])
    #expect(rest == ["PRG", "--json"])
  }
}

@Suite struct `An exit code` {
  @Test(arguments: [
    (1006, ExitCode.tryAgain), (1017, .tryAgain), (1012, .notPermitted), (1014, .notPermitted),
    (1002, .badInput), (1009, .badInput), (1011, .badInput), (2007, .notPermitted),
    (3004, .configuration), (3005, .configuration), (4003, .attention), (5004, .attention),
  ])
  private func `says what a refusal means to a script`(code: Int, exit: ExitCode) {
    #expect(ExitCode(Code(code)) == exit)
  }
}
