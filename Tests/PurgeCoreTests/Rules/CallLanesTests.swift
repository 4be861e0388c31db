import Testing

@testable import PurgeCore

@Suite struct `Call lanes` {
  private static let weights = [8, 4, 1]

  private func call(_ index: Int, _ lane: Lane, people: Int = 1) -> HeldCall {
    let task = TaskKey(PurgeRequestID(bits: UInt64(lane.rawValue + 1)), World.connector)
    let range = index * people..<(index + 1) * people
    let call = Call(
      CallKey(task, range), people: range.map(ModelStore.person),
      schedule: CallSchedule(due: World.start), requestedAt: World.start,
      deadline: World.start + .days(30), lane: lane)
    return HeldCall(call, lane: lane, wasLoaded: false)
  }

  private func filled(_ count: Int, people: [Int] = [1, 1, 1]) -> CallLanes {
    var lanes = CallLanes()
    for lane in Lane.allCases {
      for index in 0..<count { lanes.hold(call(index, lane, people: people[lane.rawValue])) }
    }
    return lanes
  }

  /// How many identifiers of each lane the next calls carry.
  private func shares(
    _ lanes: inout CallLanes, calls: Int, withBulk: Bool = true, quantum: Int = 1
  ) -> [Int] {
    var shares = [0, 0, 0]
    for _ in 0..<calls {
      let held = lanes.take(withBulk: withBulk, weights: Self.weights, quantum: quantum)
      if let held { shares[held.lane.rawValue] += held.cost }
    }
    return shares
  }

  @Test(arguments: [13, 26, 130])
  func `are emptied eight to four to one`(calls: Int) {
    var lanes = filled(200)
    #expect(shares(&lanes, calls: calls) == Self.weights.map { $0 * calls / 13 })
  }

  @Test func `count identifiers, not calls`() {
    var lanes = filled(400, people: [5, 1, 10])
    // In a round 16 calls of 5, 40 calls of 1 and one call of 10.
    #expect(shares(&lanes, calls: 57 * 3, quantum: 10) == [240, 120, 30])
  }

  @Test func `give a call its turn though it costs more than its lane gets`() {
    var lanes = filled(3, people: [1, 1, 50])
    #expect(shares(&lanes, calls: 9) == [3, 3, 150])
  }

  @Test func `keep bulk back when it has no room`() {
    var lanes = filled(3)
    #expect(shares(&lanes, calls: 9, withBulk: false) == [3, 3, 0])
    #expect(!lanes.hasCall(withBulk: false))
    #expect(lanes.hasCall(withBulk: true))
  }

  @Test func `save nothing up while they are empty`() {
    var lanes = CallLanes()
    lanes.hold(call(0, .bulk, people: 1))
    _ = lanes.take(withBulk: true, weights: [8, 4, 1], quantum: 100)
    for index in 1..<50 { lanes.hold(call(index, .bulk)) }
    for index in 0..<50 { lanes.hold(call(index, .urgent)) }
    #expect(shares(&lanes, calls: 9) == [8, 0, 1])
  }

  @Test func `hold a call once`() {
    var lanes = CallLanes()
    lanes.hold(call(0, .normal))
    lanes.hold(call(0, .normal))
    #expect(lanes.count == 1)
    let drained = lanes.drain()
    #expect(drained.count == 1)
  }

  @Test func `drop the calls of a task that ended`() {
    var lanes = filled(2)
    lanes.remove([call(0, .normal).call.key.task])
    #expect(shares(&lanes, calls: 6) == [2, 0, 2])
    #expect(lanes.planned(.normal) == 0)
  }
}
