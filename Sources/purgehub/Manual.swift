extension Command {
  static let manual = Command(
    shape: CommandShape(
      words: ["man"], summary: "Print the manual page, for man -l or a folder man1.",
      example: "purgehub man"),
    opening: nil
  ) { session async throws(CommandFailure) in
    session.console.say(Manual.page)
    return .done
  }
}

/// The manual page in the language of man(7), made of what the commands say of themselves.
enum Manual {
  static var page: String {
    let lines =
      [
        #".TH PURGEHUB 1 "" "purgehub \#(Command.versionNumber.troff)" "User Commands""#,
        ".SH NAME", #"purgehub \- erase people from every system that holds their data"#,
        ".SH SYNOPSIS", ".B purgehub", #"\fICOMMAND\fR ... [\fIflags\fR]"#,
        ".SH DESCRIPTION",
        "PurgeHub erases people from every third-party system that holds their data, and keeps the",
        "record of what each vendor said under one purge request ID.",
        "Every command takes these flags.",
      ] + CommandShape.commonFlags.flatMap(flag)
      + [".SH COMMANDS"] + Command.all.map(\.shape).flatMap(command) + ending
    return lines.joined(separator: "\n")
  }

  private static func command(_ shape: CommandShape) -> [String] {
    let words = shape.words.joined(separator: " ").troff
    let operands = shape.operands.map { " \\fI\($0.troff)\\fR" }.joined()
    return [".SS \"\(words)\(operands)\"", shape.summary.troffLine]
      + shape.flags.flatMap(flag)
      + [".PP", "Example:", ".RS 4", ".nf", shape.example.troffLine, ".fi", ".RE"]
  }

  private static func flag(_ flag: CommandShape.Flag) -> [String] {
    let value = flag.value.map { " \\fI\($0.troff)\\fR" } ?? ""
    let more = flag.isRepeated ? "; may be repeated" : ""
    return [".TP", "\\fB\(flag.name.troff)\\fR\(value)", (flag.help + more).troffLine]
  }

  private static let ending: [String] =
    [".SH \"EXIT STATUS\""]
    + [
      (0, "done"), (1, "ended with exceptions, or a person must act"), (2, "usage"),
      (65, "bad input"), (66, "no such file"), (69, "the hub cannot be reached"),
      (70, "internal"), (73, "cannot create"), (75, "try again"), (77, "not permitted"),
      (78, "configuration"),
    ].flatMap { code, words in [".TP", ".B \(code)", words.troffLine] }
    + [
      ".SH ENVIRONMENT", ".TP", ".B PURGEHUB_CONFIG",
      "The settings file, as --config names it.".troffLine,
      ".TP", ".B PURGEHUB_...",
      "Any setting, such as PURGEHUB_DEADLINE=20d; it wins over the file.",
      ".SH FILES", ".TP", ".I config/purgehub.json5", "The hub's settings.",
      ".TP", ".I config/connectors/*.json5", "One file is one connector.",
    ]
}

extension String {
  /// The text with everything escaped that troff would read as its own.
  fileprivate var troff: String {
    replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\"", with: "\\(dq")
      .replacing("^", with: "\\(ha").replacing("~", with: "\\(ti").replacing("`", with: "\\(ga")
  }

  /// The text as a line of its own: a dot or quote at its beginning would be a request.
  fileprivate var troffLine: String {
    hasPrefix(".") || hasPrefix("'") ? "\\&" + troff : troff
  }
}
