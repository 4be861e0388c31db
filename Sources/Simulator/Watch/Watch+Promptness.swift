import PurgeCore

// L2, L3: what must happen soon.
extension Watch {
  /// A connector that is enabled again and has work.
  struct Release: Sendable {
    var connector: Int
    var tasks: [TaskKey]
    var since: Int64
  }

  /// A purge of one person among requests of many.
  struct Single: Sendable {
    var task: TaskKey
    var since: Int64
    /// People of bulk requests whose calls began since.
    var ahead = 0
  }

  /// Something stands in the way of promptness at a connector.
  mutating func disturb(_ connector: Int) {
    disturbedAt[connector] = .max
    let name = names[connector]
    singles.removeAll { $0.task.connector == name }
  }

  mutating func disturbAll() {
    for connector in names.indices { disturb(connector) }
  }
}

// L2: after a connector is enabled its tasks move within a second, and slowly at first.
extension Watch {
  /// What a connector that a person just enabled could send at once; nil when something else stands
  /// in the way.
  mutating func release(_ connector: Int, _ world: World) -> Release? {
    guard let view = world.engine.connector(names[connector]), view.inFlight == 0,
      world.isClear(connector)
    else { return nil }
    let tasks = world.store.legs.filter { leg in
      leg.task.key.connector == names[connector]
        && (leg.isPlannable
          || leg.rows.contains { !$0.schedule.isHeld && $0.schedule.due <= world.now })
    }
    guard !tasks.isEmpty else { return nil }
    disturbedAt[connector] = world.elapsed
    return Release(connector: connector, tasks: tasks.map(\.task.key), since: world.elapsed)
  }

  /// How long it may take until the first call leaves: a second, and its turn at the vendor's rate.
  func patience(_ connector: Int) -> Int64 {
    let rate = traits[connector].rates.map { $0.per.milliseconds / Int64(max(1, $0.count)) }.max()
    return 1_000 + traits[connector].spacing.milliseconds + Int64(names.count) * (rate ?? 0)
  }

  mutating func checkReleased(_ release: Release, _ world: World) {
    let connector = release.connector
    guard disturbedAt[connector] == release.since, world.isClear(connector),
      let view = world.engine.connector(names[connector]), view.pausedUntil == nil,
      view.isBreakerClosed
    else { return }
    let isOwed = release.tasks.contains { world.store.leg($0)?.task.state.isClosed == false }
    let (name, patience) = (names[connector], patience(connector))
    expect(
      "L2", !isOwed || movedAt[connector] >= release.since,
      "\(name) was enabled and nothing moves after \(patience) ms")
  }

  /// One call at a time until the first answer after it was enabled.
  mutating func checkSlowStart(_ key: CallKey, _ connector: Int) {
    guard isStartingSlowly[connector], !unrecorded[connector].contains(key) else { return }
    let name = names[connector]
    expect(
      "L2", unrecorded[connector].isEmpty,
      "\(name) was enabled and sends several calls at once")
  }
}

// L3: few calls for many people leave before the one for a single person.
extension Watch {
  private static let bulk = 31
  static let longestWaitOfOne: Int64 = 60_000

  /// A purge of one person was accepted; `true` when a bound is watched.
  mutating func expectsSoon(_ request: ModelStore.Request, _ world: World) -> Bool {
    guard request.people.count == 1 else { return false }
    for (connector, leg) in request.legs.enumerated() {
      guard let leg, leg.isStarted, leg.task.state == .queued, states[connector] == .enabled,
        world.isClear(connector), let view = world.engine.connector(names[connector]),
        view.isBreakerClosed, view.pausedUntil == nil
      else { continue }
      singles.append(Single(task: leg.task.key, since: world.elapsed))
    }
    return !singles.isEmpty
  }

  /// A call begins: another single person's or an urgent one may go first, bulk must not.
  mutating func countAhead(_ key: CallKey, _ world: World) {
    guard !singles.isEmpty, !unrecorded[position(key.task.connector)].contains(key) else { return }
    let connector = position(key.task.connector)
    if singles.contains(where: { $0.task == key.task }) {
      return singles.removeAll { $0.task == key.task }
    }
    guard let leg = world.store.leg(key.task), leg.task.total >= Self.bulk,
      leg.deadline - world.now > .hours(73)
    else { return singles.removeAll { $0.task.connector == key.task.connector } }
    // Nobody waits who was waived or cancelled meanwhile.
    singles.removeAll { world.store.leg($0.task)?.task.state.isClosed != false }
    let bound = (traits[connector].concurrent + 4) * max(1, traits[connector].peoplePerCall)
    for index in singles.indices where singles[index].task.connector == key.task.connector {
      singles[index].ahead += key.range.count
      let (words, ahead) = (singles[index].task.words, singles[index].ahead)
      expect("L3", ahead <= bound, "\(words), one person, waits behind \(ahead) others")
    }
  }

  /// Looks whether a single person still waits.
  mutating func checkSingles(_ world: World) {
    singles.removeAll { world.store.leg($0.task)?.task.state.isClosed != false }
    for single in singles where world.elapsed - single.since >= Self.longestWaitOfOne {
      guard world.isClear(position(single.task.connector)) else { continue }
      expect("L3", false, "\(single.task.words), one person, is not asked for within a minute")
    }
  }
}
