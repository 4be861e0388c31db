public import Store

extension House {
  /// What the store did since the house was opened, for metrics.
  public func storeCounts() async throws(Refusal) -> StoreCounts {
    do throws(StoreError) { return try await store.counts() } catch { throw Refusal(error) }
  }
}
