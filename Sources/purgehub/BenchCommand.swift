import Bench
import Documents
import Foundation
import Sandbox

extension Command {
  static let bench = Command(
    shape: CommandShape(
      words: ["bench"],
      operands: BenchMode.all.map { "[\($0.name)]" },
      summary: "Measure this machine: one JSON line a mode; without a mode, all of them.",
      flags: [
        .init(name: "--seconds", value: "N", help: "how long a mode measures at least"),
        .init(name: "--people", value: "N", help: "people in a request, or on record"),
        .init(name: "--connectors", value: "N", help: "how many vendors"),
        .init(
          name: "--fsync-ms", value: "N", help: "milliseconds that each sync of the disk takes more"
        ),
        .init(name: "--list", value: nil, help: "show the modes"),
        .init(
          name: "--vendors", value: "N",
          help: "be the vendors that the others measure beside, until standard input ends"),
      ],
      example: "purgehub bench one twenty --seconds 10"),
    opening: nil
  ) { session async throws(CommandFailure) in
    if session.arguments.has("--list") {
      showModes(session)
      return .done
    }
    if let vendors = try session.arguments.number("--vendors", in: 1...200) {
      try serveVendors(vendors, session)
      return .done
    }
    Interruption.listen()
    for mode in try modes(session.arguments) { try await measure(mode, session) }
    return .done
  }

  private static func showModes(_ session: Session) {
    guard !session.wantsJSON else {
      return session.print(
        json: .array(
          BenchMode.all.map { ["mode": .string($0.name), "measures": .string($0.summary)] }))
    }
    let width = BenchMode.all.map(\.name.count).max() ?? 0
    for mode in BenchMode.all {
      let space = String(repeating: " ", count: width - mode.name.count + 2)
      session.console.say(mode.name + space + mode.summary)
    }
  }

  private static func modes(_ arguments: Arguments) throws(CommandFailure) -> [BenchMode] {
    guard !arguments.operands.isEmpty else { return BenchMode.all }
    var modes: [BenchMode] = []
    for word in arguments.operands {
      guard let mode = BenchMode.all.first(where: { $0.name == word }) else {
        let error = UsageError.unknown(word, among: BenchMode.all.map(\.name), what: "mode")
        throw CommandFailure(exit: .usage, problem: error.problem, remedy: error.remedy)
      }
      modes.append(mode)
    }
    return modes
  }

  private static func measure(
    _ mode: BenchMode, _ session: Session
  ) async throws(CommandFailure) {
    let console = session.console
    let bench = Bench(try options(session.arguments), isAsked: { Interruption.isAsked }) { text in
      if isatty(STDERR_FILENO) == 1 { console.complain(text) }
    }
    do {
      for result in try await bench.run(mode) {
        console.say(String(decoding: result.json.encoded(), as: UTF8.self))
      }
    } catch is BenchInterrupted {
      throw CommandFailure(
        exit: .tryAgain, problem: "The measuring of \(mode.name) was ended", remedy: "")
    } catch {
      throw CommandFailure(
        exit: .internalError, problem: "\(mode.name) could not be measured: \(error)", remedy: "")
    }
  }

  private static func options(_ arguments: Arguments) throws(CommandFailure) -> BenchOptions {
    var options = BenchOptions()
    options.people = try arguments.number("--people", in: 1...100_000_000)
    options.connectors = try arguments.number("--connectors", in: 1...200)
    options.syncDelay = try arguments.number("--fsync-ms", in: 0...10_000)
    if let text = arguments.value("--seconds") {
      guard let seconds = Double(text), seconds > 0, seconds <= 86_400 else {
        throw CommandFailure(
          exit: .usage, problem: "--seconds needs a number above 0", remedy: "write --seconds 5")
      }
      options.seconds = seconds
    }
    return options
  }

  /// Says the ports in one line, then serves.
  private static func serveVendors(
    _ count: Int, _ session: Session
  ) throws(CommandFailure) {
    let vendors: QuickVendors
    do { vendors = try QuickVendors(count: count) } catch {
      throw CommandFailure(
        exit: .cannotCreate, problem: "The vendors cannot listen: \(error)", remedy: "")
    }
    session.console.say(vendors.ports.map(String.init).joined(separator: " "))
    vendors.serve(until: STDIN_FILENO)
  }
}
