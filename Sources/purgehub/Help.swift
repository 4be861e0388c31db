/// The texts of `--help`.
enum Help {
  /// All commands.
  static func overview() -> String {
    let width = Command.all.map { usage($0.shape).count }.max() ?? 0
    let commands = Command.all.map { command in
      let usage = usage(command.shape)
      return "  " + usage + String(repeating: " ", count: width - usage.count + 2)
        + command.shape.summary
    }
    return """
      PurgeHub erases people from every system that holds their data, and keeps the record.

      usage: purgehub COMMAND ... ; purgehub COMMAND --help shows its flags and an example

      \(commands.joined(separator: "\n"))

      Exit codes: 0 done, 1 exceptions or a person must act, 2 usage, 65 bad input, 66 no such
      file, 69 hub unreachable, 70 internal, 73 cannot create, 75 try again, 77 not permitted,
      78 configuration.
      """
  }

  /// One command.
  static func page(_ shape: CommandShape) -> String {
    let flags = shape.allFlags.map { flag in
      (flag.value.map { "\(flag.name) \($0)" } ?? flag.name, flag)
    }
    let width = flags.map(\.0.count).max() ?? 0
    let lines = flags.map { text, flag in
      "  " + text + String(repeating: " ", count: width - text.count + 2) + flag.help
        + (flag.isRepeated ? "; may be repeated" : "")
    }
    return """
      \(shape.summary)

      usage: purgehub \(usage(shape)) [flags]

      \(lines.joined(separator: "\n"))

      example: \(shape.example)
      """
  }

  private static func usage(_ shape: CommandShape) -> String {
    (shape.words + shape.operands).joined(separator: " ")
  }
}
