import Documents
import Foundation

/// How a request is shown to people: one sentence, then what each connector did and waits for.
struct RequestView {
  let json: JSON
  let console: Console

  var id: String { json["id"]?.string ?? "" }
  var state: String { json["state"]?.string ?? "" }
  var sentence: String { (json["sentence"]?.string ?? "").fromHere }
  var isFinal: Bool { json["isFinal"]?.bool ?? false }
  var tasks: [JSON] { json["tasks"]?.array ?? [] }

  /// Whether nothing moves without a person: every open task waits for one, or the request does.
  var isStuck: Bool {
    if ["awaitingApproval", "onHold"].contains(state) { return true }
    let open = tasks.filter { $0["isOpen"]?.bool ?? false }
    return !open.isEmpty
      && open.allSatisfy { ["blocked", "needsAttention"].contains($0["state"]?.string) }
  }

  /// How the program ends when it shows this and goes.
  var exit: ExitCode {
    if ["completed", "cancelled", "rejected", "pending"].contains(state) { return .done }
    if isFinal || json["attentionRequired"]?.bool ?? false { return .attention }
    return .tryAgain
  }

  func show() { lines(styled: true).forEach { console.say($0) } }

  /// Everything, a line each; the first is the sentence.
  func lines(styled: Bool) -> [String] {
    [styled ? console.bold("\(id)  \(sentence)") : "\(id)  \(sentence)", facts]
      + (json["who"]?.string.map { ["Who must act: \($0)"] } ?? [])
      + (tasks.isEmpty ? [] : taskLines(styled: styled)) + decisionLines
  }

  private func taskLines(styled: Bool) -> [String] {
    var table = Table(headings: ["CONNECTOR", "STATE", "DONE", "EVIDENCE", "WHAT AND WHO"])
    table.rows = tasks.flatMap(rows)
    let lines = table.lines()
    return ["", styled ? console.dim(lines[0]) : lines[0]] + lines.dropFirst()
  }

  private var decisionLines: [String] {
    let decisions = json["decisions"]?.array ?? []
    return (decisions.isEmpty ? [] : [""])
      + decisions.map { decision in
        "\(decision["at"]?.string?.prefix(16) ?? "")  \(decision["sentence"]?.string ?? "")"
      }
  }

  /// One line of progress, with a bar on a terminal.
  var progressLine: String {
    let (whole, settled) = (count("obligations"), count("settled"))
    let percent = whole == 0 ? 100 : settled * 100 / whole
    let bar =
      String(repeating: "#", count: percent / 5) + String(repeating: "-", count: 20 - percent / 5)
    let waiting = tasks.filter { $0["isOpen"]?.bool ?? false }.map {
      "\($0["connector"]?.string ?? ""): \($0["state"]?.string ?? "")"
    }
    let isStalled = json["activity"]?["isStorageStalled"]?.bool ?? false
    let tail =
      isStalled
      ? "  the hub's disk takes nothing at present (full?); answers are kept until it does"
      : waiting.isEmpty ? "" : "  " + waiting.joined(separator: ", ")
    return "[\(bar)] \(percent) %  \(settled) of \(whole) obligations ended\(tail)"
  }

  private func count(_ name: String) -> Int { json["progress"]?[name]?.integer ?? 0 }

  private var facts: String {
    let people = json["people"]?.integer ?? 0
    let deadline = json["deadline"]?.string?.prefix(10) ?? ""
    let left = json["timeLeft"]?.string ?? ""
    return "\(people) \(people == 1 ? "person" : "people"), \(state), due \(deadline) (\(left))"
  }
}

extension RequestView {
  /// A connector's line, and below it what else there is to say about it while it is open.
  private func rows(_ task: JSON) -> [[String]] {
    let what = [task["summary"]?.string, task["who"]?.string.map { "(\($0))" }].compactMap(\.self)
    let first = [
      task["connector"]?.string ?? "", task["state"]?.string ?? "",
      "\(task["settled"]?.integer ?? 0)/\(task["people"]?.integer ?? 0)",
      task["evidence"]?.string ?? "-", what.joined(separator: " "),
    ]
    let more = [attempts(task), task["action"]?.string.map { "to do: \($0)".fromHere }]
    return [first] + more.compactMap(\.self).map { ["", "", "", "", $0] }
  }

  /// What the last try brought and when the next one is; nil when there is nothing to tell.
  private func attempts(_ task: JSON) -> String? {
    guard task["isOpen"]?.bool ?? false, let last = task["lastAttempt"] else { return nil }
    let next = task["nextTryAt"]?.string.map { "; next at \($0.timeOfDay)" } ?? ""
    return last.attemptLine + next
  }
}

extension JSON {
  /// An attempt in a few words.
  var attemptLine: String {
    let status = self["status"]?.integer.map { "answered \($0)" } ?? "no answer"
    let time = self["endedAt"]?.string?.timeOfDay ?? ""
    return "try \(self["number"]?.integer ?? 0) at \(time): \(status), code "
      + "\(self["code"]?.integer ?? 0)"
  }
}

extension String {
  /// A text in which paths below the working folder begin there.
  var fromHere: String {
    let here = FileManager.default.currentDirectoryPath
    return here == "/" ? self : replacing(here + "/", with: "")
  }

  /// Day and time to the second of an instant in RFC 3339.
  var timeOfDay: String { prefix(19).replacing("T", with: " ") + " UTC" }
}
