import PurgeCore

// S4, S8: what a restored backup changes.
extension Watch {
  /// The vendor has people again who were erased: nobody can know before it says so.
  mutating func restores(_ connector: Int) {
    isRestored[connector] = true
    replayed[connector] = []
    disturb(connector)
  }

  /// Whoever of these tasks had ended is to be asked for again, and all under other names, unless
  /// there was nobody.
  mutating func replays(_ connector: Int, _ keys: [TaskKey], underOtherNames: Bool) {
    (isRestored[connector], replayed[connector]) = (false, keys)
    disturb(connector)
    ended.removeAll { keys.contains($0) }
    for key in keys { (closed[key], settled[key]) = (nil, 0) }
    guard underOtherNames else { return }
    for (call, sent) in operations where keys.contains(call.task) {
      former[call, default: []] += sent.compactMap(\.operation)
    }
    operations = operations.filter { !keys.contains($0.key.task) }
  }

  /// S4: in the end nobody of a replayed task is left at the vendor whom the record calls gone.
  mutating func checkReplayed(_ world: World) {
    for (connector, keys) in replayed.enumerated() where !isRestored[connector] {
      for key in keys {
        let people = world.store.requests[world.store.position(key.request)].people
        for result in world.store.leg(key)?.results ?? [] where result.verdict.saysGone {
          for place in result.range
          where !world.vendors[connector].isGone(people[place], at: world.elapsed) {
            expect("S4", false, "\(key.words): person \(place) came back and is still there")
          }
        }
      }
    }
  }
}

extension Verdict {
  /// Whether it says that nothing of a person is left.
  var saysGone: Bool { [.erased, .absent, .verifiedAbsent].contains(self) }
}
