import Documents
import HTTPTypes
import Hub
import PurgeCore
import Store

extension API {
  /// What a request that waits for an approval would do now.
  func showPlan(_ text: String) async throws(Refusal) -> HTTPResponse {
    let pending = try await house.planApproval(try House.id(reading: text))
    return HTTPResponse(
      200,
      json: .object(
        (pending.plan.json.members ?? []) + [
          .init("changes", .array(pending.changes.map(JSON.string))),
          .init("confirmedBy", .string(pending.confirmedBy)),
        ]))
  }

  func approve(_ id: PurgeRequestID, _ request: HTTPRequest) async throws(Refusal) {
    let body = try request.jsonObject(knowing: ["plan"])
    try await house.approve(id, citing: body["plan"]?.string ?? "", by: request.operatorName)
  }

  func reject(_ id: PurgeRequestID, _ request: HTTPRequest) async throws(Refusal) {
    let reason = try request.jsonObject(knowing: ["reason"]).reason()
    try await house.reject(id, reason: reason, by: request.operatorName)
  }
}

/// What people decided about a request, and which holds stop it.
struct Brakes {
  private(set) var decisions: [AuditEntry] = []
  private(set) var holds: [HoldID] = []

  /// Nobody decided anything.
  init() {}

  /// Without what people typed.
  var plain: Brakes {
    var plain = self
    plain.decisions = []
    return plain
  }

  init(_ house: House, _ id: PurgeRequestID) async throws(Refusal) {
    decisions = try await house.decisions(on: id)
    holds = try await house.holds(on: id)
  }

  /// The last waiver at a connector.
  func waiver(at connector: ConnectorName) -> AuditEntry? {
    decisions.last { $0.action == "task.waived" && $0.connector == connector }
  }

  /// The owner's word at a system without a connector.
  func attestation(at connector: ConnectorName) -> AuditEntry? {
    decisions.last { $0.action == "task.attested" && $0.connector == connector }
  }

  var json: [JSON.Member] {
    [
      .init("holds", .array(holds.map { .string($0.description) })),
      .init("decisions", .array(decisions.map(\.decision))),
    ]
  }
}

extension AuditEntry {
  fileprivate var decision: JSON {
    [
      "at": .string(at.rfc3339), "by": .string(actor), "decision": .string(action),
      "connector": connector.map { .string($0.description) } ?? .null, "reason": .string(detail),
      "sentence": .string(sentence),
    ]
  }

  private var sentence: String {
    let reason = detail.isEmpty ? "" : ": \(detail)"
    let place = connector?.description ?? ""
    switch action {
    case "request.capExceeded": return "\(actor) exceeded the cap\(reason)"
    case "request.approved": return "\(actor) approved"
    case "request.rejectRequested": return "\(actor) rejected\(reason)"
    case "request.cancelRequested": return "\(actor) cancelled\(reason)"
    case "task.replayed":
      return "\(actor) had \(place) erase again, \(detail)"
    case "request.held": return "\(actor) placed the hold \(detail)"
    case "request.resumed":
      return actor == "hub" ? "the hold \(detail) was over" : "\(actor) released the hold \(detail)"
    case "task.attested":
      return "\(actor) passed on that \(place) was erased by hand\(reason)"
    default: return "\(actor) waived \(place)\(reason)"
    }
  }
}

extension RequestRecord {
  /// Who must act while a request stands still; nil when nobody must.
  var whoActs: String? {
    switch state {
    case .awaitingApproval: "another operator than \(actor)"
    case .onHold: "whoever may release the hold"
    default: nil
    }
  }
}
