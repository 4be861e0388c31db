import PurgeCore

// L: what comes true in the end.
extension Watch {
  /// L4: what could be sent for a while and is not was forgotten.
  mutating func checkForgotten(_ world: World, quietFor span: Int64) {
    for (connector, name) in names.enumerated() {
      guard world.elapsed - changedAt[connector] > span, passed - pausedUntil[connector] > span,
        world.store.states[connector] == .enabled, states[connector] == .enabled,
        let view = world.engine.connector(name),
        view.isBreakerClosed, view.pausedUntil == nil, view.inFlight == 0
      else { continue }
      for request in world.store.requests {
        guard let leg = request.legs[connector], leg.isStarted, !leg.task.state.isClosed
        else { continue }
        let before = world.now + Span(milliseconds: -span)
        // A slow vendor's window moves on while people behind it wait to be planned.
        let isMoving = world.elapsed - movedAt[connector] <= span
        let isYoung = (request.startAt ?? leg.acceptedAt) >= before
        checkForgotten(leg, mayWait: isMoving || isYoung, before)
      }
    }
  }

  private mutating func checkForgotten(
    _ leg: ModelStore.Leg, mayWait: Bool, _ before: Instant
  ) {
    let key = leg.task.key
    for row in leg.rows where row.schedule.due < before {
      let who = row.schedule.isHeld ? "held by nobody" : "due"
      expect("L4", false, "\(CallKey(key, row.range).words) is \(who) and forgotten")
    }
    expect("L4", !leg.isPlannable || mayWait, "\(key.words) has people nobody plans for")
  }

  /// L1, L5: everything is closed, and everything is well.
  mutating func checkEnd(_ world: World) {
    check(world)
    checkReplayed(world)
    for client in world.clients {
      expect("L1", client.id != nil, "a client was never told an identifier")
    }
    for leg in world.store.legs {
      expect("L1", leg.task.state.isClosed, "\(leg.task.key.words) is left \(leg.task.state)")
    }
    for request in world.store.requests {
      expect("L1", request.state.isFinal, "request \(request.id.number) is left \(request.state)")
    }
    expect("L4", world.engine.isQuiet, "the engine never comes to rest")
    for view in world.engine.connectors {
      expect("L5", view.isBreakerClosed, "\(view.name)'s breaker stays open")
      let stored = world.store.states[position(view.name)]
      expect("L5", view.state == stored, "\(view.name) is stored as another than it is")
    }
  }

  private mutating func check(_ world: World) {
    checkMemory(world.store, world.clients)
    checkReferences(world.store)
    checkDeliveries(world.store)
  }
}
