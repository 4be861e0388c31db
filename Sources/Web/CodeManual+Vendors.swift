import PurgeCore

/// Codes of what vendors answer, of the way there, and of what came of people.
extension CodeManual {
  static let answers: [Code: Entry] = [
    .rateLimited: Entry(
      "The vendor asked for patience (429 or its own hint). Nobody's tries are used up by it.",
      causes: [
        "The account's rate limit is lower than the connector's.", "Others use the account.",
      ],
      action: "Nothing: the hub waits as long as the vendor says. Where it happens all the time, "
        + "lower limits in the connector's file."),
    .refused: Entry(
      "The vendor refused this person or call for good; asking the same again would not help.",
      causes: [
        "The identifier is not one the vendor takes.",
        "The account or plan does not allow the call.",
      ],
      action: "Read the story with requests explain, mend the cause, then requests retry; or "
        + "requests waive with a reason."),
    .ambiguous: Entry(
      "More than one profile matches the identifier, and nothing was deleted.",
      causes: ["Several profiles share one address at the vendor."],
      action:
        "Erase by an identifier that names one profile, or purge again with a prioritization; "
        + "then retry or waive."),
    .unexpectedBody: Entry(
      "The vendor's answer is not what the connector's manifest says, so it is not believed.",
      causes: [
        "The vendor changed its API.", "A proxy or a login page answered in the vendor's place.",
      ],
      action: "Compare the answer with the manifest in Connectors; purgehub connectors check asks "
        + "again. Then requests retry."),
    .redirectRefused: Entry(
      "The vendor answered with a redirect; the hub never follows one.",
      causes: ["The account lives in another region.", "The base address is out of date."],
      action: "Set the region or base in the connector's file, then reload and retry."),
    .countMismatch: Entry(
      "The vendor acted on fewer people than were sent, and did not say on whom.",
      causes: ["Some of the people are not known there.", "The vendor took part of a batch only."],
      action: "Run requests retry: the people are asked about again, in smaller calls."),
    .noConfirmation: Entry(
      "The vendor took a job and did not confirm it in the time its manifest allows.",
      causes: ["The vendor's queue is long.", "The job was dropped at the vendor."],
      action: "Ask the vendor with the request id that requests explain shows; then retry or waive."
    ),
    .vendorFailed: Entry(
      "The vendor failed or is busy (408 or 5xx).",
      causes: ["An outage or maintenance at the vendor."],
      action: "Nothing: it is tried again, less and less often, until the deadline."),
  ]

  static let transport: [Code: Entry] = [
    .dns: Entry(
      "The vendor's host name does not resolve.",
      causes: ["A mistyped base or instance.", "The machine's name server does not answer."],
      action: "Look the name up on the hub's machine; mend the setting or the name server."),
    .connect: Entry(
      "No connection to the vendor came about.",
      causes: ["A firewall, a proxy or the vendor is down."],
      action: "Try the address from the hub's machine; the hub tries again by itself."),
    .tls: Entry(
      "TLS to the vendor failed, so nothing was sent.",
      causes: [
        "A certificate that expired or is for another host.",
        "A proxy that opens TLS, whose certificate the machine does not know.",
        "The machine's clock is wrong.",
      ],
      action: "Check clock and ca-certificates; verification is never switched off."),
    .timeout: Entry(
      "The vendor did not answer in time.",
      causes: ["The vendor is slow or silent."],
      action: "Nothing: the same call is tried again with the same operation id."),
    .uncertain: Entry(
      "The connection broke after the call was sent: the vendor may or may not have acted.",
      causes: ["The vendor or something in between closed the connection."],
      action: "Nothing: the same call is sent again; erasing twice does no harm."),
    .addressRefused: Entry(
      "The vendor's name resolves to a private or local address, which is not spoken to.",
      causes: ["A system of your own without selfHosted.", "A name server that answers wrongly."],
      action: "For a system of your own, set selfHosted: true in the connector's file."),
    .responseTooLarge: Entry(
      "The vendor's answer is larger than the hub reads.",
      causes: ["A list without pages.", "The wrong address."],
      action: "Let the manifest ask for smaller pages, then retry."),
    .unusableRequest: Entry(
      "From the manifest and this person no request could be made, so nothing was sent.",
      causes: ["An identifier that does not fit the vendor's address or format."],
      action: "Look at the manifest's template; purge by another identifier, or waive."),
  ]

  static let outcomes: [Code: Entry] = [
    .completed: Entry(
      "The vendor did what was asked. Evidence says whether it confirmed it or only took it.",
      action: "Nothing."),
    .noDataFound: Entry(
      "The vendor says it knows nobody of that name.",
      causes: ["The person never was there, or was erased before."],
      action: "Nothing."),
    .notApplicable: Entry(
      "None of the person's identifiers is a kind this vendor knows, so nothing was sent.",
      action: "Where the vendor knows the person otherwise, purge by that identifier as well."),
    .partial: Entry(
      "Of the people of one call, some are done and some are not.",
      action: "Nothing: those who are not done are asked about again or need attention."),
    .waived: Entry(
      "An operator ended what was open by a documented exception; nobody knows it to be erased.",
      action: "Nothing; the audit has the reason."),
    .verifiedAbsent: Entry(
      "A look-up after the erasure found nobody: the strongest evidence.", action: "Nothing."),
    .resurrected: Entry(
      "A look-up after the erasure still finds the person, or finds them again.",
      causes: [
        "The vendor erases later than it says.",
        "Something sent the person's data again: a site, an import, another system.",
      ],
      action: "Stop what sends the data, then requests retry; see what stays in the kind's page."),
    .jobAccepted: Entry(
      "The vendor took a job and will say later what came of it; it counts as open until then.",
      action: "Nothing: the hub asks until the vendor confirms or the time is over."),
    .manualRecipient: Entry(
      "No connector reaches the system, so its owner erases there by hand; the request stays open until they say that they did.",
      causes: ["The connector's file says use: \"manual\"."],
      action:
        "Write the list with requests letter, hand it to the owner over a safe way, and pass their answer on with requests attest."
    ),
  ]
}
