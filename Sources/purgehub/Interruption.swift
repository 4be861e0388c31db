import Dispatch
import Glibc
import PurgeCore
import Synchronization

/// Hears Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends at once.
///
/// Nothing is lost either way: what was not recorded is sent again with the same operation id.
enum Interruption {
  private static let signals = Atomic(0)
  private static let isListening = Atomic(false)
  private static let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

  /// Whether somebody asked to end.
  static var isAsked: Bool { signals.load(ordering: .sequentiallyConsistent) > 0 }

  /// Listens from now on, until the process ends; the first signal is also told to the handler.
  ///
  /// Who listens first is told; who listens later only sees that somebody asked.
  ///
  /// The end comes soon after the drain's limit at the latest, where there is one: before there is
  /// anything to drain, a vendor's check may hang.
  static func listen(
    drainingWithin limit: Span? = nil,
    telling first: @escaping @Sendable (Int32) -> Void = { _ in
      Console().complain("purgehub: finishing what is in flight; once more to end at once")
    }
  ) {
    guard !isListening.exchange(true, ordering: .sequentiallyConsistent) else { return }
    for number in [SIGINT, SIGTERM] {
      hear(number) {
        guard signals.add(1, ordering: .sequentiallyConsistent).newValue == 1 else {
          _exit(ExitCode.tryAgain.rawValue)
        }
        if let limit { end(after: .milliseconds(limit.milliseconds + 3_000)) }
        first(number)
        let continuations = waiting.withLock { waiting in
          defer { waiting = [] }
          return waiting
        }
        for continuation in continuations { continuation.resume() }
      }
    }
  }

  /// Runs something at each SIGHUP, from now on until the process ends.
  static func listenForReload(_ reload: @escaping @Sendable () async -> Void) {
    hear(SIGHUP) { Task { await reload() } }
  }

  /// Waits until somebody asks to end.
  static func untilAsked() async {
    await withCheckedContinuation { continuation in
      let isLate = waiting.withLock { waiting in
        if isAsked { return true }
        waiting.append(continuation)
        return false
      }
      if isLate { continuation.resume() }
    }
  }

  /// Waits so long, or until somebody asks to end.
  static func pause(_ time: Duration) async {
    let end = ContinuousClock.now + time
    while !isAsked, ContinuousClock.now < end {
      try? await Task.sleep(for: min(.milliseconds(100), end - .now))
    }
  }

  private static func end(after span: Span) {
    let time = DispatchTimeInterval.milliseconds(Int(span.milliseconds))
    DispatchQueue.global().asyncAfter(deadline: .now() + time) {
      _exit(ExitCode.tryAgain.rawValue)
    }
  }

  private static func hear(_ number: Int32, _ handler: @escaping @Sendable () -> Void) {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
      // Named here so that its own handler keeps it alive.
      _ = source
      handler()
    }
    source.activate()
  }
}
