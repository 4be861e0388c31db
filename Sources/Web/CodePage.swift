import PurgeCore

/// What a code means to those who meet it: a title, who acts, and the status it travels with.
struct CodePage: Sendable, Hashable {
  let title: String
  let who: String
  let status: Int

  private init(_ title: String, _ who: String, _ status: Int = 422) {
    self.title = title
    self.who = who
    self.status = status
  }

  /// The page of a code; a general one for a code without its own.
  init(_ code: Code) {
    self = Self.pages[code] ?? CodePage("Code \(code.number)", "administrator", 500)
  }

  private static let pages: [Code: CodePage] = [
    .tooManySubjects: CodePage("Too many people in one request", "application"),
    .severalIdentifierKinds: CodePage("More than one identifier kind", "application"),
    .noIdentifierKind: CodePage("No identifier kind the hub knows", "application"),
    .prioritizationMissing: CodePage("A prioritization is missing", "application"),
    .prioritizationConflict: CodePage("The prioritization contradicts itself", "application"),
    .planChanged: CodePage("The plan changed since it was shown", "operator", 409),
    .phraseMismatch: CodePage("The phrase is not the one asked for", "operator"),
    .emptySelection: CodePage("Nobody is selected", "operator"),
    .unreadableInput: CodePage("The input cannot be read", "application", 400),
    .unknownRequest: CodePage("No such purge request", "support", 404),
    .mistypedRequest: CodePage("The purge request ID is mistyped", "support", 400),
    .irreversible: CodePage("Past the point of no return", "operator", 409),
    .idempotencyConflict: CodePage(
      "The idempotency key was used for another request", "application"),
    .wrongState: CodePage("Not possible in this state", "operator", 409),
    .consentMissing: CodePage("The consequences were not accepted", "operator"),
    .unknownAddress: CodePage("No such address in the API", "application", 404),
    .storageFull: CodePage("The hub's disk is full", "administrator", 503),
    .storageFailed: CodePage("The hub's store failed", "administrator", 500),
    .unknownHold: CodePage("No such legal hold", "operator", 404),
    .mistypedHold: CodePage("The hold's ID is mistyped", "operator", 400),
    .blastRadius: CodePage("More people at once than the cap allows", "operator", 409),
    .legalHold: CodePage("A person is under a legal hold", "operator", 409),
    .sameOperator: CodePage("A second person must decide", "another operator", 403),
    .auditBroken: CodePage("The audit trail was changed", "auditor", 500),
    .receiptInvalid: CodePage("The receipt is not what a hub signed", "auditor"),
    .unknownNotice: CodePage("No such notice", "operator", 404),
    .backupPlace: CodePage("The backup cannot be written there", "administrator"),
    .backupDamaged: CodePage("The backup is not as it was written", "administrator"),
    .newerDatabase: CodePage("The database is newer than this hub", "administrator", 409),
    .nobodyToTell: CodePage("Nobody is told of anything", "administrator"),
    .noticeGivenUp: CodePage("A notice was given up after three days", "administrator"),
    .noticeRefused: CodePage("A notice was refused for good", "administrator"),
    .noticeNotTaken: CodePage("A notice was not taken yet", "nobody"),
    .noticeSecretMissing: CodePage("The secret of a notice's destination", "administrator"),
    .noticeUnreachable: CodePage("A notice's destination cannot be reached", "nobody"),
    .noticeTLS: CodePage("TLS to a notice's destination failed", "administrator"),
    .noticeAddressRefused: CodePage(
      "The address of a notice's destination is private", "administrator"),
    .noticeDestinationGone: CodePage(
      "A notice's destination is not in the settings", "administrator"),
    .referencesPurgedUser: CodePage("The settings name a purged person", "administrator", 409),
    .configurationInvalid: CodePage("The configuration cannot be used", "administrator"),
    .credentialRejected: CodePage("The vendor rejected the credential", "administrator", 409),
    .stillReferences: CodePage("The settings still name a purged person", "administrator", 409),
    .unknownConnector: CodePage("No such connector", "operator", 404),
    .unreachable: CodePage("The vendor cannot be reached", "administrator", 409),
    .disabledByAdministrator: CodePage("Disabled by an administrator", "administrator", 409),
    .removedFromConfiguration: CodePage("The connector's file is gone", "administrator", 409),
    .noConnector: CodePage("No connector is configured", "administrator"),
    .rateLimited: CodePage("The vendor asks for patience", "nobody"),
    .refused: CodePage("The vendor refused", "operator"),
    .ambiguous: CodePage("More than one profile matches; nothing was deleted", "operator"),
    .unexpectedBody: CodePage(
      "The vendor's answer is not what its manifest says", "connector author"),
    .redirectRefused: CodePage("The vendor redirected, which is never followed", "administrator"),
    .countMismatch: CodePage("The vendor acted on fewer people than were sent", "operator"),
    .noConfirmation: CodePage("The vendor did not confirm in time", "operator"),
    .vendorFailed: CodePage("The vendor failed or is busy", "nobody"),
    .dns: CodePage("The vendor's host name does not resolve", "administrator"),
    .connect: CodePage("No connection to the vendor", "administrator"),
    .tls: CodePage("TLS to the vendor failed", "administrator"),
    .timeout: CodePage("The vendor did not answer in time", "nobody"),
    .uncertain: CodePage("The connection broke; the vendor may have acted", "nobody"),
    .addressRefused: CodePage("The vendor's address is private", "administrator"),
    .responseTooLarge: CodePage("The vendor's answer is too large", "connector author"),
    .unusableRequest: CodePage("No request could be made for this person", "connector author"),
    .completed: CodePage("Done", "nobody"),
    .noDataFound: CodePage("The vendor knows nobody of that name", "nobody"),
    .notApplicable: CodePage("No identifier this vendor knows", "nobody"),
    .resurrected: CodePage("A look-up still finds the person, or finds them again", "operator"),
    .jobAccepted: CodePage("The vendor took a job and reports later", "nobody"),
    .manualRecipient: CodePage("The system's owner erases by hand", "operator"),
    .partial: CodePage("Part of the people are done", "operator"),
    .waived: CodePage("Waived by an operator", "nobody"),
    .verifiedAbsent: CodePage("A look-up afterwards found nobody", "nobody"),
    .suppressedIdentity: CodePage("The row names a purged person", "operator"),
  ]
}
