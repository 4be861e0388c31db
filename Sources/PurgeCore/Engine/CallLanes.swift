/// A call in hand.
struct HeldCall: Sendable {
  let call: Call
  let lane: Lane
  /// How many identifiers it carries.
  let cost: Int
  /// Whether the store gave it out, as opposed to planned or halved here.
  let wasLoaded: Bool

  init(_ call: Call, lane: Lane, wasLoaded: Bool) {
    self.call = call
    self.lane = lane
    self.wasLoaded = wasLoaded
    cost = max(1, call.people.reduce(0) { $0 + $1.identities.count })
  }
}

/// The calls in hand by lane, given out by deficit round robin counted in identifiers.
struct CallLanes: Sendable {
  private var queues = Lane.allCases.map { _ in Queue<HeldCall>() }
  private var deficits = Lane.allCases.map { _ in 0 }
  private var turn = 0
  private var keys: Set<CallKey> = []
  private(set) var loaded = 0
  private var planned = Lane.allCases.map { _ in 0 }

  var count: Int { keys.count }

  func contains(_ key: CallKey) -> Bool { keys.contains(key) }

  /// How many calls of a lane were planned or halved here.
  func planned(_ lane: Lane) -> Int { planned[lane.rawValue] }

  func hasCall(withBulk: Bool) -> Bool {
    Lane.allCases.contains { isOpen($0, withBulk) }
  }

  mutating func hold(_ held: HeldCall) {
    guard keys.insert(held.call.key).inserted else { return }
    queues[held.lane.rawValue].append(held)
    count(held, 1)
  }

  /// Gives out the next call; a lane's turn lasts until its deficit is used up.
  mutating func take(withBulk: Bool, weights: [Int], quantum: Int) -> HeldCall? {
    guard hasCall(withBulk: withBulk) else { return nil }
    while true {
      let lane = Lane.allCases[turn]
      if isOpen(lane, withBulk), let held = queues[turn].first, held.cost <= deficits[turn] {
        return give(held)
      }
      turn = (turn + 1) % queues.count
      if isOpen(Lane.allCases[turn], withBulk) { deficits[turn] += weights[turn] * quantum }
    }
  }

  /// Gives everything back, in order.
  mutating func drain() -> [CallKey] {
    defer { self = CallLanes() }
    return queues.flatMap { queue in
      var queue = queue
      return queue.drain().map(\.call.key)
    }
  }

  /// Drops the calls of tasks that ended.
  mutating func remove(_ tasks: Set<TaskKey>) {
    for lane in queues.indices {
      for held in queues[lane].remove(where: { tasks.contains($0.call.key.task) }) { forget(held) }
    }
  }

  private func isOpen(_ lane: Lane, _ withBulk: Bool) -> Bool {
    !queues[lane.rawValue].isEmpty && (lane != .bulk || withBulk)
  }

  private mutating func give(_ held: HeldCall) -> HeldCall? {
    deficits[turn] -= held.cost
    _ = queues[turn].popFirst()
    // A lane that has nothing to send saves nothing up.
    if queues[turn].isEmpty { deficits[turn] = 0 }
    forget(held)
    return held
  }

  private mutating func forget(_ held: HeldCall) {
    keys.remove(held.call.key)
    count(held, -1)
  }

  private mutating func count(_ held: HeldCall, _ step: Int) {
    if held.wasLoaded { loaded += step } else { planned[held.lane.rawValue] += step }
  }
}
