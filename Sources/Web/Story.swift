import Documents
import PurgeCore
import Store

/// What happened to one task, in order: pure, so that it can be told from any record.
struct Story {
  let record: RequestRecord
  let task: ConnectorTask
  let attempts: Attempts
  /// The audit's entries about request and connector, oldest first.
  let history: [AuditEntry]

  /// The attempts of a task; where there are very many, its first and its last.
  struct Attempts {
    /// How many of each are read.
    static let most = 1_000
    var first: [Attempt]
    var last: [Attempt]

    /// The last that are not among the first.
    fileprivate var later: ArraySlice<Attempt> {
      guard let end = first.last else { return last[...] }
      return last.firstIndex(of: end).map { last[($0 + 1)...] } ?? last[...]
    }

    /// Whether some lie between the first and the last.
    fileprivate var hasGap: Bool {
      guard let end = first.last, let begin = last.first else { return false }
      return !last.contains(end) && begin != end
    }
  }

  /// One thing that happened, or many alike.
  struct Event {
    var at: Instant
    /// When the last of many alike was.
    var until: Instant?
    /// `request`, `attempt`, `connector`, `operator` or `gap`.
    var kind: String
    var sentence: String
    /// Who did it; nil for the hub's own work.
    var by: String?
    /// How many it stands for.
    var count = 1
    var attempt: Attempt?
    /// Whether it ended what the calls of the same instant were for.
    var isEnd = false
  }

  /// Everything, oldest first.
  var events: [Event] {
    let told = history.compactMap(event)
    let calls = fold(attempts.first[...]) + gap + fold(attempts.later)
    return merge([accepted] + told, calls)
  }

  private var accepted: Event {
    let people = record.total == 1 ? "1 person" : "\(record.total) people"
    let purpose = record.purpose.words
    let start = record.startAt.map { ", starting \($0.minute) UTC" } ?? ""
    return Event(
      at: record.accepted, kind: "request",
      sentence: "accepted: \(people), \(purpose), due \(record.deadline.day)\(start)",
      by: record.actor)
  }

  private var gap: [Event] {
    guard attempts.hasGap, let first = attempts.first.last, let last = attempts.last.first else {
      return []
    }
    return [
      Event(
        at: first.ended, until: last.ended, kind: "gap",
        sentence: "more calls than are told here; requests explain --all lists every one", count: 0)
    ]
  }

  /// Two lists in the order of time; what was decided comes before a call of the same instant, and
  /// the end after it.
  private func merge(_ one: [Event], _ two: [Event]) -> [Event] {
    var (merged, rest): ([Event], ArraySlice<Event>) = ([], two[...])
    for event in one {
      let earlier = rest.prefix { $0.at < event.at || event.isEnd && $0.at == event.at }
      rest = rest.dropFirst(earlier.count)
      merged += earlier + [event]
    }
    return merged + rest
  }
}

extension Story {
  /// Calls one by one, but more than three alike in a row as one event after the first.
  private func fold(_ attempts: ArraySlice<Attempt>) -> [Event] {
    var (events, rest): ([Event], ArraySlice<Attempt>) = ([], attempts)
    while let first = rest.first {
      let alike = rest.prefix { $0.isLike(first) }
      rest = rest.dropFirst(alike.count)
      if alike.count <= 3 {
        events += alike.map(event)
      } else {
        events.append(event(first))
        events.append(sum(alike.dropFirst()))
      }
    }
    return events
  }

  private func event(_ attempt: Attempt) -> Event {
    let people = attempt.call.range.count == 1 ? "1 person" : "\(attempt.call.range.count) people"
    let took = Double((attempt.ended - attempt.began).milliseconds) / 1_000
    let facts = ["x-request-id", "request-id", "retry-after"].compactMap { name in
      attempt.evidence[name].map { "; \(name) \($0)" }
    }
    return Event(
      at: attempt.ended, kind: "attempt",
      sentence: "try \(attempt.number) for \(people): \(outcome(attempt)), "
        + "after \(took) s\(facts.joined())",
      attempt: attempt)
  }

  /// What the vendor said and what it means.
  private func outcome(_ attempt: Attempt) -> String {
    let words = "\(title(attempt.code)) (\(attempt.code.number))"
    return attempt.status.map { "answered \($0), \(words)" } ?? words
  }

  /// Accepted is never deleted, and both have one code.
  private func title(_ code: Code) -> String {
    guard code == .completed, task.tally.accepted > 0 else {
      return CodePage(code).title.lowercasedFirst
    }
    return task.tally.erased == 0 ? "accepted, not confirmed" : "taken"
  }

  private func sum(_ alike: ArraySlice<Attempt>) -> Event {
    let (first, last) = (alike[alike.startIndex], alike[alike.endIndex - 1])
    let count = alike.count
    let what =
      first.code.isGood
      ? "\(count) more calls went well: \(title(first.code)) (\(first.code.number))"
      : "\(count) more calls: \(outcome(first))"
    return Event(
      at: first.ended, until: last.ended, kind: "attempt", sentence: what, count: count,
      attempt: last)
  }

  /// What an entry of the audit means for this task; nil for what another event says already.
  private func event(_ entry: AuditEntry) -> Event? {
    guard let (kind, words) = words(entry) else { return nil }
    return Event(
      at: entry.at, kind: kind,
      sentence: entry.detail.isEmpty ? words : "\(words): \(entry.detail)", by: entry.actor,
      isEnd: entry.action.hasPrefix("request.completed"))
  }

  private func words(_ entry: AuditEntry) -> (kind: String, words: String)? {
    switch entry.action {
    case "request.accepted": nil
    case "request.started": ("request", "the waiting period ended; calls may go out")
    case "request.released": ("operator", "released from its waiting period")
    case "request.cancelRequested": ("operator", "cancelled")
    case "request.completed": ("request", "the request ended: every connector is done")
    case "request.completedWithExceptions":
      ("request", "the request ended, with a documented exception")
    case "request.cancelled": ("request", "the request ended: cancelled")
    case "task.retried": ("operator", "the vendor is asked again")
    case "task.replayed":
      ("operator", "the vendor restored a backup, and is asked to erase again")
    case "connector.replayed": nil
    case "task.waived": ("operator", "what was open was waived")
    case "receipt.issued": ("operator", "a receipt was issued")
    case "task.letter": ("operator", "the list of people was written for the owner")
    case "task.attested": ("operator", "the owner erased by hand and said so")
    case "connector.disabled": ("connector", "the connector was disabled")
    case "connector.degraded":
      ("connector", "the vendor failed again and again; single probes only")
    case "connector.enabled": ("connector", "the connector was enabled")
    case "change.setAside": ("request", "the hub could not write what came of it")
    default: ("request", entry.action)
    }
  }
}

extension Attempt {
  /// Whether another attempt went the same way for as many people.
  fileprivate func isLike(_ other: Attempt) -> Bool {
    code == other.code && status == other.status
  }
}

extension Code {
  /// Whether a call with it did what it was for.
  fileprivate var isGood: Bool { isOutcome && self != .partial && self != .resurrected }
}

extension Story.Event {
  var json: JSON {
    var members: [JSON.Member] = [
      .init("at", .string(at.rfc3339)), .init("until", until.map { .string($0.rfc3339) } ?? .null),
      .init("kind", .string(kind)), .init("sentence", .string(sentence)),
      .init("by", by.map(JSON.string) ?? .null), .init("count", JSON(count)),
    ]
    if let attempt { members.append(.init("attempt", attempt.json)) }
    return .object(members)
  }
}
