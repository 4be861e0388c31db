import Documents
import PurgeCore

extension Connection {
  /// What a notice tells, as JSON: states, counts and codes, never a word that a person typed.
  func payload(of notice: OutboxNotice) throws(StoreError) -> String {
    let record = if let id = notice.request { try request(id) } else { nil as RequestRecord? }
    let state =
      if let name = notice.connector { try self.state(of: name) } else { nil as ConnectorState? }
    let text = NoticeText(notice: notice, record: record, state: state)
    return String(decoding: text.json.encoded(), as: UTF8.self)
  }
}

/// A notice as programs outside read it (Standard Webhooks: type, timestamp, data).
struct NoticeText {
  let notice: OutboxNotice
  /// The request it is about, as it is now.
  let record: RequestRecord?
  /// The connector it is about, as it is now.
  let state: ConnectorState?

  var json: JSON {
    [
      "type": .string(notice.kind), "timestamp": .string(notice.at.rfc3339), "data": .object(facts),
    ]
  }

  private var facts: [JSON.Member] {
    var facts: [JSON.Member] = []
    if let id = notice.request { facts.append(.init("request", .string(id.description))) }
    if let name = notice.connector {
      facts.append(.init("connector", .string(name.description)))
    }
    if let code = notice.code { facts.append(.init("code", JSON(code.number))) }
    if let mark = NoticeKind(rawValue: notice.kind)?.mark {
      facts.append(.init("percentOfTime", JSON(mark)))
    }
    if isOfConnector { facts += connectorFacts } else if let record { facts += record.facts }
    return facts
  }

  private var isOfConnector: Bool { notice.kind.hasPrefix("connector.") }

  private var connectorFacts: [JSON.Member] {
    guard let state else { return [] }
    var facts = [JSON.Member("state", .string(state.word))]
    if case .disabled(.referencesPurgedUser(_, let places), _) = state {
      facts.append(
        .init("places", .array(places.map { ["file": .string($0.file), "line": JSON($0.line)] })))
    }
    return facts
  }
}

extension RequestRecord {
  fileprivate var facts: [JSON.Member] {
    var facts: [JSON.Member] = [
      .init("state", .string(state.rawValue)), .init("people", JSON(total)),
      .init("acceptedAt", .string(accepted.rfc3339)), .init("deadline", .string(deadline.rfc3339)),
    ]
    if let ended { facts.append(.init("endedAt", .string(ended.rfc3339))) }
    return facts + [.init("connectors", .array(tasks.map(\.facts)))]
  }
}

extension ConnectorTask {
  fileprivate var facts: JSON {
    let counts = [
      ("erased", tally.erased), ("absent", tally.absent), ("accepted", tally.accepted),
      ("verifiedAbsent", tally.verifiedAbsent), ("notApplicable", tally.notApplicable),
      ("waived", tally.waived), ("needingAttention", tally.needingAttention),
      ("pending", tally.pending),
    ]
    return .object(
      [
        .init("connector", .string(key.connector.description)), .init("state", .string(state.word)),
        .init("people", JSON(total)),
      ] + counts.filter { $0.1 > 0 }.map { .init($0.0, JSON($0.1)) })
  }
}
