import PurgeCore

/// One job's changes: tasks are read once, decide for themselves, and are written back once.
final class Transaction {
  let desk: Desk
  private(set) var staleAnswers = 0
  private(set) var stalePlans = 0
  private(set) var hasShredded = false
  private(set) var hasLeftNotice = false

  private var tasks: [TaskKey: StoredTask] = [:]
  /// What the remembered tasks were when they were read.
  private var before: [TaskKey: StoredTask] = [:]
  private var changed: [TaskKey] = []
  private var isChanged: Set<TaskKey> = []
  private var results: [TaskKey: [(range: Range<Int>, verdict: Verdict, at: Instant)]] = [:]
  private var closed: [(request: PurgeRequestID, at: Instant)] = []
  private var latest = Instant(milliseconds: 0)
  /// The last replays of connectors, as they were asked for.
  var lastReplays: [ConnectorName: Int] = [:]

  var connection: Connection { desk.connection }
  var keys: Keys { desk.keys }

  init(_ desk: Desk) { self.desk = desk }

  /// The task of a key; nil when there is none.
  func task(_ key: TaskKey) throws(StoreError) -> StoredTask? {
    if let known = tasks[key] { return known }
    guard let stored = try connection.task(key) else { return nil }
    tasks[key] = stored
    before[key] = stored
    return stored
  }

  /// The task of a key; throws `unknownTask`.
  func existingTask(_ key: TaskKey) throws(StoreError) -> StoredTask {
    if let stored = try task(key) { return stored }
    throw StoreError(
      .unknownTask, call: "task", detail: "\(key.request) has no task for \(key.connector)")
  }

  /// Remembers a changed task until `settle` writes it.
  func put(_ stored: StoredTask, at instant: Instant) {
    let key = stored.task.key
    if isChanged.insert(key).inserted { changed.append(key) }
    tasks[key] = stored
    latest = max(latest, instant)
  }

  /// Remembers a result until `settle` writes it, joined with its neighbours.
  func put(_ verdict: Verdict, for range: Range<Int>, of key: TaskKey, at instant: Instant) {
    results[key, default: []].append((range, verdict, instant))
  }

  func countStaleAnswer() { staleAnswers += 1 }
  func countStalePlan() { stalePlans += 1 }
  func noteShredding() { hasShredded = true }
  func noteNotice() { hasLeftNotice = true }

  /// Writes what is remembered and finishes requests whose last task closed.
  func settle() throws(StoreError) {
    try writeBack()
    let ending = closed
    closed = []
    for (request, at) in ending { try closeTask(of: request, at: at) }
  }

  /// Writes what is remembered, so that statements over many tasks see it, and forgets it.
  func writeBack() throws(StoreError) {
    for key in changed {
      guard let stored = tasks[key] else { continue }
      try write(results[key] ?? [], of: key)
      try connection.update(stored, before: before[key])
      try tellAttention(stored.task, before: before[key]?.task.state, at: latest)
      if stored.countsAsOpen, stored.task.state.isClosed { closed.append((key.request, latest)) }
    }
    (tasks, before, changed, isChanged, results) = ([:], [:], [], [], [:])
  }

  /// Forgets what is remembered, because the statements it came with are undone.
  func forget() {
    (tasks, before, changed, isChanged, results, closed) = ([:], [:], [], [], [:], [])
  }

  private func closeTask(of request: PurgeRequestID, at instant: Instant) throws(StoreError) {
    let left = try connection.first(
      """
      UPDATE request SET open_tasks = open_tasks - 1 WHERE id = \(request) RETURNING open_tasks
      """
    ) { (row) throws(StoreError) in row.integer(0) }
    if left == 0 { try finish(request, at: instant) }
  }
}

extension Transaction {
  private typealias Result = (range: Range<Int>, verdict: Verdict, at: Instant)

  /// Writes results, those that touch and say the same as one row.
  private func write(_ results: [Result], of key: TaskKey) throws(StoreError) {
    var run: Result?
    for result in results.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard let open = run else {
        run = result
        continue
      }
      if open.verdict == result.verdict, open.range.upperBound == result.range.lowerBound {
        run = (open.range.lowerBound..<result.range.upperBound, open.verdict, result.at)
      } else {
        try write(open, of: key)
        run = result
      }
    }
    if let run { try write(run, of: key) }
  }

  private func write(_ result: Result, of key: TaskKey) throws(StoreError) {
    guard try !extendNeighbour(by: result, of: key) else { return }
    try connection.run(
      """
      INSERT INTO task_result(request, connector, first, people, verdict, ended_at)
      VALUES (\(key.request), \(key.connector), \(result.range.lowerBound),
        \(result.range.count), \(result.verdict.number), \(result.at))
      """)
  }

  /// Lengthens the row that ends where the result begins, when it says the same.
  private func extendNeighbour(by result: Result, of key: TaskKey) throws(StoreError) -> Bool {
    let before = try connection.first(
      """
      SELECT first, people, verdict FROM task_result
      WHERE request = \(key.request) AND connector = \(key.connector)
        AND first < \(result.range.lowerBound)
      ORDER BY first DESC LIMIT 1
      """
    ) { (row) throws(StoreError) in (row.integer(0), row.integer(1), row.integer(2)) }
    guard let (first, people, verdict) = before, verdict == result.verdict.number,
      first + people == result.range.lowerBound
    else { return false }
    try connection.run(
      """
      UPDATE task_result SET people = \(people + result.range.count), ended_at = \(result.at)
      WHERE request = \(key.request) AND connector = \(key.connector) AND first = \(first)
      """)
    return true
  }
}
