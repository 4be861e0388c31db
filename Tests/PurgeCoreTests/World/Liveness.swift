@testable import PurgeCore

// L4: work that is ready is never forgotten.
extension Engine {
  /// Connectors that have something to do, wait for nothing and will not be woken.
  var forgotten: [ConnectorName] { slots.filter(isForgotten).map(\.name) }

  private func isForgotten(_ slot: ConnectorSlot) -> Bool {
    guard slot.isServing, !isDraining, slot.hasWork, ledger.isEmpty else { return false }
    let isWaiting = slot.inAir > 0 || slot.isLoading || slot.token.isFetching
    // In a pool another connector may be before it, which is woken instead.
    let willWake = slot.traits.pool == nil ? slot.wake != nil : nextWake != nil
    return !isWaiting && !willWake
  }
}

extension ConnectorSlot {
  fileprivate var hasWork: Bool {
    held.count > 0 || tasks.count > 0 || !parked.isEmpty || nextDue != nil || mayHaveCalls
      || mayHaveTasks || askAgainAt != nil
  }
}
