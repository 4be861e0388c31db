import PurgeCore

/// A place in the order in which requests ended.
struct RequestEnd: Sendable {
  var ended: Instant
  var request: PurgeRequestID

  init(ended: Instant, request: PurgeRequestID) {
    self.ended = ended
    self.request = request
  }

  /// The place before whatever ended at an instant or later.
  init(since instant: Instant) {
    self.init(ended: instant + .milliseconds(-1), request: PurgeRequestID(bits: .max))
  }
}

extension Connection {
  /// What a vendor said of people of a task since an instant, and would not say of a restored backup.
  ///
  /// A row is of the last of its people: those who share it and ended earlier are asked for again as
  /// well, which does no harm, while leaving somebody out would.
  func replayable(
    of key: TaskKey, since instant: Instant
  ) throws(StoreError) -> [TaskResult] {
    try rows(
      """
      SELECT first, people, verdict, ended_at FROM task_result
      WHERE request = \(key.request) AND connector = \(key.connector)
        AND ended_at >= \(instant) AND verdict IN (1, 2, 3, 4)
      ORDER BY first
      """
    ) { (row) throws(StoreError) in try TaskResult(row) }
  }

  /// The shares of a page of open requests, and the place to go on after; nil at the end.
  func replayable(
    at connector: ConnectorName, since instant: Instant, after place: RequestCursor, limit: Int
  ) throws(StoreError) -> (shares: [ReplayShare], next: RequestCursor?) {
    let open = try rows(
      """
      SELECT id, accepted_at, deadline FROM request
      WHERE ended_at IS NULL AND (accepted_at, id) > (\(place.accepted), \(place.id))
      ORDER BY accepted_at, id LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in
      (place: RequestCursor(accepted: row.instant(1), id: row.request(0)), due: row.instant(2))
    }
    var shares: [ReplayShare] = []
    for (place, deadline) in open {
      let people = try countReplayable(of: TaskKey(place.id, connector), since: instant)
      guard people > 0 else { continue }
      shares.append(ReplayShare(request: place.id, deadline: deadline, people: people))
    }
    return (shares, open.count < limit ? nil : open.last?.place)
  }

  private func countReplayable(
    of key: TaskKey, since instant: Instant
  ) throws(StoreError) -> Int {
    try first(
      """
      SELECT COALESCE(SUM(people), 0) FROM task_result
      WHERE request = \(key.request) AND connector = \(key.connector)
        AND ended_at >= \(instant) AND verdict IN (1, 2, 3, 4)
      """
    ) { (row) throws(StoreError) in row.integer(0) } ?? 0
  }

  /// Counts a page of requests that ended, and says where to go on; nil at the end.
  func forgotten(
    at connector: ConnectorName, since instant: Instant, after place: RequestEnd, limit: Int
  ) throws(StoreError) -> (found: ForgottenPeople, next: RequestEnd?) {
    let ends = try rows(
      """
      SELECT ended_at, id FROM request
      WHERE ended_at IS NOT NULL AND (ended_at, id) > (\(place.ended), \(place.request))
      ORDER BY ended_at, id LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in RequestEnd(ended: row.instant(0), request: row.request(1)) }
    var found = ForgottenPeople()
    for end in ends {
      let people = try countReplayable(of: TaskKey(end.request, connector), since: instant)
      if people > 0 { (found.requests, found.people) = (found.requests + 1, found.people + people) }
    }
    return (found, ends.count < limit ? nil : ends.last)
  }

  /// The requests that purge somebody who is held, by going through all who are.
  func requestsOfHeld() throws(StoreError) -> Set<PurgeRequestID> {
    Set(
      try rows(
        """
        SELECT tombstone.request FROM hold_name JOIN tombstone
          ON tombstone.fingerprint = hold_name.fingerprint
        WHERE hold_name.hold > -1
        """
      ) { (row) throws(StoreError) in row.request(0) })
  }
}

extension Connection {
  func replays(at connector: ConnectorName, limit: Int) throws(StoreError) -> [Replay] {
    try rows(
      """
      SELECT number, connector, since, plan, reason, actor, at, requests, people FROM replay
      WHERE connector = \(connector) ORDER BY number DESC LIMIT \(limit)
      """
    ) { (row) throws(StoreError) in Replay(row) }
  }

  func requests(ofReplay number: Int, limit: Int) throws(StoreError) -> [PurgeRequestID] {
    try rows(
      "SELECT request FROM task_replay WHERE replay = \(number) ORDER BY request LIMIT \(limit)"
    ) { (row) throws(StoreError) in row.request(0) }
  }

  func replays(of request: PurgeRequestID) throws(StoreError) -> [TaskReplay] {
    try rows(
      """
      SELECT replay.number, replay.connector, replay.since, replay.plan, replay.reason,
        replay.actor, replay.at, replay.requests, replay.people, task_replay.erased,
        task_replay.absent, task_replay.accepted, task_replay.verified_absent
      FROM task_replay JOIN replay ON replay.number = task_replay.replay
      WHERE task_replay.request = \(request) ORDER BY task_replay.connector, task_replay.replay
      """
    ) { (row) throws(StoreError) in
      var tally = Tally()
      (tally.erased, tally.absent) = (row.integer(9), row.integer(10))
      (tally.accepted, tally.verifiedAbsent) = (row.integer(11), row.integer(12))
      let replay = Replay(row)
      return TaskReplay(key: TaskKey(request, replay.connector), replay: replay, tally: tally)
    }
  }

  /// The last replay of a connector; 0 when there was none.
  func lastReplay(at connector: ConnectorName) throws(StoreError) -> Int {
    try first(
      "SELECT number FROM replay WHERE connector = \(connector) ORDER BY number DESC LIMIT 1"
    ) { (row) throws(StoreError) in row.integer(0) } ?? 0
  }
}

extension Replay {
  fileprivate init(_ row: borrowing Row) {
    self.init(
      number: row.integer(0), connector: row.connector(1), since: row.instant(2),
      plan: row.text(3), reason: row.text(4), actor: row.text(5), at: row.instant(6),
      requests: row.integer(7), people: row.integer(8))
  }
}
