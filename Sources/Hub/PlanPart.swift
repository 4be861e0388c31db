import PurgeCore
import Store

/// What a plan's hash depends on of one connector, as a line that can be kept: it names no person.
struct PlanPart: Sendable, Hashable {
  var name: String
  var revision: String
  var isDisabled: Bool
  var people: Int
  var wouldDisable: Int

  init(_ planned: PlannedConnector, revision: String?) {
    name = planned.name.description
    self.revision = revision ?? "-"
    isDisabled = planned.state.isDisabled
    people = planned.people
    wouldDisable = planned.wouldDisable.count
  }

  /// Reads a kept line; nil when it is none.
  init?(_ line: String) {
    let words = line.split(separator: " ", maxSplits: 4).map(String.init)
    guard words.count == 5, let people = Int(words[2]), let places = Int(words[3]) else {
      return nil
    }
    (revision, isDisabled, name) = (words[0], words[1] == "true", words[4])
    (self.people, wouldDisable) = (people, places)
  }

  /// The name comes last, since a file's name may hold blanks.
  var line: String { "\(revision) \(isDisabled) \(people) \(wouldDisable) \(name)" }
}

extension PlanPart {
  /// What is otherwise in a plan than in the one that was confirmed, a sentence each.
  static func changes(from confirmed: ConfirmedPlan, to plan: Plan) -> [String] {
    let old = confirmed.parts.compactMap { PlanPart($0) }
    let gone = old.filter { part in !plan.parts.contains { $0.name == part.name } }
    return plan.parts.flatMap { part in
      part.changes(since: old.first { $0.name == part.name })
    } + gone.map { "\($0.name) is not configured any more." }
  }

  private func changes(since old: PlanPart?) -> [String] {
    guard let old else { return ["\(name) was added."] }
    var changes: [String] = []
    if isDisabled != old.isDisabled {
      changes.append("\(name) \(isDisabled ? "was disabled" : "is enabled again").")
    }
    if wouldDisable != old.wouldDisable {
      changes.append(
        wouldDisable == 0
          ? "\(name) names none of the people any more."
          : "\(name) names some of the people in \(wouldDisable) settings and would be disabled.")
    }
    if revision != old.revision, changes.isEmpty || people != old.people {
      changes.append("The file of \(name) changed.")
    }
    return changes
  }
}
