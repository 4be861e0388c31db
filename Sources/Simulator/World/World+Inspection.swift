import PurgeCore

extension World {
  /// How long something may lie about before it counts as forgotten.
  private static let patience: Int64 = 900_000

  /// Looks for work that nobody does, when nothing stands in its way.
  func inspect() {
    let quietSince = max(upSince, trouble?.until ?? 0, noticesLostUntil)
    guard isUp, !isDraining, !engine.isStorageStalled, elapsed - quietSince > Self.patience,
      elapsed - lastJump > Self.patience, jobsWaiting == 0,
      !weather.contains(where: { $0.contains { $0.until > elapsed - 3_600_000 } })
    else { return }
    watch.checkForgotten(self, quietFor: Self.patience)
  }
}
