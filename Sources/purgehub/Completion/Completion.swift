/// What may stand at the end of a command line that is being typed.
struct Completion {
  /// One possibility.
  struct Candidate: Sendable, Hashable {
    var word: String
    var help = ""
  }

  /// What the possibilities are.
  enum Answer: Sendable, Hashable {
    /// These words.
    case words([Candidate])
    /// Files or folders, which the shell knows best.
    case files, folders
  }

  /// Names that are looked up only when they are asked for.
  enum Source: Sendable, Hashable {
    case connectors, kinds, codes, shells
  }

  /// The words before the one being typed, without the program's name.
  let before: [String]
  /// What was typed of the last word; it may be empty.
  let current: String
  let names: (Source) -> [Candidate]

  /// Reads the words as typed so far, the last of them unfinished.
  init(_ words: [String], names: @escaping (Source) -> [Candidate]) {
    // Bash takes an equals sign for a word of its own.
    let last = words.last ?? ""
    before = words.dropLast().filter { $0 != "=" }
    current = last == "=" ? "" : last
    self.names = names
  }

  /// The possibilities that begin as typed.
  var answer: Answer {
    guard !before.isEmpty, let (command, rest) = try? Command.find(before) else {
      return words(nextWords)
    }
    let own = answer(command.shape, rest)
    // A command's words may be the beginning of another's.
    guard rest.isEmpty, case .words(let candidates) = own, case .words(let more) = words(nextWords)
    else { return own }
    return .words(more + candidates)
  }

  private func words(_ candidates: [Candidate]) -> Answer {
    .words(candidates.filter { $0.word.hasPrefix(current) })
  }

  /// The words with which a command can go on.
  private var nextWords: [Candidate] {
    let length = before.count
    let possible = Command.all.map(\.shape).filter {
      $0.words.count > length && Array($0.words.prefix(length)) == before
    }
    var seen: Set<String> = []
    return possible.compactMap { shape in
      let word = shape.words[length]
      guard seen.insert(word).inserted else { return nil }
      let isWhole = shape.words.count == length + 1
      return Candidate(word: word, help: isWhole ? shape.summary : "more commands")
    }
  }
}

extension Completion {
  /// What may follow a command's words.
  private func answer(_ shape: CommandShape, _ rest: ArraySlice<String>) -> Answer {
    var (operands, pending, used) = (0, nil as CommandShape.Flag?, Set<String>())
    for word in rest {
      if pending != nil {
        pending = nil
      } else if word.hasPrefix("-"), word != "-" {
        let name = String(word.prefix { $0 != "=" })
        used.insert(name)
        let flag = shape.allFlags.first { $0.name == name }
        pending = flag?.value == nil || word.contains("=") ? nil : flag
      } else {
        operands += 1
      }
    }
    if let pending { return values(pending.value ?? "", of: pending.name) }
    if current.hasPrefix("-") { return words(flags(shape, besides: used)) }
    guard operands < shape.operands.count else { return words(flags(shape, besides: used)) }
    return values(shape.operands[operands], of: nil)
  }

  private func flags(_ shape: CommandShape, besides used: Set<String>) -> [Candidate] {
    shape.allFlags.filter { $0.isRepeated || !used.contains($0.name) }.map {
      Candidate(word: $0.name, help: $0.help)
    }
  }

  /// What a placeholder of the help stands for.
  private func values(_ placeholder: String, of flag: String?) -> Answer {
    switch placeholder.trimmingBrackets {
    case "FILE": .files
    case "FOLDER": .folders
    case "KIND": words(names(.kinds))
    case "CONNECTOR": words(names(.connectors))
    case "NAME" where flag == nil || flag == "--connector": words(names(.connectors))
    case "CODE": words(names(.codes))
    case "SHELL": words(names(.shells))
    default: .words([])
    }
  }
}

extension String {
  fileprivate var trimmingBrackets: String { filter { $0 != "[" && $0 != "]" } }
}

extension Completion.Answer {
  /// A line for each possibility: the word, a tab and its help; or what the shell is to look for.
  var lines: [String] {
    switch self {
    case .words(let candidates): candidates.map { "\($0.word)\t\($0.help)" }
    case .files: [":files"]
    case .folders: [":folders"]
    }
  }
}
