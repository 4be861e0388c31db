/// The tasks that are known to have people without a call, by lane, taken in turn.
struct TaskLanes: Sendable {
  /// A plan that is not durable yet.
  private struct Plan: Sendable {
    /// The task as it is once the plan is durable.
    var task: UnplannedTask
    var calls: Int
  }

  private var queues = Lane.allCases.map { _ in Queue<UnplannedTask>() }
  private var known: Set<TaskKey> = []
  private var plans: [TaskKey: Plan] = [:]
  private var underPlan = Lane.allCases.map { _ in 0 }
  private var plansOf = Lane.allCases.map { _ in 0 }
  /// Whether the store gave as many tasks of a lane as it was asked for.
  private var wasFull = Lane.allCases.map { _ in false }
  /// Whether a task was finished since the store was asked: only then does it give others.
  private var hasFinished = false

  /// How many calls of a lane are planned and not durable yet.
  func underPlan(_ lane: Lane) -> Int { underPlan[lane.rawValue] }

  func count(_ lane: Lane) -> Int { queues[lane.rawValue].count }

  var count: Int { known.count }

  /// Whether a lane has become short that the store can fill.
  func isShort(bound: Int) -> Bool {
    hasFinished
      && queues.indices.contains { wasFull[$0] && queues[$0].count + plansOf[$0] <= bound / 2 }
  }

  mutating func beginAsking() { hasFinished = false }

  mutating func learn(_ tasks: [UnplannedTask], bound: Int) {
    var given = Lane.allCases.map { _ in 0 }
    for task in tasks where task.plannedThrough < task.total {
      given[task.lane.rawValue] += 1
      // New tasks with earlier deadlines may come while a lane is full; they wait in the store.
      guard queues[task.lane.rawValue].count < 2 * bound else { continue }
      if known.insert(task.key).inserted { queues[task.lane.rawValue].append(task) }
    }
    for lane in given.indices { wasFull[lane] = given[lane] >= bound }
  }

  /// The next task of a lane; one whose deadline has come near moves to the urgent lane instead.
  mutating func next(_ lane: Lane, urgentBefore limit: Instant) -> UnplannedTask? {
    while var task = queues[lane.rawValue].popFirst() {
      guard lane != .urgent, task.deadline < limit else { return task }
      task.lane = .urgent
      queues[Lane.urgent.rawValue].append(task)
    }
    return nil
  }

  /// Remembers a plan until it is durable; `task` has its cursor behind the planned calls.
  mutating func beginPlan(_ task: UnplannedTask, calls: Int) {
    plans[task.key] = Plan(task: task, calls: calls)
    underPlan[task.lane.rawValue] += calls
    plansOf[task.lane.rawValue] += 1
  }

  /// Ends a plan and forgets its task, until it is given back with `goOn`.
  ///
  /// Nil when the task was withdrawn meanwhile.
  mutating func endPlan(_ key: TaskKey) -> UnplannedTask? {
    guard let plan = plans.removeValue(forKey: key) else { return nil }
    underPlan[plan.task.lane.rawValue] -= plan.calls
    plansOf[plan.task.lane.rawValue] -= 1
    known.remove(key)
    return plan.task
  }

  /// Puts a task back in its lane, unless everybody of it is planned.
  mutating func goOn(with task: UnplannedTask) {
    if task.plannedThrough >= task.total { return hasFinished = true }
    if known.insert(task.key).inserted { queues[task.lane.rawValue].append(task) }
  }

  /// Forgets every task that has no plan under way.
  mutating func forgetAll() {
    for lane in queues.indices {
      for task in queues[lane].drain() { known.remove(task.key) }
      wasFull[lane] = false
    }
  }

  mutating func remove(_ tasks: Set<TaskKey>) {
    hasFinished = true
    for lane in queues.indices {
      for task in queues[lane].remove(where: { tasks.contains($0.key) }) { known.remove(task.key) }
    }
  }

  /// A task with a plan under way ended.
  mutating func dropPlan(_ key: TaskKey) { _ = endPlan(key) }
}
