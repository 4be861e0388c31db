import Dispatch
import Glibc
import PurgeCore
import Synchronization

/// Hears Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends at once.
///
/// Nothing is lost either way: what was not recorded is sent again with the same operation id.
enum Interruption {
  private static let signals = Atomic(0)

  /// Whether somebody asked to end.
  static var isAsked: Bool { signals.load(ordering: .relaxed) > 0 }

  /// Listens from now on, until the process ends, which is soon after the drain's limit at the
  /// latest: before there is anything to drain, a vendor's check may hang.
  static func listen(drainingWithin limit: Span) {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { hear(source, limit) }
      source.activate()
    }
  }

  /// The source is named so that its own handler keeps it alive.
  private static func hear(_ source: any DispatchSourceSignal, _ limit: Span) {
    if signals.add(1, ordering: .relaxed).newValue > 1 { _exit(ExitCode.tryAgain.rawValue) }
    let longest = DispatchTimeInterval.milliseconds(Int(limit.milliseconds))
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(3) + longest) {
      _exit(ExitCode.tryAgain.rawValue)
    }
    Console().complain("purgehub: finishing what is in flight; once more to end at once")
  }
}
