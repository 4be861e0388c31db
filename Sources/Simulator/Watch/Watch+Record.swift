import PurgeCore

// S19, S22: what people and programs outside are told.
extension Watch {
  /// A program outside receives a notice, perhaps again.
  mutating func receives(_ notice: ModelStore.Notice) {
    let known = received.first { $0.sequence == notice.sequence }
    expect(
      "S19", known == nil || (known?.request == notice.request && known?.state == notice.state),
      "notice \(notice.sequence) was about another request before")
    if known == nil { received.append(notice) }
  }

  /// S19: a request that ended left one notice of it, under a number of its own.
  mutating func checkOutbox(_ store: ModelStore) {
    guard store.outbox.count != outboxSeen else { return }
    outboxSeen = store.outbox.count
    let numbers = Set(store.outbox.map(\.sequence))
    expect("S19", numbers.count == store.outbox.count, "two notices have one number")
  }

  /// S19: in the end every request's end was told outside.
  mutating func checkDeliveries(_ store: ModelStore) {
    for request in store.requests where request.state.isFinal {
      let told = received.filter { $0.request == request.id }.map(\.state)
      expect(
        "S19", told == [request.state],
        "of request \(request.id.number), \(request.state), it was told \(told)")
    }
  }

  /// S22: what changed about connectors and tasks by decision stands in the audit trail.
  mutating func checkAudit(_ before: [ConnectorState?], after count: Int, _ store: ModelStore) {
    let new = store.audits[count...]
    for (connector, state) in before.enumerated() where store.states[connector] != state {
      let name = names[connector]
      expect(
        "S22", new.contains { $0.connector == name },
        "\(name) was changed and nobody wrote down why")
    }
  }
}
