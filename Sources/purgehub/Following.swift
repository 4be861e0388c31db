import Documents
import HTTPTypes
import Hub
import PurgeCore

extension Session {
  /// Shows a request and what changes, until it ends, needs a person, or somebody asks to stop.
  ///
  /// A terminal is drawn over, a pipe gets a line for each change, and with `--json` a document a
  /// line. Without a hub that serves, the house is open meanwhile and works.
  func follow(_ path: String) async throws(CommandFailure) -> ExitCode {
    Interruption.listen { _ in }
    var view = RequestView(json: try await ask(.get, path), console: console)
    var film = Film(console: console, isJSON: wantsJSON)
    film.show(view)
    while !view.hasNothingToFollow, !Interruption.isAsked {
      let revision = view.json["revision"]?.integer ?? 0
      let next = try await ask(.get, path + "?after=\(revision)&wait=1000")
      view = RequestView(json: next, console: console)
      film.show(view)
      if !view.hasNothingToFollow { await Interruption.pause(console.timeBetweenProgress) }
    }
    film.end(view)
    return view.exit
  }
}

extension RequestView {
  /// Whether only people can move it on, or nothing can.
  fileprivate var hasNothingToFollow: Bool {
    isFinal || isStuck && (json["activity"]?["isQuiet"]?.bool ?? false)
  }
}

/// What was shown of a request, so that only what is new is shown again.
struct Film {
  let console: Console
  let isJSON: Bool
  private var drawn = 0
  private var last: JSON?
  private var tasks: [String: String] = [:]

  init(console: Console, isJSON: Bool) {
    self.console = console
    self.isJSON = isJSON
  }

  /// Shows what changed since the last time.
  mutating func show(_ view: RequestView) {
    let page = view.json.withoutPulse
    guard page != last else { return }
    let isFirst = last == nil
    last = page
    if isJSON {
      console.say(String(decoding: page.encoded(), as: UTF8.self))
    } else if console.isTerminal {
      drawn = console.redraw(view.lines(styled: false), over: drawn)
    } else {
      if isFirst { console.say("\(view.id)  \(view.sentence)") }
      changes(view).forEach { console.say($0) }
    }
  }

  /// Leaves the end on the screen in full.
  mutating func end(_ view: RequestView) {
    guard !isJSON else { return }
    if console.isTerminal {
      _ = console.redraw([], over: drawn)
      view.show()
    } else {
      console.say("\(view.id)  \(view.sentence)")
    }
  }

  /// A line for each connector that is not as it was.
  private mutating func changes(_ view: RequestView) -> [String] {
    let time = House.now().rfc3339.timeOfDay
    var lines: [String] = []
    for task in view.tasks {
      let name = task["connector"]?.string ?? ""
      let (word, summary) = (task["state"]?.string ?? "", task["summary"]?.string ?? "")
      let state = summary.hasPrefix(word + ":") ? summary : "\(word): \(summary)"
      guard tasks.updateValue(state, forKey: name) != state else { continue }
      lines.append("\(time)  \(name)  \(state)")
    }
    return lines
  }
}

extension JSON {
  /// A request's page without what changes although nothing happened.
  fileprivate var withoutPulse: JSON {
    .object((members ?? []).filter { !["activity", "revision"].contains($0.name) })
  }
}
