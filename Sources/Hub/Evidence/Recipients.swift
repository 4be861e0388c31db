public import PurgeCore
public import Store

/// One recipient of a person's data and what became of the order to erase (GDPR, Article 19).
public struct Recipient: Sendable, Hashable {
  /// What people call it; told apart by a number where several have one name.
  public var name: String
  /// Its share of the request.
  public var task: ConnectorTask
  /// When it was last asked; nil when it never was.
  public var lastTried: Instant?
}

extension House {
  /// Every recipient of a request, in the order of the connectors' names.
  public func recipients(of record: RequestRecord) async throws(Refusal) -> [Recipient] {
    var recipients: [Recipient] = []
    for task in record.tasks {
      let trace = try await refusing { () async throws(StoreError) in
        try await store.trace(of: task.key)
      }
      recipients.append(
        Recipient(name: title(of: task.key.connector), task: task, lastTried: trace.lastTried))
    }
    return Self.numbered(recipients)
  }

  /// What people call a connector; its own name when its file is gone.
  private func title(of name: ConnectorName) -> String {
    register.installed(name)?.title ?? register.file(name)?.connector?.title ?? name.description
  }

  /// Numbers those that share a name.
  private static func numbered(_ recipients: [Recipient]) -> [Recipient] {
    recipients.enumerated().map { position, recipient in
      var recipient = recipient
      if recipients.count(where: { $0.name == recipient.name }) > 1 {
        let number = recipients[...position].count { $0.name == recipient.name }
        recipient.name += " (\(number))"
      }
      return recipient
    }
  }
}
