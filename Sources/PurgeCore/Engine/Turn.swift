/// One event's work: what it may use and what it wants done.
struct Turn {
  let now: Instant
  let policy: EnginePolicy
  var isDraining: Bool
  var random: Xoshiro256
  var effects: [Effect] = []
  var changes: [Change] = []
  /// Connectors that must look again, because it is their turn in a pool.
  var roused: [Int] = []

  mutating func announce(_ notice: Notice) { effects.append(.announce(notice)) }

  /// Gives calls back to the store.
  mutating func release(_ keys: [CallKey]) {
    if !keys.isEmpty { changes.append(.released(keys)) }
  }

  /// Judges a connector, durably and aloud.
  mutating func judge(_ name: ConnectorName, _ state: ConnectorState) {
    changes.append(.connector(name, state))
    announce(.connector(name, state))
  }
}
