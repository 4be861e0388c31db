import PurgeCore
import Testing

@testable import Hub
@testable import Store
@testable import Web

@Suite struct `The sentence about a request` {
  @Test func `tells who must edit which line, and how much time is left`() {
    let place = SettingPlace(path: "settings.owner", file: "config/connectors/crm.json5", line: 14)
    let state = ConnectorState.disabled(
      .referencesPurgedUser(PurgeRequestID(bits: 1), [place]), since: noon)
    let text = sentence([
      line("a", .completed), line("b", .noDataFound), line("crm", .blocked(Code(3001)), state),
    ])
    #expect(
      text == "2 of 3 done; crm waits for an administrator to edit "
        + "config/connectors/crm.json5 line 14; 6 days left.")
  }

  @Test func `puts people first and counts what is too much to name`() {
    let running = (1...5).map { line("r\($0)", .running) }
    let text = sentence(running + [line("m", .needsAttention(.refused), attention: 2)])
    #expect(
      text == "0 of 6 done; m needs a decision about 2 of 3: the vendor refused (4002); "
        + "r1, r2, r3 and 2 more are under way; 6 days left.")
  }

  @Test func `tells why and when it is tried again`() {
    let standing = TaskStanding(last: .failed, due: noon + .seconds(90))
    let text = sentence([line("crm", .running, standing: standing)])
    #expect(
      text == "0 of 1 done; crm is tried again at 22:14:50 UTC: "
        + "the vendor failed or is busy (4008); 6 days left.")
  }

  @Test(arguments: [
    (Span.hours(30), "2 days left"), (Span.hours(3), "1 day left"),
    (Span.hours(-3), "overdue since 2023-11-14 19:13 UTC"), (Span.hours(-25), "overdue by 1 day"),
    (Span.days(-3), "overdue by 3 days"),
  ])
  func `counts days as people do`(left: Span, words: String) {
    #expect(sentence([line("crm", .running)], left: left).hasSuffix("; \(words)."))
  }
}

private let noon = Instant(milliseconds: 1_700_000_000_000)

private func line(
  _ name: String, _ state: TaskState, _ connector: ConnectorState? = nil,
  standing: TaskStanding? = nil, attention: Int = 0
) -> TaskLine {
  let name = ConnectorName(name)
  var tally = Tally()
  tally.failed = attention
  let task = ConnectorTask(
    TaskKey(PurgeRequestID(bits: 1), name), total: 3, plannedThrough: 3, tally: tally,
    state: state, attention: nil)
  let status = ConnectorStatus(name: name, state: connector, problems: [], owes: true)
  return TaskLine(
    task: task, connector: status, waiver: nil, attestation: nil, standing: standing, now: noon)
}

private func sentence(_ lines: [TaskLine], left: Span = .days(6)) -> String {
  let record = RequestRecord(
    id: PurgeRequestID(bits: 1), state: .inProgress, lane: .normal, purpose: .dataHygiene,
    total: 3, accepted: noon + .days(-24), deadline: noon + left, actor: "ann",
    tasks: lines.map(\.task))
  return StatusSentence(record: record, lines: lines, brakes: Brakes(), now: noon).text
}

extension Attempt {
  fileprivate static let failed = Attempt(
    call: CallKey(TaskKey(PurgeRequestID(bits: 1), ConnectorName("crm")), 0..<3), number: 1,
    began: noon, ended: noon, exchanges: 1, status: 503, code: .vendorFailed)
}
