import PurgeCore

/// Codes of holds, evidence, backups and notices: what surrounds a purge.
extension CodeManual {
  static let brakes: [Code: Entry] = [
    .unknownHold: Entry(
      "No legal hold has that ID, though it is well formed and was not mistyped.",
      causes: ["The ID is of another hub or data folder."],
      action: "See holds list --all."),
    .mistypedHold: Entry(
      "The text is no ID of a hold: its check character or its shape does not fit.",
      causes: ["A character was misheard or left out."],
      action: "Read the ID again; it begins with HLD."),
    .blastRadius: Entry(
      "The request names a larger share of all people than the setting maxShare allows at once.",
      causes: [
        "A list was given whole that was meant to be narrowed.",
        "The setting knownSubjects is lower than the number of people there are.",
      ],
      action: "Check the list; if it is right, confirm with --exceed-cap and the reason."),
    .legalHold: Entry(
      "A person of the request is under a legal hold and must not be erased.",
      causes: ["The hold was placed for this or another identifier of the person."],
      action: "Ask whoever placed the hold; purge again once it is released."),
    .sameOperator: Entry(
      "So large a request needs a second person, and this is the one who confirmed it.",
      causes: ["The setting approvalAbove asks for two people."],
      action: "Have another operator look at requests plan, then approve or reject."),
  ]

  static let evidence: [Code: Entry] = [
    .auditBroken: Entry(
      "An entry of the audit trail does not follow from the one before it: it was changed, or one "
        + "was taken out.",
      causes: ["Somebody wrote into the database.", "The disk damaged it."],
      action: "Keep the data folder as it is, compare with a backup and with receipts."),
    .receiptInvalid: Entry(
      "The file is no receipt, was changed, or was signed by another hub.",
      causes: ["It was laid out anew by an editor.", "The key given is another hub's."],
      action: "Get the receipt again from whoever keeps it, and the key by another way."),
    .backupPlace: Entry(
      "The backup cannot be written where it was asked for; nothing was overwritten.",
      causes: ["The folder exists already.", "The hub's user may not write there."],
      action: "Name a folder that does not exist yet, in one that the hub may write to."),
    .backupDamaged: Entry(
      "The folder is no backup, or not as it was written.",
      causes: ["A file of it was changed, cut or left out.", "Writing it was interrupted."],
      action: "Use another backup, and make a new one."),
    .newerDatabase: Entry(
      "A newer hub wrote the database, so this one did not touch it.",
      causes: ["An older program was started on the data folder."],
      action: "Start the newer program, or restore the copy kept at the upgrade."),
    .suppressedIdentity: Entry(
      "A row of the file names a person who was purged.",
      causes: ["The file was written before the purge.", "A vendor restored a backup."],
      action: "Leave the row out; where a vendor has the person again, purge again."),
  ]

  static let notices: [Code: Entry] = [
    .unknownNotice: Entry(
      "No notice has that number, or none of it failed.",
      causes: ["It was delivered since.", "The number is of another hub."],
      action: "See notices list."),
    .nobodyToTell: Entry(
      "The settings name nobody who could be told.",
      causes: ["\"notices\" in purgehub.json5 has neither callbacks nor mail."],
      action: "Name a callback or a mail server, then try again."),
    .noticeGivenUp: Entry(
      "The destination did not take the notice for three days; it is not tried any more.",
      causes: ["The receiver was away, or answered with an error all the time."],
      action: "Mend the receiver, then notices retry. Purges are not touched."),
    .noticeRefused: Entry(
      "The destination refused the notice for good: HTTP 410, or SMTP 5xx.",
      causes: ["The address of the callback or recipient is gone."],
      action: "Mend the address in purgehub.json5, then notices retry."),
    .noticeNotTaken: Entry(
      "The destination did not take the notice this time.",
      causes: ["It is busy, restarting, or asks for patience."],
      action: "Nothing: it is tried again, later and later."),
    .noticeSecretMissing: Entry(
      "The secret that signs or logs in is not there, or is none.",
      causes: ["A variable or file that purgehub.json5 names is missing or empty."],
      action: "Put it where the settings point; the notice is tried again."),
    .noticeUnreachable: Entry(
      "No connection to the destination.",
      causes: ["It is down, or its name does not resolve.", "A firewall is in between."],
      action: "Nothing at first: it is tried again. Mend the way to it."),
    .noticeTLS: Entry(
      "TLS to the destination failed, or a mail server does not offer it.",
      causes: ["A certificate that ended or names another host.", "STARTTLS is switched off."],
      action: "Mend the destination's certificate; nothing is told without TLS."),
    .noticeAddressRefused: Entry(
      "The destination's address is private, and the settings do not allow that.",
      causes: ["A callback inside the own network.", "A name that leads inward."],
      action: "Say selfHosted: true at the callback if that is meant."),
    .noticeDestinationGone: Entry(
      "The destination is named in the settings no longer, so nothing more goes there.",
      causes: ["It was taken out of purgehub.json5 while a notice was under way."],
      action: "Nothing, unless it was taken out by mistake."),
  ]
}
