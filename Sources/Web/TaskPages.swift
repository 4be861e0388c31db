import Documents
import HTTPTypes
import Hub
import PurgeCore
import Store

extension API {
  /// A task's page or its attempts: `[ID, "connectors", NAME]`, and `"attempts"` behind it.
  func showTask(_ parts: [String], _ request: HTTPRequest) async throws(Refusal) -> HTTPResponse {
    guard parts[1] == "connectors", parts.count == 3 || parts[3] == "attempts" else {
      throw .unknownAddress
    }
    let (record, task) = try await house.task(
      House.id(reading: parts[0]), at: ConnectorName(parts[2]))
    return parts.count == 3
      ? try await taskPage(record, task) : try await attempts(of: task.key, request)
  }

  /// One task with the story of what happened to it.
  private func taskPage(
    _ record: RequestRecord, _ task: ConnectorTask
  ) async throws(Refusal) -> HTTPResponse {
    let now = House.now()
    var part = record
    part.tasks = [task]
    let lines = try await taskLines(part, Brakes(house, record.id), at: now)
    let story = Story(
      record: record, task: task, attempts: try await told(of: task.key),
      history: try await house.history(of: task.key))
    return HTTPResponse(
      200,
      json: .object(
        record.facts(at: now) + [
          .init("task", lines[0].json), .init("story", .array(story.events.map(\.json))),
        ]))
  }

  /// The attempts a story is told from: the first and the last, when there are too many.
  private func told(of key: TaskKey) async throws(Refusal) -> Story.Attempts {
    let limit = Story.Attempts.most
    let first = try await house.attempts(of: key, limit: limit)
    guard first.count == limit else { return Story.Attempts(first: first, last: []) }
    let last = try await house.attempts(of: key, newestFirst: true, limit: limit)
    return Story.Attempts(first: first, last: last.reversed())
  }

  /// A page of attempts: `limit`, `order` (oldest, newest) and `after`, the `next` of another page.
  private func attempts(
    of key: TaskKey, _ request: HTTPRequest
  ) async throws(Refusal) -> HTTPResponse {
    let options = try request.options(knowing: ["limit", "order", "after"])
    let limit = try request.number("limit", in: 1...1_000) ?? 100
    let order = options["order"] ?? "oldest"
    guard ["oldest", "newest"].contains(order) else {
      throw Refusal(
        .unreadableInput, "The order is not one the hub knows.", action: "Say oldest or newest.")
    }
    let place = try options["after"].map { (text) throws(Refusal) in try AttemptCursor(text) }
    let page = try await house.attempts(
      of: key, after: place, newestFirst: order == "newest", limit: limit)
    let next = page.count < limit ? nil : page.last.map { AttemptCursor($0).text }
    return HTTPResponse(
      200,
      json: [
        "attempts": .array(page.map(\.json)), "next": next.map(JSON.string) ?? .null,
      ])
  }
}

extension AttemptCursor {
  /// The place as clients hand it back.
  fileprivate var text: String {
    "\(ended.milliseconds)-\(range.lowerBound)-\(range.count)-\(number)"
  }

  fileprivate init(_ text: String) throws(Refusal) {
    let numbers = text.split(separator: "-").compactMap { Int($0) }
    guard numbers.count == 4, numbers.allSatisfy({ $0 >= 0 }) else {
      throw Refusal(
        .unreadableInput, "The page to continue after is not one the hub named.",
        action: "Give the next of the page before.")
    }
    let (end, overflow) = numbers[1].addingReportingOverflow(numbers[2])
    self.init(
      ended: Instant(milliseconds: Int64(numbers[0])),
      range: numbers[1]..<(overflow ? numbers[1] : end), number: numbers[3])
  }
}
