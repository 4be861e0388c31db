import Hub

/// A command: its shape and what it does.
struct Command: Sendable {
  var shape: CommandShape
  /// How it opens the hub's house; nil for a command that needs none.
  var opening: House.Opening? = .asAccepted
  /// A flag with which it needs none.
  var flagWithoutHub: String?
  /// A flag with which it works on what is open, so that changed files are applied first.
  var flagWorking: String?
  var run: @Sendable (Session) async throws(CommandFailure) -> ExitCode

  /// Every command, in the order of the help.
  static let all: [Command] = [
    .demo, .plan, .purge, .replay,
    .listRequests, .showRequest, .explainRequest, .waitForRequest, .retryRequest, .waiveRequest,
    .writeLetter, .attestRequest,
    .cancelRequest, .planRequest, .approveRequest, .rejectRequest,
    .addHold, .listHolds, .showHold, .releaseHold,
    .listConnectors, .showConnector, .checkConnectors, .planConnectors, .newConnector,
    .reloadConnectors, .enableConnector,
    .disableConnector, .recordConnector, .testConnectors, .conformance, .catalogue, .schema,
    .recipients, .screenUsers, .issueReceipt, .verifyReceipt, .receiptKey, .listAudit, .verifyAudit,
    .listNotices, .retryNotices, .testNotices, .backup, .checkBackup, .migrate,
    .serve, .status, .doctor, .explain, .diagnostics, .simulate, .sandbox, .bench,
    .completions, .manual, .version,
  ]
}

extension Command {
  /// How it opens the hub's house with these words.
  func opening(for arguments: Arguments) -> House.Opening? {
    if flagWithoutHub.map(arguments.has) == true { return nil }
    return flagWorking.map(arguments.has) == true ? .reloading : opening
  }

  /// The command a line begins with, and the words after it.
  static func find(_ words: [String]) throws(UsageError) -> (Command, ArraySlice<String>) {
    for length in [2, 1] where words.count >= length {
      if let command = all.first(where: { $0.shape.words == Array(words.prefix(length)) }) {
        return (command, words.dropFirst(length))
      }
    }
    throw unknown(words)
  }

  private static func unknown(_ words: [String]) -> UsageError {
    let group = all.filter { $0.shape.words.count == 2 && $0.shape.words[0] == words[0] }
    guard !group.isEmpty else {
      return .unknown(words[0], among: all.map { $0.shape.words[0] }, what: "command")
    }
    let second = words.dropFirst().first { !$0.hasPrefix("-") }
    guard let second else {
      let verbs = group.map { $0.shape.words[1] }.joined(separator: ", ")
      return UsageError(problem: "\(words[0]) needs a second word", remedy: "one of: \(verbs)")
    }
    return .unknown(
      "\(words[0]) \(second)", among: group.map { $0.shape.words.joined(separator: " ") },
      what: "command")
  }
}
