public import Store

extension House {
  /// What the store did since the house was opened, for metrics.
  public func storeCounts() async throws(Refusal) -> StoreCounts {
    try await refusing { () async throws(StoreError) in try await store.counts() }
  }
}
