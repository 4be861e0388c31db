import PurgeCore

extension Transaction {
  /// Makes an engine's changes, in order; returns the planned calls with their people.
  func make(_ changes: [Change], at now: Instant) throws(StoreError) -> [Call] {
    var planned: [CallKey] = []
    for change in changes {
      switch change {
      case .planned(let key, let ranges, let at):
        planned += try plan(key, ranges, at: at)
      case .concluded(let attempt, let segments):
        try conclude(attempt, segments)
      case .released(let calls):
        for call in calls { try release(call) }
      case .connector(let name, let state):
        try hear(state, of: name, at: now)
      }
    }
    return try planned.map { (key) throws(StoreError) in
      try call(key, CallSchedule(due: now, isHeld: true))
    }
  }

  /// Writes calls for ranges that follow each other from the cursor; none when they do not.
  private func plan(
    _ key: TaskKey, _ ranges: [Range<Int>], at instant: Instant
  ) throws(StoreError) -> [CallKey] {
    guard var stored = try task(key), stored.isPlannable, Self.follow(ranges),
      let first = ranges.first, let last = ranges.last,
      stored.task.plan(first.lowerBound..<last.upperBound)
    else {
      countStalePlan()
      return []
    }
    put(stored, at: instant)
    let calls = ranges.map { CallKey(key, $0) }
    for call in calls { try insert(call, CallSchedule(due: instant, isHeld: true)) }
    return calls
  }

  private static func follow(_ ranges: [Range<Int>]) -> Bool {
    !ranges.contains(where: \.isEmpty)
      && zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }
  }

  /// Replaces a call by what came of it; nothing when no such call is open.
  func conclude(_ attempt: Attempt, _ segments: [CallSegment]) throws(StoreError) {
    guard try replace(attempt.call, by: segments, at: attempt.ended) else {
      return countStaleAnswer()
    }
    try write(attempt)
  }

  /// Puts segments in the place of an open call; `false` when no such call is open.
  @discardableResult
  func replace(
    _ key: CallKey, by segments: [CallSegment], at instant: Instant
  ) throws(StoreError) -> Bool {
    precondition(Self.partition(segments, key.range), "segments do not make up their call's range")
    guard let wasPolling = try remove(key), var stored = try task(key.task) else { return false }
    stored.task.receive(segments, wasPolling: wasPolling)
    put(stored, at: instant)
    for segment in segments { try write(segment, of: key.task, at: instant) }
    return true
  }

  private static func partition(_ segments: [CallSegment], _ range: Range<Int>) -> Bool {
    segments.first?.range.lowerBound == range.lowerBound
      && segments.last?.range.upperBound == range.upperBound && follow(segments.map(\.range))
  }

  func write(
    _ segment: CallSegment, of key: TaskKey, at instant: Instant
  ) throws(StoreError) {
    switch segment.fate {
    case .again(let schedule):
      try insert(CallKey(key, segment.range), schedule)
    case .settled(let verdict) where verdict.isSettled:
      put(verdict, for: segment.range, of: key, at: instant)
    case .settled(let verdict):
      for position in segment.range { try write(verdict, of: key, position, at: instant) }
    }
  }

  private func write(
    _ exception: Verdict, of key: TaskKey, _ position: Int, at instant: Instant
  ) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO subject_exception(request, connector, position, verdict, code, ended_at)
      VALUES (\(key.request), \(key.connector), \(position), \(exception.number),
        \(exception.code), \(instant))
      """)
  }

  private func write(_ attempt: Attempt) throws(StoreError) {
    let key = attempt.call
    try connection.run(
      """
      INSERT INTO attempt(request, connector, ended_at, first, people, number, began_at, exchanges,
        status, code, evidence)
      VALUES (\(key.task.request), \(key.task.connector), \(attempt.ended),
        \(key.range.lowerBound), \(key.range.count), \(attempt.number), \(attempt.began),
        \(attempt.exchanges), \(attempt.status), \(attempt.code),
        \(AttemptEvidence.text(attempt.evidence)))
      ON CONFLICT (request, connector, ended_at, first, people, number) DO NOTHING
      """)
  }
}

extension Transaction {
  func insert(_ key: CallKey, _ schedule: CallSchedule) throws(StoreError) {
    let job = JobColumns(schedule.phase)
    try connection.run(
      """
      INSERT INTO call(request, connector, first, people, held, due_at, job, job_since, give_up_at,
        attempts, first_tried, tries)
      VALUES (\(key.task.request), \(key.task.connector), \(key.range.lowerBound),
        \(key.range.count), \(schedule.isHeld), \(schedule.due), \(job.name), \(job.since),
        \(job.giveUpAt), \(schedule.attempts), \(schedule.firstTried), \(schedule.tries))
      """)
  }

  /// Takes an open call away; tells whether it was polling, nil when it is not open.
  ///
  /// SQLite 3.40 answers `RETURNING job IS NOT NULL` wrongly, so the column itself is asked for.
  private func remove(_ key: CallKey) throws(StoreError) -> Bool? {
    try connection.first(
      """
      DELETE FROM call WHERE request = \(key.task.request) AND connector = \(key.task.connector)
        AND first = \(key.range.lowerBound) AND people = \(key.range.count)
      RETURNING job
      """
    ) { (row) throws(StoreError) in !row.isNull(0) }
  }

  /// Brings what waits back by as much as the clock was.
  ///
  /// It looks at every open call, which is right for what happens once in a year.
  func setClockBack(by span: Span) throws(StoreError) {
    try connection.run(
      "UPDATE call SET due_at = due_at - \(span.milliseconds) WHERE held = 0 AND due_at > 0")
  }

  /// Gives a held call back: due since ever.
  private func release(_ key: CallKey) throws(StoreError) {
    try connection.run(
      """
      UPDATE call SET held = 0, due_at = 0
      WHERE request = \(key.task.request) AND connector = \(key.task.connector)
        AND first = \(key.range.lowerBound) AND people = \(key.range.count) AND held = 1
      """)
  }

  /// A call with its people.
  func call(_ key: CallKey, _ schedule: CallSchedule) throws(StoreError) -> Call {
    let stored = try existingTask(key.task)
    let people = try desk.opened.people(
      key.range, of: key.task.request, in: connection, with: keys)
    var call = Call(
      key, people: people, schedule: schedule, requestedAt: stored.acceptedAt,
      deadline: stored.deadline, lane: stored.lane)
    call.replay = try lastReplay(at: key.task.connector)
    return call
  }
}

/// A call's phase as three columns, null while it erases.
struct JobColumns {
  var name: String?
  var since: Instant?
  var giveUpAt: Instant?

  init(_ phase: CallPhase) {
    guard case .polling(let job, let since, let giveUpAt) = phase else { return }
    (name, self.since, self.giveUpAt) = (job, since, giveUpAt)
  }

  init(_ row: borrowing Row, from start: Int32) {
    name = row.optionalText(start)
    since = row.optionalInstant(start + 1)
    giveUpAt = row.optionalInstant(start + 2)
  }

  var phase: CallPhase {
    guard let name, let since, let giveUpAt else { return .erasing }
    return .polling(job: name, since: since, giveUpAt: giveUpAt)
  }
}

/// The header fields of an attempt as lines of text, in order of their names.
enum AttemptEvidence {
  static func text(_ fields: [String: String]) -> String? {
    guard !fields.isEmpty else { return nil }
    return fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      .joined(separator: "\n")
  }

  static func fields(_ text: String?) -> [String: String] {
    var fields: [String: String] = [:]
    for line in (text ?? "").split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[String(line[..<colon])] = String(line[colon...].dropFirst(2))
    }
    return fields
  }
}
