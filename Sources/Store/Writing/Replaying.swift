import PurgeCore

extension Transaction {
  /// Carries an order out, all of it or nothing; the same plan again returns what it did before.
  func replay(_ order: ReplayOrder, at now: Instant) throws(StoreError) -> Replay {
    let known = try connection.replays(at: order.connector, limit: .max)
    if let earlier = known.first(where: { $0.plan == order.plan }) { return earlier }
    var replay = Replay(
      number: try nextReplay(), connector: order.connector, since: order.since, plan: order.plan,
      reason: order.reason, actor: order.actor, at: now)
    let code = try connection.state(of: order.connector)?.blockingCode
    for part in order.parts {
      let people = try reopen(part, for: order, replay, blockedBy: code, at: now)
      if people > 0 {
        (replay.requests, replay.people) = (replay.requests + 1, replay.people + people)
      }
    }
    guard replay.people > 0 else {
      throw .wrong("replay", "nobody is left to be asked for again")
    }
    try write(replay)
    return replay
  }

  /// The last replay of a connector, whose number every call after it carries: also who had no result
  /// yet may have been asked for in vain before, under a name that the vendor still remembers.
  func lastReplay(at connector: ConnectorName) throws(StoreError) -> Int {
    if let known = lastReplays[connector] { return known }
    let last = try connection.lastReplay(at: connector)
    lastReplays[connector] = last
    return last
  }

  private func nextReplay() throws(StoreError) -> Int {
    let last = try connection.first(
      "SELECT number FROM replay WHERE number > 0 ORDER BY number DESC LIMIT 1"
    ) { (row) throws(StoreError) in row.integer(0) }
    return (last ?? 0) + 1
  }

  private func write(_ replay: Replay) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO replay(number, connector, since, plan, reason, actor, at, requests, people)
      VALUES (\(replay.number), \(replay.connector), \(replay.since), \(replay.plan),
        \(replay.reason), \(replay.actor), \(replay.at), \(replay.requests), \(replay.people))
      """)
    let counts = "\(replay.people) people of \(replay.requests) requests"
    try audit(
      AuditRecord(
        at: replay.at, actor: replay.actor, action: "connector.replayed",
        connector: replay.connector, detail: "\(counts), \(replay.cause)"))
  }

  /// Opens what had ended of a request's task; returns how many people that are.
  private func reopen(
    _ part: ReplayOrder.Part, for order: ReplayOrder, _ replay: Replay, blockedBy code: Code?,
    at now: Instant
  ) throws(StoreError) -> Int {
    let key = TaskKey(part.request, order.connector)
    // Who is shredded cannot be asked for: a request that ended stays as it is.
    guard try requestState(part.request) == .inProgress, var stored = try task(key) else {
      return 0
    }
    let results = try connection.replayable(of: key, since: order.since)
    let taken = results.flatMap { $0.parts(sparing: part.sparing) }
    guard !taken.isEmpty else { return 0 }
    for result in results { try keepSpared(of: result, part.sparing, of: key) }
    for result in taken { try keep(result, of: key, as: replay) }
    let (runs, wasClosed) = (taken.map(\.range).joined, stored.task.state.isClosed)
    // Only who is planned anew has no call, and the engine plans as much of it as it can use.
    let isWhole = runs == [0..<stored.task.total]
    if !isWhole { try insertCalls(runs, of: key, upTo: order.peoplePerCall, at: now) }
    let tally = taken.reduce(into: Tally()) { $0.add($1.verdict, $1.range.count) }
    stored.task.replay(
      taken.map { ($0.verdict, $0.range.count) }, planningAnew: isWhole, blockedBy: code)
    try note(tally, of: key, replay)
    if wasClosed { try countOpenTask(of: key.request) }
    stored.countsAsOpen = true
    put(stored, at: now)
    return tally.settled
  }

  private func countOpenTask(of request: PurgeRequestID) throws(StoreError) {
    try connection.run("UPDATE request SET open_tasks = open_tasks + 1 WHERE id = \(request)")
  }

  private func insertCalls(
    _ runs: [Range<Int>], of key: TaskKey, upTo size: Int, at now: Instant
  ) throws(StoreError) {
    for run in runs {
      for first in stride(from: run.lowerBound, to: run.upperBound, by: max(1, size)) {
        let range = first..<min(run.upperBound, first + max(1, size))
        try insert(CallKey(key, range), CallSchedule(due: now))
      }
    }
  }

  /// Takes a result away, but for the people who are left alone.
  private func keepSpared(
    of result: TaskResult, _ spared: [Int], of key: TaskKey
  ) throws(StoreError) {
    try connection.run(
      """
      DELETE FROM task_result WHERE request = \(key.request) AND connector = \(key.connector)
        AND first = \(result.range.lowerBound)
      """)
    for position in spared where result.range.contains(position) {
      try connection.run(
        """
        INSERT INTO task_result(request, connector, first, people, verdict, ended_at)
        VALUES (\(key.request), \(key.connector), \(position), 1, \(result.verdict.number),
          \(result.ended))
        """)
    }
  }

  /// Keeps an old result beside the new one that is to come.
  private func keep(
    _ result: TaskResult, of key: TaskKey, as replay: Replay
  ) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO past_result(request, connector, replay, first, people, verdict, ended_at)
      VALUES (\(key.request), \(key.connector), \(replay.number), \(result.range.lowerBound),
        \(result.range.count), \(result.verdict.number), \(result.ended))
      """)
  }

  private func note(
    _ tally: Tally, of key: TaskKey, _ replay: Replay
  ) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO task_replay(request, connector, replay, erased, absent, accepted,
        verified_absent)
      VALUES (\(key.request), \(key.connector), \(replay.number), \(tally.erased),
        \(tally.absent), \(tally.accepted), \(tally.verifiedAbsent))
      """)
    try audit(
      AuditRecord(
        at: replay.at, actor: replay.actor, action: "task.replayed", request: key.request,
        connector: key.connector, detail: "\(tally.settled) people, \(replay.cause)"))
  }
}

extension Replay {
  /// As of when the vendor restored its data, and what the operator said.
  fileprivate var cause: String {
    "restored as of \(since.rfc3339)" + (reason.isEmpty ? "" : ": \(reason)")
  }
}

extension TaskResult {
  /// What is left of a result without some of its people.
  fileprivate func parts(sparing spared: [Int]) -> [TaskResult] {
    var (parts, first): ([TaskResult], Int) = ([], range.lowerBound)
    for position in spared.filter(range.contains) + [range.upperBound] {
      if first < position {
        parts.append(TaskResult(range: first..<position, verdict: verdict, ended: ended))
      }
      first = position + 1
    }
    return parts
  }
}

extension [Range<Int>] {
  /// Ranges in order, those that touch as one.
  fileprivate var joined: [Range<Int>] {
    reduce(into: []) { runs, range in
      if let last = runs.last, last.upperBound == range.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<range.upperBound
      } else {
        runs.append(range)
      }
    }
  }
}
