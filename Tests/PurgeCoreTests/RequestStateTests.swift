import PurgeCore
import Testing

@Suite struct `A request's state` {
  @Test func `ends only in states that nothing follows`() {
    for state in RequestState.allCases { #expect(state.isFinal == state.successors.isEmpty) }
  }

  @Test func `SF-14 cannot be cancelled past its point of no return`() {
    #expect(!RequestState.inProgress.successors.contains(.cancelled))
    #expect(RequestState.inProgress.successors == [.completed, .completedWithExceptions])
  }

  @Test(arguments: RequestState.allCases)
  func `always leads to an end`(state: RequestState) {
    var reached: Set<RequestState> = [state]
    for _ in RequestState.allCases { for state in reached { reached.formUnion(state.successors) } }
    #expect(reached.contains { $0.isFinal })
  }

  @Test(arguments: [
    (Int64(0), DeadlineStanding.onTrack), (74, .onTrack), (75, .dueSoon), (99, .dueSoon),
    (100, .overdue),
  ])
  func `has a deadline that comes nearer`(hours: Int64, standing: DeadlineStanding) {
    let start = World.start
    let now = DeadlineStanding(
      accepted: start, deadline: start + .hours(100), now: start + .hours(hours))
    #expect(now == standing)
  }
}
