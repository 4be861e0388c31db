public import PurgeCore

/// Why the hub does not do what it was asked; nothing was changed.
public struct Refusal: Error, Sendable, Hashable {
  /// The code people quote.
  public var code: Code
  /// What is the matter, in a sentence without identities.
  public var detail: String
  /// What to do, in a sentence.
  public var action: String
  /// The connector it is about; nil for none.
  public var connector: ConnectorName?

  /// Makes a refusal.
  public init(
    _ code: Code, _ detail: String, action: String, connector: ConnectorName? = nil
  ) {
    self.code = code
    self.detail = detail
    self.action = action
    self.connector = connector
  }
}
