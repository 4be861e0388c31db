import PurgeCore
import Testing

@testable import Store
@testable import Web

@Suite struct `The story of a task` {
  @Test func `begins with the request and tells each call in order`() {
    let story = Story.of([.well(0), .failed(1), .well(2)])
    #expect(story.events.map(\.kind) == ["request", "attempt", "attempt", "attempt"])
    #expect(story.events[0].sentence == "accepted: 9 people, erasure (gdpr), due 2023-12-14")
    #expect(story.events[2].sentence.contains("answered 503, the vendor failed or is busy (4008)"))
  }

  @Test func `folds what went alike many times`() {
    let story = Story.of((0..<500).map { .well($0) } + [.failed(500), .failed(501)])
    #expect(story.events.count == 5)
    #expect(story.events[2].sentence == "499 more calls went well: done (6000)")
    #expect(story.events[2].count == 499)
    #expect(story.events[2].until == noon + .seconds(499))
  }

  @Test func `never calls accepted done`() {
    var tally = Tally()
    tally.accepted = 9
    let story = Story.of((0..<9).map { .well($0) }, tally: tally)
    #expect(story.events[1].sentence.contains("accepted, not confirmed (6000)"))
    #expect(story.events.allSatisfy { !$0.sentence.contains("done") })
  }

  @Test func `says where it leaves calls out`() {
    let (first, last) = ((0..<3).map { Attempt.failed($0) }, (7..<9).map { Attempt.failed($0) })
    let story = Story.of(first, last: last)
    #expect(story.events.map(\.kind).contains("gap"))
    let whole = Story.of(first, last: (1..<9).map { Attempt.failed($0) })
    #expect(!whole.events.map(\.kind).contains("gap"))
    #expect(whole.events.reduce(0) { $0 + $1.count } == 10)
  }

  @Test func `ends with the end, though the last call ended at the same instant`() {
    let entry = AuditEntry(
      sequence: 2, at: noon + .seconds(1), actor: "hub", action: "request.completed", detail: "",
      hash: [])
    let story = Story.of([.well(0), .well(1)], history: [entry])
    #expect(story.events.last?.sentence == "the request ended: every connector is done")
  }

  @Test func `has what people did between the calls`() {
    let entry = AuditEntry(
      sequence: 2, at: noon + .seconds(1), actor: "ann", action: "connector.disabled",
      connector: mail, detail: "code 3007, maintenance", hash: [])
    let story = Story.of([.well(0), .well(2)], history: [entry])
    #expect(story.events.map(\.kind) == ["request", "attempt", "connector", "attempt"])
    #expect(
      story.events[2].sentence == "the connector was disabled: code 3007, maintenance"
        && story.events[2].by == "ann")
  }
}

private let noon = Instant(milliseconds: 1_700_000_000_000)
private let mail = ConnectorName("mail")
private let key = TaskKey(PurgeRequestID(bits: 1), mail)

extension Story {
  fileprivate static func of(
    _ first: [Attempt], last: [Attempt] = [], tally: Tally = Tally(), history: [AuditEntry] = []
  ) -> Story {
    let task = ConnectorTask(
      key, total: 9, plannedThrough: 9, tally: tally, state: .running, attention: nil)
    let record = RequestRecord(
      id: key.request, state: .inProgress, lane: .normal, purpose: .erasure(regulation: "gdpr"),
      total: 9, accepted: noon, deadline: noon + .days(30), actor: "ann", tasks: [task])
    return Story(
      record: record, task: task, attempts: Attempts(first: first, last: last), history: history)
  }
}

extension Attempt {
  fileprivate static func well(_ second: Int) -> Attempt { of(second, 200, .completed) }
  fileprivate static func failed(_ second: Int) -> Attempt { of(second, 503, .vendorFailed) }

  private static func of(_ second: Int, _ status: Int, _ code: Code) -> Attempt {
    let ended = noon + .seconds(Int64(second))
    return Attempt(
      call: CallKey(key, second..<(second + 1)), number: 1, began: ended, ended: ended,
      exchanges: 1, status: status, code: code)
  }
}
