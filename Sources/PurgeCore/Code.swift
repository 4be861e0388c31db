/// A stable number for what happened, for people to quote and programs to decide by; never reused.
public struct Code: Sendable, Hashable, Comparable {
  /// The number, 1000 to 8999; its first digit names the field (VOCABULARY: request, permission, ...).
  public var number: Int
  /// Makes a code from its number.
  public init(_ number: Int) { self.number = number }
  /// Orders by number.
  public static func < (a: Code, b: Code) -> Bool { a.number < b.number }
}

extension Code {
  // 1xxx: the request.
  /// More subjects than a request may have.
  public static let tooManySubjects = Code(1001)
  /// More than one identifier kind in a request (BZ-04).
  public static let severalIdentifierKinds = Code(1002)
  /// No identifier kind, or one that is not known.
  public static let noIdentifierKind = Code(1003)
  /// A connector needs a prioritization and none was given (BZ-15).
  public static let prioritizationMissing = Code(1004)
  /// A prioritization that contradicts or repeats itself, or has an unknown word (BZ-18, BZ-19).
  public static let prioritizationConflict = Code(1005)
  /// The plan changed since it was shown (ALM-24).
  public static let planChanged = Code(1006)
  /// The typed phrase is not the one asked for (OS-11).
  public static let phraseMismatch = Code(1007)
  /// Nobody is selected.
  public static let emptySelection = Code(1008)
  /// The body, CSV or parameter cannot be read.
  public static let unreadableInput = Code(1009)
  /// No such request.
  public static let unknownRequest = Code(1010)
  /// A request identifier whose check character does not fit.
  public static let mistypedRequest = Code(1011)
  /// The request is past its point of no return (SF-14).
  public static let irreversible = Code(1012)
  /// The same idempotency key came with another body.
  public static let idempotencyConflict = Code(1013)
  /// The state the request or task is in does not allow this.
  public static let wrongState = Code(1014)
  /// Consequences were not accepted (SF-12, SF-13).
  public static let consentMissing = Code(1015)

  /// No such address in the API.
  public static let unknownAddress = Code(1016)
  /// The hub's disk is full: nothing new is accepted until there is room.
  public static let storageFull = Code(1017)
  /// The hub's own store failed, or cannot read what it holds of a person.
  public static let storageFailed = Code(1018)
  /// No such legal hold.
  public static let unknownHold = Code(1020)
  /// A hold's identifier whose check character does not fit.
  public static let mistypedHold = Code(1021)

  // 1040-1049: evidence.
  /// The audit trail is not what was written.
  public static let auditBroken = Code(1040)
  /// A receipt that cannot be read, was changed, or was signed by another hub.
  public static let receiptInvalid = Code(1041)

  /// No such notice, or none of it failed.
  public static let unknownNotice = Code(1050)
  /// A backup cannot be written where it was asked for.
  public static let backupPlace = Code(1051)
  /// A folder is no backup, or not as it was written.
  public static let backupDamaged = Code(1052)
  /// The database was written by a newer hub.
  public static let newerDatabase = Code(1053)

  /// The settings name nobody who could be told.
  public static let nobodyToTell = Code(1054)

  // 2xxx: permission and gates.
  /// More people at once than the configured share of all (OS-05).
  public static let blastRadius = Code(2006)
  /// A person is under a legal hold.
  public static let legalHold = Code(2007)
  /// Who confirmed a request cannot approve or reject it as the second person.
  public static let sameOperator = Code(2010)

  // 3xxx: connector configuration.
  /// The connector's settings name a purged person (ALM-11).
  public static let referencesPurgedUser = Code(3001)
  /// The connector's file or manifest cannot be used.
  public static let configurationInvalid = Code(3002)
  /// The vendor rejected the credential.
  public static let credentialRejected = Code(3003)
  /// The settings still name a purged person (ALM-12).
  public static let stillReferences = Code(3004)
  /// No connector of that name.
  public static let unknownConnector = Code(3005)
  /// The vendor has not been reachable for 72 hours.
  public static let unreachable = Code(3006)
  /// An administrator disabled the connector.
  public static let disabledByAdministrator = Code(3007)
  /// No connector is configured, so a purge would reach nobody.
  public static let noConnector = Code(3009)
  /// The connector's file was removed.
  public static let removedFromConfiguration = Code(3008)

  // 4xxx: what the vendor answered.
  /// Too many requests.
  public static let rateLimited = Code(4001)
  /// Refused for good.
  public static let refused = Code(4002)
  /// More than one match; nothing was deleted.
  public static let ambiguous = Code(4003)
  /// An answer that is not what the manifest describes.
  public static let unexpectedBody = Code(4004)
  /// A redirect, which is never followed.
  public static let redirectRefused = Code(4005)
  /// Fewer people acted on than were sent (BZ-21).
  public static let countMismatch = Code(4006)
  /// A job was not confirmed in time.
  public static let noConfirmation = Code(4007)
  /// The vendor failed or is busy: 408, 5xx.
  public static let vendorFailed = Code(4008)

  // 5xxx: transport.
  /// The host's name did not resolve.
  public static let dns = Code(5001)
  /// No connection.
  public static let connect = Code(5002)
  /// TLS or certificate.
  public static let tls = Code(5003)
  /// Time ran out.
  public static let timeout = Code(5004)
  /// The connection broke after sending: the vendor may have acted.
  public static let uncertain = Code(5005)
  /// The address may not be spoken to.
  public static let addressRefused = Code(5006)
  /// The answer was too large.
  public static let responseTooLarge = Code(5007)
  /// The request could not be formed from the manifest and this person.
  public static let unusableRequest = Code(5008)

  // 6xxx: outcomes.
  /// The vendor says it is done.
  public static let completed = Code(6000)
  /// The vendor knows nobody of that name.
  public static let noDataFound = Code(6001)
  /// No identity the vendor knows.
  public static let notApplicable = Code(6002)
  /// Part of the people are done.
  public static let partial = Code(6003)
  /// Waived by a person.
  public static let waived = Code(6004)
  /// A look-up afterwards found nobody.
  public static let verifiedAbsent = Code(6005)
  /// A look-up afterwards still finds the person, or finds them again.
  public static let resurrected = Code(6006)
  /// The vendor took a job and has not confirmed it yet.
  public static let jobAccepted = Code(6007)
  /// No connector reaches the system: its owner erases there by hand and says so (ALM-10).
  public static let manualRecipient = Code(6008)

  // 7xxx: import and export.
  /// A row names a purged person (ALM-06).
  public static let suppressedIdentity = Code(7001)

  // 8xxx: notices to people and programs outside.
  /// Tried for three days, then given up.
  public static let noticeGivenUp = Code(8001)
  /// The destination refused it for good.
  public static let noticeRefused = Code(8002)
  /// The destination did not take it; it is tried again.
  public static let noticeNotTaken = Code(8003)
  /// The secret that signs or logs in is not there, or is none.
  public static let noticeSecretMissing = Code(8004)
  /// The destination cannot be reached.
  public static let noticeUnreachable = Code(8005)
  /// TLS to the destination failed, or is not offered.
  public static let noticeTLS = Code(8006)
  /// The destination's address is private.
  public static let noticeAddressRefused = Code(8007)
  /// The destination is named in the settings no longer.
  public static let noticeDestinationGone = Code(8008)
}
