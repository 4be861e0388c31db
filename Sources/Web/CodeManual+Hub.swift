import PurgeCore

/// Codes of requests and connectors: what the hub itself says.
extension CodeManual {
  static let requests: [Code: Entry] = [
    .tooManySubjects: Entry(
      "The request names more people than one request may have; nothing was done.",
      causes: ["A list was given whole that is larger than the setting maxPeople."],
      action: "Split the list into several requests, or raise maxPeople in purgehub.json5."),
    .severalIdentifierKinds: Entry(
      "One request names people by one identifier kind, and this one has several.",
      causes: ["Flags or JSON members of two kinds, such as email and phone, in one request."],
      action: "Send one request for each kind."),
    .noIdentifierKind: Entry(
      "The request does not say by which kind of identifier it names people.",
      causes: ["A CSV whose first line is no kind.", "A kind's name with blanks or capitals."],
      action: "Use email, externalId, phone, userAlias, deviceId or a vendor's kind."),
    .prioritizationMissing: Entry(
      "A vendor of the plan has several profiles for one identifier; say which to erase.",
      causes: ["An e-mail purge at a vendor such as Braze without a prioritization."],
      action: "Repeat it with a prioritization, such as unidentified,most_recently_updated."),
    .prioritizationConflict: Entry(
      "The prioritization repeats or contradicts itself, or has a word nobody knows.",
      causes: ["identified together with unidentified.", "A word that was mistyped."],
      action: "Name each rule once, at most one of two that exclude each other."),
    .planChanged: Entry(
      "What the purge would do is no longer what was shown, so it was not done.",
      causes: [
        "A connector was enabled, disabled or edited since the plan.",
        "The list of people is another one.",
      ],
      action: "Plan again, read what changed, and confirm the new plan."),
    .phraseMismatch: Entry(
      "The typed phrase is not the one that confirms so large a purge.",
      causes: ["The number of people in the phrase is not the plan's.", "It was typed otherwise."],
      action: "Type the phrase as the plan shows it."),
    .emptySelection: Entry(
      "The request names nobody.",
      causes: ["An empty list, or a CSV with its heading only."],
      action: "Name at least one person."),
    .unreadableInput: Entry(
      "The body, CSV or parameter cannot be read as what it should be.",
      causes: [
        "JSON or CSV with a mistake; the message names the line.",
        "A member or parameter of a name or kind that the address does not know.",
      ],
      action: "Mend what the message names, and send it again."),
    .unknownRequest: Entry(
      "No request has that ID, though it is well formed and was not mistyped.",
      causes: ["The ID is of another hub or data folder.", "An older backup was restored."],
      action: "Ask which hub gave the ID, and look there with --data or --config."),
    .mistypedRequest: Entry(
      "The text is no purge request ID: its check character or its shape does not fit.",
      causes: ["A character was misheard or left out."],
      action: "Read the ID again; O counts as 0, I and L count as 1, dashes may be left out."),
    .irreversible: Entry(
      "Calls may have gone out, so the request can no longer be cancelled.",
      causes: ["The waiting period is over, or none is set."],
      action: "Let it finish; what is still open can be waived connector by connector."),
    .idempotencyConflict: Entry(
      "The key was used before for a request with other people or reasons.",
      causes: ["A client uses one key for two demands."],
      action: "Use a new key for a new demand, and the same key only to repeat one."),
    .wrongState: Entry(
      "The request, task or connector is in a state in which this cannot be done.",
      causes: ["It is done already.", "Nobody needs the decision that was made."],
      action: "Look at its state with requests show or connectors show."),
    .consentMissing: Entry(
      "The consequences that the plan names were not accepted.",
      causes: ["A client did not send consent: true."],
      action: "Show the consequences to whoever decides, then confirm with consent."),
    .unknownAddress: Entry(
      "The API has no such address, or it takes another method.",
      causes: ["A client of another version.", "A mistyped address or code."],
      action: "Compare the address with the README of this version."),
    .storageFull: Entry(
      "The hub's disk is full: nothing new is accepted, and answers are kept in memory.",
      causes: ["Something else filled the disk.", "A reader keeps the log from being cut."],
      action: "Make room on the disk of the data folder; the hub goes on by itself."),
    .storageFailed: Entry(
      "The hub could not read or write what it keeps, or could not open what is sealed.",
      causes: [
        "The disk fails.", "A row of the database is damaged; the audit has change.setAside.",
      ],
      action: "Run purgehub doctor --full and look at the disk; then retry what needs attention."),
  ]

  static let connectors: [Code: Entry] = [
    .referencesPurgedUser: Entry(
      "The connector's own settings name a person who was purged, so it is disabled until they "
        + "name somebody else. What it owes stays owed.",
      causes: [
        "A personal address stands as owner, sender or contact in the connector's file.",
        "The person named there was part of a purge.",
      ],
      action: "Edit the place that connectors show names, best to a role account, then run "
        + "purgehub connectors reload. Saving the same file again does not help."),
    .configurationInvalid: Entry(
      "The connector's file or its manifest cannot be used.",
      causes: [
        "A mistake in the file; the message names file, line and setting.",
        "A secret's variable or file is not there.",
        "The vendor answered the check with something the manifest does not know.",
      ],
      action: "Mend what the message names, then run purgehub connectors reload."),
    .credentialRejected: Entry(
      "The vendor answered 401 or 403: the connector is disabled, and nobody's purge fails by it.",
      causes: [
        "The key was revoked, rotated or has expired.", "The key lacks a permission.",
        "The vendor lets in other network addresses only.",
      ],
      action: "Put a working credential where the file points, then run purgehub connectors reload."
    ),
    .stillReferences: Entry(
      "The connector cannot be enabled: its settings still name a purged person.",
      causes: ["The file was saved again without a change at that place."],
      action: "Edit the place that the message names, then run purgehub connectors reload."),
    .unknownConnector: Entry(
      "There is no connector of that name, or the request has no task at it.",
      causes: ["The name was mistyped.", "The connector was configured after the purge."],
      action: "See connectors list, or the connectors that requests show names."),
    .unreachable: Entry(
      "The vendor could not be reached for 72 hours, so the connector was disabled.",
      causes: ["The vendor's address changed.", "A firewall or proxy stands in between."],
      action: "Mend the way to the vendor, then run purgehub connectors enable NAME."),
    .disabledByAdministrator: Entry(
      "An administrator switched the connector off; what it owes stays owed.",
      causes: ["Somebody ran connectors disable; its note says why."],
      action: "When the reason is gone, run purgehub connectors enable NAME."),
    .removedFromConfiguration: Entry(
      "The connector's file is gone or says enabled: false, and requests still wait for it.",
      causes: ["The file was moved, renamed or switched off."],
      action: "Put it back with enabled: true and reload, or waive what it owes with a reason."),
    .noConnector: Entry(
      "No connector is configured, so a purge would reach nobody and is refused.",
      causes: [
        "config/connectors has no file that says enabled: true.", "Another --config is used.",
      ],
      action: "Write one with purgehub connectors new, then plan again."),
  ]
}
