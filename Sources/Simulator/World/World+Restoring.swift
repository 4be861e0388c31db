import Connectors
import PurgeCore

// A vendor restores a backup, and an operator replays it when told.
extension World {
  /// The vendor has everybody again, as of before the run.
  func restore(_ connector: Int) {
    vendors[connector].restore()
    watch.restores(connector)
    agenda.add(.replay(connector), at: elapsed + dice.within(3_600_000...60 * 3_600_000))
  }

  /// The operator tries until it is done: the hub may be down, or its store in trouble.
  func askForReplay(_ connector: Int) {
    guard watch.isRestored[connector] else { return }
    if isUp, !isDraining { submit(.operate(.replay(connector))) }
    agenda.add(.replay(connector), at: elapsed + 600_000)
  }

  /// Replays a connector's open requests.
  ///
  /// Not while an answer of before waits to be recorded, which nobody knows here, nor after a batch was
  /// made and denied, which ends the real process.
  func replay(_ connector: Int) {
    let name = store.names[connector]
    guard watch.isRestored[connector], activeTrouble == nil, !watch.isCommitDenied,
      !engine.isStorageStalled, engine.connector(name)?.inFlight == 0
    else { return }
    let size = Fleet.behaviour(scenario.kinds[connector], connector, variant: 0).traits
    let before = store.replays
    var keys: [TaskKey] = []
    for leg in store.legs where leg.task.key.connector == name {
      let key = leg.task.key
      guard store.requests[store.position(key.request)].state == .inProgress else { continue }
      _ = store.replay(key, peoplePerCall: size.peoplePerCall, at: now)
      keys.append(key)
    }
    tell("\(name) is replayed for \(keys.count) requests")
    watch.replays(connector, keys, underOtherNames: store.replays > before)
    if store.replays > before { takeBack(connector) }
  }

  /// What the engine has in its hand has the names of before: it gives that back.
  private func takeBack(_ connector: Int) {
    let pause = ConnectorState.disabled(.administrator(note: ""), since: now)
    post(.connectorChanged(store.names[connector], behaviour(connector), pause))
    tellEngine(connector)
  }
}

extension Scenario {
  /// The scenario of a seed, with restored backups or without.
  static func of(_ seed: UInt64, days: Int, restoring: Bool) -> Scenario {
    restoring ? Scenario(restoring: seed, days: days) : Scenario(seed: seed, days: days)
  }

  /// The scenario of a seed in which vendors restore backups besides; what else happens is the same.
  init(restoring seed: UInt64, days: Int) {
    self.init(seed: seed, days: days)
    var dice = Dice(seed: seed &+ 0xBAC7)
    let requests = happenings.map(\.at)
    let able = kinds.indices.filter { kinds[$0].canRestore }
    for connector in able where !dice.once(in: 3) {
      let at = dice.pick(requests) + dice.within(60_000...2 * 86_400_000)
      happenings.append(Happening(at: at, deed: .restore(connector: connector)))
    }
    // A connector that is away keeps requests open.
    let other = dice.below(kinds.count)
    happenings.append(Happening(at: 500, deed: .disable(connector: other)))
    happenings.sort { $0.at < $1.at }
  }
}

extension VendorKind {
  /// Whether all it knows of an erasure is who is gone: no job that a backup would bring back.
  fileprivate var canRestore: Bool { [.batch, .counting, .lookUp, .twoCall].contains(self) }
}
