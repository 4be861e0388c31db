import PurgeCore
public import Store

/// A notice and what became of it.
public struct NoticeRecord: Sendable {
  /// What is told.
  public var notice: OutboxNotice
  /// To whom, and how far that is.
  public var deliveries: [(to: String, delivery: NoticeDelivery)]
}

extension House {
  /// Begins to tell outside what happens from here on.
  func tellOfWhatHappens() async throws(Refusal) {
    try await refusing { () async throws(StoreError) in try await messenger.begin() }
  }

  /// A page of notices with their deliveries, before one of them, newest first; only those that were
  /// given up where that is asked for.
  public func notices(
    before sequence: Int?, limit: Int, failedOnly: Bool
  ) async throws(Refusal) -> [NoticeRecord] {
    try await refusing { () async throws(StoreError) in
      guard failedOnly else {
        return try await store.outbox(before: sequence, limit: limit).map { notice, deliveries in
          NoticeRecord(notice: notice, deliveries: deliveries.map(labelled))
        }
      }
      return try await store.failedDeliveries(before: sequence, limit: limit).map {
        NoticeRecord(notice: $0.notice, deliveries: [labelled($0)])
      }
    }
  }

  private func labelled(_ delivery: NoticeDelivery) -> (to: String, delivery: NoticeDelivery) {
    let destination = messenger.destination(delivery.subscriber)
    return (destination?.label ?? "somebody the settings do not name", delivery)
  }

  /// Tells everybody whom the settings name that this is a test; returns how many they are.
  ///
  /// - Throws: `Refusal` 1054 when the settings name nobody.
  public func testNotices(by actor: String) async throws(Refusal) -> Int {
    guard messenger.audience > 0 else {
      throw Refusal(
        .nobodyToTell, "The settings name nobody who is told.",
        action: "Name callbacks or mail under notices in the settings file.")
    }
    try await refusing { () async throws(StoreError) in
      try await store.leaveTestNotice(by: actor, at: now())
    }
    return messenger.audience
  }

  /// Has deliveries tried again that were given up, of one notice or of all; returns how many.
  ///
  /// - Throws: `Refusal` 1050 when a notice is named of which none was.
  public func retryNotices(_ sequence: Int?, by actor: String) async throws(Refusal) -> Int {
    let count = try await refusing { () async throws(StoreError) in
      try await store.retryNotices(sequence, by: actor, at: now())
    }
    guard count > 0 || sequence == nil else {
      throw Refusal(
        .unknownNotice, "Of that notice nothing was given up.",
        action: "See notices list --failed for those that can be tried again.")
    }
    messenger.lookAgain()
    return count
  }
}
