/// What came of one person at one connector; final until an operator asks again.
public enum Verdict: Sendable, Hashable {
  /// The vendor says the person's data is gone.
  case erased
  /// The vendor says there was nobody of that name.
  case absent
  /// The vendor queued the erasure and offers no confirmation. Accepted is never deleted.
  case accepted
  /// A look-up afterwards found nobody.
  case verifiedAbsent
  /// None of the person's identities is a kind this vendor knows.
  case notApplicable
  /// More than one match and nothing deleted: a person must decide (BZ-17).
  case ambiguous
  /// Refused, or given up on: a person must decide.
  case failed(Code)
  /// An operator waived the obligation.
  case waived

  /// Whether the obligation ends with this verdict.
  public var isSettled: Bool {
    switch self {
    case .erased, .absent, .accepted, .verifiedAbsent, .notApplicable, .waived: true
    case .ambiguous, .failed: false
    }
  }

  /// The code people quote for it.
  public var code: Code {
    switch self {
    case .erased, .accepted: .completed
    case .absent: .noDataFound
    case .verifiedAbsent: .verifiedAbsent
    case .notApplicable: .notApplicable
    case .ambiguous: .ambiguous
    case .failed(let code): code
    case .waived: .waived
    }
  }
}

/// How strongly a result is evidenced, weakest first.
public enum Evidence: Int, Sendable, Hashable, Comparable {
  /// A person says so.
  case attested
  /// It left.
  case sent
  /// The vendor took it.
  case acknowledged
  /// The vendor says it is done.
  case confirmed
  /// A look-up afterwards found nobody.
  case verifiedAbsent

  /// The word people read (VOCABULARY: evidence).
  public var word: String {
    switch self {
    case .attested: "attested"
    case .sent: "sent"
    case .acknowledged: "acknowledged"
    case .confirmed: "confirmed"
    case .verifiedAbsent: "verifiedAbsent"
    }
  }

  /// Orders from weak to strong.
  public static func < (a: Evidence, b: Evidence) -> Bool { a.rawValue < b.rawValue }
}
