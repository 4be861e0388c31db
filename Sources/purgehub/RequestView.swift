import Documents

/// How a request is shown to people: one sentence, then a line for each connector.
struct RequestView {
  let json: JSON
  let console: Console

  var id: String { json["id"]?.string ?? "" }
  var state: String { json["state"]?.string ?? "" }
  var sentence: String { json["sentence"]?.string ?? "" }
  var isFinal: Bool { json["isFinal"]?.bool ?? false }

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

  func show() {
    console.say(console.bold("\(id)  \(sentence)"))
    console.say(facts)
    if let who = json["who"]?.string { console.say("Who must act: \(who)") }
    if !tasks.isEmpty { showTasks() }
    showDecisions()
  }

  private func showTasks() {
    console.say()
    var table = Table(headings: ["CONNECTOR", "STATE", "DONE", "EVIDENCE", "WHAT AND WHO"])
    table.rows = tasks.map(row)
    let lines = table.lines()
    console.say(console.dim(lines[0]))
    for line in lines.dropFirst() { console.say(line) }
  }

  private func showDecisions() {
    let decisions = json["decisions"]?.array ?? []
    if !decisions.isEmpty { console.say() }
    for decision in decisions {
      console.say(
        "\(decision["at"]?.string?.prefix(16) ?? "")  \(decision["sentence"]?.string ?? "")")
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

  private var tasks: [JSON] { json["tasks"]?.array ?? [] }

  private func count(_ name: String) -> Int { json["progress"]?[name]?.integer ?? 0 }

  private var facts: String {
    let people = json["people"]?.integer ?? 0
    let deadline = json["deadline"]?.string?.prefix(10) ?? ""
    let days = json["daysLeft"]?.integer ?? 0
    return "\(people) \(people == 1 ? "person" : "people"), \(state), due \(deadline) "
      + "(\(days) days left)"
  }

  private func row(_ task: JSON) -> [String] {
    let what = [task["summary"]?.string, task["who"]?.string.map { "(\($0))" }].compactMap(\.self)
    return [
      task["connector"]?.string ?? "", task["state"]?.string ?? "",
      "\(task["settled"]?.integer ?? 0)/\(task["people"]?.integer ?? 0)",
      task["evidence"]?.string ?? "-", what.joined(separator: " "),
    ]
  }
}
