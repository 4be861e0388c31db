import HTTPTypes
import PurgeCore
import Testing

@Suite struct `The engine's judgement` {
  private let note = DisabledReason.administrator(note: "stop")

  /// A world whose engine just found its vendor down, while a person disabled the connector.
  private func contradicted() -> (world: World, state: ConnectorState) {
    var world = World.make()
    world.submit(10)
    world.holdsBatches = true
    world.failAll(.timeout)
    let state = ConnectorState.disabled(note, since: world.now)
    world.store.set(World.connector, state)
    return (world, state)
  }

  @Test func `never undoes what a person decided`() {
    var (world, state) = contradicted()
    world.hear(.connectorChanged(World.connector, nil, state))
    while !world.pendingBatches.isEmpty { world.commitPending() }
    #expect(world.store.states[World.connector] == state)
    #expect(world.view?.state == state)
  }

  @Test func `is forgotten when a person enables the connector`() {
    var world = World.make()
    world.submit(10)
    world.holdsBatches = true
    world.failAll(.timeout)
    world.configure()
    while !world.pendingBatches.isEmpty { world.commitPending() }
    #expect(world.store.states[World.connector] == .enabled)
    #expect(world.view?.isBreakerClosed == true)
  }

  @Test func `gives way to what the store says last`() {
    var world = World.make()
    world.submit(10)
    world.holdsBatches = true
    world.answer(401)
    world.configure()
    while !world.pendingBatches.isEmpty { world.commitPending() }
    #expect(world.store.states[World.connector]?.isDisabled == true)
    #expect(world.view?.state == world.store.states[World.connector])
  }
}
