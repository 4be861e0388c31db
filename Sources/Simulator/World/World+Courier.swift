import PurgeCore

// A program outside that fetches notices: it marks them as delivered only after it has them.
extension World {
  /// Sends the courier when something waits for it.
  func callCourier() {
    guard isUp, !isCourierUnderWay, !store.waitingNotices(atMost: 1).isEmpty else { return }
    isCourierUnderWay = true
    agenda.add(.courier, at: elapsed + dice.within(1_000...600_000), life: life)
  }

  func deliverNotices() {
    let notices = store.waitingNotices(atMost: 2)
    if flaw == .noticeMarkedUnsent { store.markDelivered(notices.map(\.sequence)) }
    if !isCalm, dice.once(in: 4) {
      coverage.visit(.deed(.loseDelivery))
      return agenda.add(.courier, at: elapsed + 600_000, life: life)
    }
    for notice in notices {
      coverage.visit(.deed(.deliverNotice))
      watch.receives(notice)
    }
    submit(.operate(.delivered(notices.map(\.sequence))))
  }

  /// Whether nothing outside the engine keeps a connector from sending at once.
  func isClear(_ connector: Int) -> Bool {
    isUp && !isDraining && activeTrouble == nil && jobFree <= elapsed + 1_000
      && !engine.isStorageStalled
      && weather(at: connector).isEmpty && noticesLostUntil <= elapsed
      && store.states[connector] == .enabled
  }
}
