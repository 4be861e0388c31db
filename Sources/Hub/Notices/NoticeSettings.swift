public import Connectors
public import Store

/// Who is told of what happens, and how; recipients come from here only, never from data (ALM-48).
public struct NoticeSettings: Sendable, Hashable {
  /// Programs that are told by HTTP, each in its own time.
  public var callbacks: [Callback] = []
  /// People who are told by e-mail; nil for nobody.
  public var mail: Mail?

  /// A program that is told by HTTP (Standard Webhooks).
  public struct Callback: Sendable, Hashable {
    /// The address that is posted to.
    public var url: String
    /// Where the signing secrets are kept; a second one while the first is replaced.
    public var secrets: [SecretReference]
    /// What it is told of.
    public var kinds: Set<NoticeKind>
    /// Allows plain http and private addresses.
    public var selfHosted = false
    /// A file of certificate authorities that replaces the system's; nil for the system's.
    public var authorities: String?
  }

  /// The way of e-mail.
  public struct Mail: Sendable, Hashable {
    /// `smtps://host:465`, or `smtp://host:587` with STARTTLS demanded.
    public var server: String
    /// Who logs in; nil for nobody.
    public var user: String?
    /// Where the password is kept.
    public var password: SecretReference?
    /// The sender's address.
    public var from: String
    /// The recipients; each gets a message of their own.
    public var to: [String]
    /// What they are told of.
    public var kinds: Set<NoticeKind>
    /// Allows private addresses.
    public var selfHosted = false
    /// Leaves TLS out; only for a server on this very machine.
    public var plaintext = false
    /// A file of certificate authorities that replaces the system's; nil for the system's.
    public var authorities: String?
  }

  /// Tells nobody.
  public init() {}
}
