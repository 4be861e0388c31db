public import PurgeCore

/// A legal hold to be placed: whoever it names is not purged until it ends.
public struct HoldOrder: Sendable {
  /// One fingerprint for each spelling of each name; any of them stops a purge.
  public var fingerprints: [Fingerprint]
  /// How many different names it lists.
  public var names: Int
  /// Why; it names nobody.
  public var reason: String
  /// The case's reference; nil for none.
  public var matter: String?
  /// When it ends by itself; nil: only when it is released.
  public var until: Instant?
  /// Who places it.
  public var actor: String

  /// Makes an order.
  public init(
    fingerprints: [Fingerprint], names: Int? = nil, reason: String, matter: String? = nil,
    until: Instant? = nil,
    actor: String
  ) {
    self.fingerprints = fingerprints
    self.names = names ?? Set(fingerprints).count
    self.reason = reason
    self.matter = matter
    self.until = until
    self.actor = actor
  }
}

/// A legal hold as pages show it; it holds no identity.
public struct LegalHold: Sendable, Hashable {
  /// How a hold ended.
  public struct End: Sendable, Hashable {
    /// When.
    public var at: Instant
    /// Who released it; `hub` when its time was over.
    public var actor: String
    /// Why.
    public var reason: String
  }

  /// Its name.
  public var id: HoldID
  /// Why it is there.
  public var reason: String
  /// The case's reference.
  public var matter: String?
  /// How many different names it lists.
  public var names: Int
  /// Who placed it.
  public var actor: String
  /// When.
  public var placed: Instant
  /// When it ends by itself.
  public var until: Instant?
  /// How it ended; nil while it holds.
  public var end: End?
}

/// What a new hold found.
public struct PlacedHold: Sendable, Hashable {
  /// The hold.
  public var id: HoldID
  /// Requests that have not begun and are held back from now on.
  public var heldBack: [PurgeRequestID] = []
  /// Requests past their point of no return that purge one of its people, or did.
  public var tooLate: [PurgeRequestID] = []
}

/// A place in the list of holds, newest first.
public struct HoldCursor: Sendable, Hashable {
  /// When the hold at the place was placed.
  public var placed: Instant
  /// The hold at the place.
  public var id: HoldID

  /// The place of a hold: the page after it begins with the next older one.
  public init(_ hold: LegalHold) { (placed, id) = (hold.placed, hold.id) }

  private init(placed: Instant, id: HoldID) { (self.placed, self.id) = (placed, id) }

  static let newest = HoldCursor(
    placed: Instant(milliseconds: .max), id: HoldID(bits: .max))
}
