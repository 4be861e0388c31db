import PurgeCore
import Testing

@Suite struct `A connector task` {
  private static let key = TaskKey(PurgeRequestID(bits: 7), ConnectorName("vendor"))
  private static let later = CallSchedule(due: World.start)
  private static let polling = CallSchedule(
    due: World.start, phase: .polling(job: "j", since: World.start, giveUpAt: World.start))

  private func planned(_ total: Int) -> ConnectorTask {
    var task = ConnectorTask(Self.key, total: total)
    _ = task.plan(0..<total)
    return task
  }

  @Test(arguments: [
    ([Verdict.erased, .erased], TaskState.completed), ([.erased, .absent], .completed),
    ([.absent, .absent], .noDataFound), ([.absent, .notApplicable], .noDataFound),
    ([.notApplicable, .notApplicable], .notApplicable), ([.accepted, .waived], .waived),
    ([.verifiedAbsent, .absent], .completed), ([.erased, .ambiguous], .needsAttention(.ambiguous)),
    ([.failed(.refused), .erased], .needsAttention(.refused)),
  ])
  func `ends as its verdicts say`(verdicts: [Verdict], state: TaskState) {
    var task = planned(2)
    task.receive([CallSegment(0..<1, .settled(verdicts[0]))], wasPolling: false)
    #expect(task.state == .running)
    task.receive([CallSegment(1..<2, .settled(verdicts[1]))], wasPolling: false)
    #expect(task.state == state)
  }

  @Test func `ALM-10 that is done by hand is never planned and ends by a word`() {
    var task = ConnectorTask(Self.key, total: 4, isByHand: true)
    #expect(task.state == .needsAttention(.manualRecipient) && task.needingAttention == 4)
    let isPlanned = task.plan(0..<2)
    #expect(!isPlanned)
    task.block(.disabledByAdministrator)
    task.unblock()
    #expect(task.state == .needsAttention(.manualRecipient))
    let attested = [task.attest(), task.attest()]
    #expect(attested == [4, 0])
    #expect(task.state == .completed && task.tally.erased == 4 && task.isByHand)
    var other = planned(1)
    let others = other.attest()
    #expect(others == 0 && !other.state.isClosed)
  }

  @Test func `ALM-10 that is done by hand can be waived`() {
    var task = ConnectorTask(Self.key, total: 4, isByHand: true)
    let waived = task.waive()
    #expect(waived == 4 && task.state == .waived && task.isByHand && task.needingAttention == 0)
  }

  @Test func `is planned from its cursor on, once`() {
    var task = ConnectorTask(Self.key, total: 10)
    let taken = [task.plan(0..<5), task.plan(0..<5), task.plan(6..<10), task.plan(5..<11)]
    #expect(taken == [true, false, false, false])
    #expect(task.plannedThrough == 5)
  }

  @Test(arguments: [
    (false, nil, TaskState.running), (true, nil, .queued),
    (false, Code.unreachable, .blocked(.unreachable)), (true, .unreachable, .blocked(.unreachable)),
  ])
  func `is open anew when its vendor has people again`(anew: Bool, code: Code?, state: TaskState) {
    var task = planned(2)
    task.receive([CallSegment(0..<2, .settled(.erased))], wasPolling: false)
    task.replay([(.erased, 2)], planningAnew: anew, blockedBy: code)
    #expect(task.state == state && task.open == 2)
    #expect(task.plannedThrough == (anew ? 0 : 2))
  }

  @Test func `stays blocked when its vendor has people again`() {
    var task = planned(2)
    task.receive([CallSegment(0..<1, .settled(.absent))], wasPolling: false)
    task.block(.credentialRejected)
    task.replay([(.absent, 1)], planningAnew: false, blockedBy: .credentialRejected)
    #expect(task.state == .blocked(.credentialRejected) && task.tally == Tally())
  }

  @Test func `awaits the vendor when only jobs are left`() {
    var task = planned(2)
    task.receive([CallSegment(0..<2, .again(Self.polling))], wasPolling: false)
    #expect(task.state == .awaitingVendor)
    #expect(task.tally.pending == 2)
    task.receive([CallSegment(0..<2, .settled(.erased))], wasPolling: true)
    #expect(task.tally.pending == 0)
    #expect(task.state == .completed)
  }

  @Test func `runs while somebody has no call`() {
    var task = ConnectorTask(Self.key, total: 3)
    _ = task.plan(0..<1)
    task.receive([CallSegment(0..<1, .again(Self.polling))], wasPolling: false)
    #expect(task.state == .running)
  }

  @Test func `stays blocked while open, and closes nonetheless`() {
    var task = planned(2)
    task.block(.credentialRejected)
    task.receive([CallSegment(0..<1, .settled(.erased))], wasPolling: false)
    #expect(task.state == .blocked(.credentialRejected))
    task.receive([CallSegment(1..<2, .settled(.erased))], wasPolling: false)
    #expect(task.state == .completed)
  }

  @Test func `goes on where it stood when unblocked`() {
    var task = planned(2)
    task.receive([CallSegment(0..<2, .again(Self.polling))], wasPolling: false)
    task.block(.unreachable)
    task.unblock()
    #expect(task.state == .awaitingVendor)
  }

  @Test func `S5 does not change once it is closed`() {
    var task = planned(1)
    task.receive([CallSegment(0..<1, .settled(.erased))], wasPolling: false)
    task.block(.unreachable)
    task.cancel()
    let waived = task.waive()
    let isPlanned = task.plan(1..<1)
    #expect(waived == 0)
    #expect(!isPlanned)
    #expect(task.state == .completed)
  }

  @Test func `asks a person, and again`() {
    var task = planned(2)
    task.receive(
      [CallSegment(0..<1, .settled(.erased)), CallSegment(1..<2, .settled(.ambiguous))],
      wasPolling: false)
    #expect(task.state == .needsAttention(.ambiguous))
    task.retry([(.ambiguous, 1)])
    #expect(task.state == .running)
    #expect(task.attention == nil)
  }

  @Test func `is waived with everybody who is still open`() {
    var task = planned(5)
    task.receive(
      [
        CallSegment(0..<1, .settled(.erased)), CallSegment(1..<3, .settled(.failed(.refused))),
        CallSegment(3..<5, .again(Self.polling)),
      ], wasPolling: false)
    let waived = task.waive()
    #expect(waived == 4)
    #expect(task.tally.waived == 4)
    #expect(task.open == 0)
    #expect(task.state == .waived)
  }

  @Test func `is blocked from the start when its connector is disabled`() {
    var task = ConnectorTask(Self.key, total: 1, blockedBy: .referencesPurgedUser)
    #expect(task.state == .blocked(.referencesPurgedUser))
    task.unblock()
    #expect(task.state == .queued)
  }
}
