import Testing

@testable import PurgeCore

@Suite struct `Task lanes` {
  private static let farAway = World.start + .days(30)

  private func task(
    _ number: Int, _ lane: Lane = .normal, deadline: Instant = farAway, through: Int = 0
  ) -> UnplannedTask {
    UnplannedTask(
      key: TaskKey(PurgeRequestID(bits: UInt64(number)), World.connector), lane: lane,
      deadline: deadline, total: 10, plannedThrough: through)
  }

  private func next(_ lanes: inout TaskLanes, _ lane: Lane = .normal) -> UnplannedTask? {
    lanes.next(lane, urgentBefore: World.start + .hours(72))
  }

  @Test func `take turns over requests`() {
    var lanes = TaskLanes()
    lanes.learn((1...3).map { task($0) }, bound: 64)
    var order: [Int64] = []
    for _ in 0..<7 {
      guard var taken = next(&lanes) else { break }
      order.append(taken.key.request.number)
      taken.plannedThrough += 1
      lanes.beginPlan(taken, calls: 1)
      if let planned = lanes.endPlan(taken.key) { lanes.goOn(with: planned) }
    }
    #expect(order == [1, 2, 3, 1, 2, 3, 1])
  }

  @Test(arguments: [(71, Lane.urgent), (73, .normal)])
  func `move a task to the urgent lane when its deadline is near`(hours: Int, lane: Lane) {
    var lanes = TaskLanes()
    lanes.learn([task(1, deadline: World.start + .hours(Int64(hours)))], bound: 64)
    let found = Lane.allCases.reversed().first { next(&lanes, $0) != nil }
    #expect(found == lane)
  }

  @Test func `know a task once, also while its plan is not durable`() throws {
    var lanes = TaskLanes()
    lanes.learn([task(1), task(1)], bound: 64)
    let taken = try #require(next(&lanes))
    lanes.beginPlan(taken, calls: 2)
    lanes.learn([task(1)], bound: 64)
    #expect(next(&lanes) == nil)
    #expect(lanes.underPlan(.normal) == 2)
  }

  @Test func `keep twice as many tasks as they ask for`() {
    var lanes = TaskLanes()
    lanes.learn((1...20).map { task($0) }, bound: 4)
    #expect(lanes.count(.normal) == 8)
  }

  @Test func `leave out a task without people to plan`() {
    var lanes = TaskLanes()
    lanes.learn([task(1, through: 10)], bound: 64)
    #expect(lanes.count == 0)
  }

  @Test(arguments: [(4, true, true), (4, false, false), (3, true, false)])
  func `are short when half is gone of what the store could not give at once`(
    given: Int, isFinished: Bool, isShort: Bool
  ) {
    var lanes = TaskLanes()
    lanes.learn((1...given).map { task($0) }, bound: 4)
    for _ in 0..<2 {
      guard var taken = next(&lanes) else { continue }
      if isFinished { taken.plannedThrough = 10 }
      lanes.beginPlan(taken, calls: 1)
      if let planned = lanes.endPlan(taken.key) { lanes.goOn(with: planned) }
    }
    #expect(lanes.isShort(bound: 4) == isShort)
  }

  @Test func `forget a withdrawn task, also under plan`() throws {
    var lanes = TaskLanes()
    lanes.learn([task(1), task(2)], bound: 64)
    let taken = try #require(next(&lanes))
    lanes.beginPlan(taken, calls: 3)
    lanes.remove([task(2).key])
    lanes.dropPlan(taken.key)
    #expect(lanes.count == 0)
    #expect(lanes.underPlan(.normal) == 0)
    let ended = lanes.endPlan(taken.key)
    #expect(ended == nil)
  }
}
