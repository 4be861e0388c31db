import Crypto
import Documents
public import PurgeCore
import Store

/// What a receipt says, in the words of VOCABULARY; for auditors and for whoever asked.
struct ReceiptText: Sendable {
  /// Names the layout; another layout has another name.
  static let format = "purgehub-receipt/1"

  let matter: ReceiptMatter
  let key: ReceiptPublicKey
  let issued: Instant
  /// What is known of the connectors now; one whose file is gone is missing.
  let connectors: [ConnectorName: InstalledConnector]

  var json: JSON {
    [
      "format": .string(Self.format),
      "hub": ["version": .string(House.version), "keyID": .string(key.id)],
      "issuedAt": .string(issued.rfc3339), "interim": .bool(!record.state.isFinal),
      "request": request,
      "connectors": .array(zip(record.tasks, matter.traces).map(line)),
      "exceptions": exceptions,
      "audit": ["entry": JSON(matter.audit.sequence), "hash": .string(matter.audit.hash.hex)],
      "terms": Self.terms,
    ]
  }

  private var record: RequestRecord { matter.record }

  private var request: JSON {
    var members: [JSON.Member] = [
      .init("id", .string(record.id.description)), .init("state", .string(record.state.rawValue)),
      .init("people", JSON(record.total)), .init("acceptedAt", .string(record.accepted.rfc3339)),
      .init("deadline", .string(record.deadline.rfc3339)),
      .init("endedAt", record.ended.map { .string($0.rfc3339) } ?? .null),
    ]
    switch record.purpose {
    case .erasure(let regulation):
      members += [.init("purpose", "erasure"), .init("regulation", .string(regulation))]
    case .retentionPolicy: members.append(.init("purpose", "retentionPolicy"))
    case .dataHygiene: members.append(.init("purpose", "dataHygiene"))
    }
    return .object(members)
  }

  private func line(_ task: ConnectorTask, _ trace: TaskTrace) -> JSON {
    let name = task.key.connector
    let known = connectors[name]
    var members: [JSON.Member] = [
      .init("name", .string(name.description)),
      .init("title", .string(known?.title ?? name.description)),
      .init("state", .string(task.state.word)), .init("verdicts", task.verdicts),
      .init("evidence", task.evidence.map { .string($0.word) } ?? .null),
      .init("firstTriedAt", trace.firstTried.map { .string($0.rfc3339) } ?? .null),
      .init("lastTriedAt", trace.lastTried.map { .string($0.rfc3339) } ?? .null),
      .init("references", .array(trace.references.map(JSON.string))),
      .init("waivers", .array(matter.waivers.filter { $0.connector == name }.map(Self.waiver))),
      .init("byHand", .bool(task.isByHand)),
      .init(
        "attestations",
        .array(matter.attestations.filter { $0.connector == name }.map(Self.attestation))),
      .init("replays", .array(matter.replays.filter { $0.key.connector == name }.map(Self.replay))),
      // Not known is told apart from none.
      .init("stays", known.map { .array($0.residuals.map(JSON.string)) } ?? .null),
    ]
    if let code = task.state.waitingCode { members.append(.init("code", JSON(code.number))) }
    return .object(members)
  }

  private static func attestation(_ entry: AuditEntry) -> JSON {
    [
      "by": .string(entry.actor), "at": .string(entry.at.rfc3339),
      "statement": .string(entry.detail), "entry": JSON(entry.sequence),
    ]
  }

  private static func waiver(_ entry: AuditEntry) -> JSON {
    [
      "by": .string(entry.actor), "at": .string(entry.at.rfc3339), "reason": .string(entry.detail),
      "entry": JSON(entry.sequence),
    ]
  }

  private static func replay(_ taken: TaskReplay) -> JSON {
    [
      "by": .string(taken.replay.actor), "at": .string(taken.replay.at.rfc3339),
      "restoredAsOf": .string(taken.replay.since.rfc3339),
      "reason": .string(taken.replay.reason),
      "before": [
        "erased": JSON(taken.tally.erased), "absent": JSON(taken.tally.absent),
        "accepted": JSON(taken.tally.accepted), "verifiedAbsent": JSON(taken.tally.verifiedAbsent),
      ],
    ]
  }

  /// The connectors at which not everybody's data is known to be gone, by why.
  private var exceptions: JSON {
    func names(_ isMeant: (ConnectorTask) -> Bool) -> JSON {
      .array(record.tasks.filter(isMeant).map { .string($0.key.connector.description) })
    }
    return [
      "unconfirmed": names { $0.tally.accepted > 0 }, "waived": names { $0.tally.waived > 0 },
      "notApplicable": names { $0.tally.notApplicable > 0 },
      "byHand": names(\.isByHand),
      "blocked": names { if case .blocked = $0.state { true } else { false } },
      "needsDecision": names { $0.needingAttention > 0 },
      "open": names { !$0.state.isClosed }, "notSent": names { $0.state == .cancelled },
    ]
  }

  private static let terms: JSON = [
    "erased": "the vendor says the person's data is gone; nobody looked afterwards",
    "absent": "the vendor says it knows nobody of that name",
    "accepted": "the vendor took the order and confirms nothing: accepted is never deleted",
    "verifiedAbsent": "a look-up after the erasure found nobody",
    "notApplicable": "the vendor knows no identifier of the kind that was given; nothing was sent",
    "byHand":
      "no connector reaches the system, its owner erases by hand: only the attestations say so",
    "waived":
      "a person ended the obligation by a documented exception; nothing is known to be gone",
    "ambiguous": "several profiles match; nothing was deleted, a person must decide",
    "failed": "refused or given up; a person must decide",
    "pending": "the vendor works on it", "open": "all that has not ended yet",
    "replays":
      "the vendor restored a backup, so people were asked for again; what had come of them before",
    "cancelled": "cancelled before anything was sent",
    "stays": "what the vendor keeps by its own description; null: not known to this hub any more",
  ]
}

extension ConnectorTask {
  fileprivate var verdicts: JSON {
    .object(
      tally.counts.map { .init($0.word, JSON($0.count)) } + [
        .init("open", JSON(state.isClosed ? 0 : open)),
        .init("cancelled", JSON(state == .cancelled ? total : 0)),
      ])
  }
}

extension TaskState {
  /// Why it waits for a person; nil when it does not.
  fileprivate var waitingCode: Code? {
    switch self {
    case .blocked(let code), .needsAttention(let code): code
    default: nil
    }
  }
}

extension ConnectorTask {
  /// The weakest evidence there is of what was said to be done; nil while nothing was said.
  public var evidence: Evidence? {
    isByHand && tally.settled > tally.waived ? .attested : tally.evidence
  }
}

extension Tally {
  /// The weakest evidence among what the vendor said; nil while it said nothing.
  public var evidence: Evidence? {
    if accepted + pending > 0 { return .acknowledged }
    if erased + absent > 0 { return .confirmed }
    return verifiedAbsent > 0 ? .verifiedAbsent : nil
  }
}
