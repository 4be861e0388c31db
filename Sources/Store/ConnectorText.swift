import Crypto
import PurgeCore

/// The text of a connector's configuration that was found good.
public struct ConnectorText: Sendable {
  /// The revision: a digest or number by which the text is compared.
  public var revision: String
  /// The text; it may hold secrets and is kept sealed.
  public var text: String

  /// Makes a text.
  public init(revision: String, text: String) {
    self.revision = revision
    self.text = text
  }

  /// The text sealed under the master key and bound to its connector.
  func sealed(_ name: ConnectorName, _ keys: Keys) throws(StoreError) -> [UInt8] {
    do throws(CryptoError) {
      return try keys.revisions.seal(Array(text.utf8), with: Array(name.description.utf8))
    } catch { throw StoreError(error) }
  }

  /// The text that was sealed.
  static func opened(
    _ sealed: [UInt8], _ name: ConnectorName, _ keys: Keys
  ) throws(StoreError) -> String {
    do throws(CryptoError) {
      let plain = try keys.revisions.open(sealed, with: Array(name.description.utf8))
      return String(decoding: plain, as: UTF8.self)
    } catch { throw StoreError(error) }
  }
}

extension Connection {
  /// Every connector's row.
  func connectors(_ keys: Keys) throws(StoreError) -> [ConnectorRecord] {
    try rows(
      """
      SELECT connector, state, changed_at, revision, good_revision FROM connector_state
      ORDER BY connector
      """
    ) { (row) throws(StoreError) in
      let name = row.connector(0)
      return ConnectorRecord(
        name: name, state: try ConnectorStateText.state(row.text(1)), changed: row.instant(2),
        revision: row.optionalText(3),
        goodRevision: row.isNull(4)
          ? nil : try ConnectorText.opened(row.bytes(4), name, keys))
    }
  }
}
