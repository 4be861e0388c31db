import Documents
import Foundation
import HTTPTypes
import PurgeCore

extension Session {
  /// How long nothing may move before a waiting command says so and goes.
  private static var patience: Span { .seconds(30) }

  /// Works on a request until it ends, waits for a person, or for long; then shows it.
  func wait(at path: String) async throws(CommandFailure) -> ExitCode {
    let view = try await work(at: path)
    show(view.json)
    if !wantsJSON, view.exit == .tryAgain {
      console.say("Still under way; go on with: purgehub requests wait \(view.id)")
    }
    return view.exit
  }

  /// Works on a request, showing progress only.
  func work(at path: String) async throws(CommandFailure) -> RequestView {
    let limit = try timeout()
    let start = ContinuousClock.now
    var shown = start - .seconds(1)
    var view = RequestView(json: try await ask(.get, path), console: console)
    while !view.isFinal, !isAtRest(view), !Interruption.isAsked {
      if let limit, start.duration(to: .now) > .milliseconds(limit.milliseconds) { break }
      if !wantsJSON, shown.duration(to: .now) >= console.timeBetweenProgress {
        console.progress(view.progressLine)
        shown = .now
      }
      // News of a bulk purge comes hundreds of times a second; nobody reads that fast.
      try? await Task.sleep(for: .milliseconds(50))
      let query = "?after=\(view.json["revision"]?.integer ?? 0)&wait=1000"
      view = RequestView(json: try await ask(.get, path + query), console: console)
    }
    if !wantsJSON { console.endProgress() }
    return view
  }

  /// Whether waiting longer would show nothing new: only people can act, or the hub itself will
  /// look again only after a while.
  private func isAtRest(_ view: RequestView) -> Bool {
    let activity = view.json["activity"]
    guard activity?["isQuiet"]?.bool ?? false else { return false }
    if view.isStuck { return true }
    guard let next = activity?["nextWakeIn"]?.integer else { return true }
    return Int64(next) > Self.patience.milliseconds
  }

  private func timeout() throws(CommandFailure) -> Span? {
    guard let text = arguments.value("--timeout") else { return nil }
    guard let span = Span(text) else {
      throw CommandFailure(
        exit: .usage, problem: "--timeout is no length of time",
        remedy: "Write a number and ms, s, m, h or d, such as --timeout 10m.")
    }
    return span
  }
}
