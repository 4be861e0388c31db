import HTTPTypes
import PurgeCore

/// A connector whose answers say what they mean: the status decides the conclusion, and the body of
/// a 207 names each person's outcome.
struct ScriptedBehaviour: ConnectorBehaviour {
  var traits = ConnectorTraits()
  /// How many exchanges a call takes before its last answer counts.
  var exchanges = 1

  func next(_ call: Call, after transcript: [Exchange]) -> Move {
    guard let last = transcript.last else { return .send(request(call, 0)) }
    switch last.result {
    case .failure(let failure): return .conclude(.retry(failure.kind.code))
    case .success(let response):
      guard response.status / 100 == 2, transcript.count < exchanges else {
        return .conclude(conclusion(response, call))
      }
      return .send(request(call, transcript.count))
    }
  }

  private func request(_ call: Call, _ step: Int) -> HTTPRequest {
    let range = "\(call.key.range.lowerBound)-\(call.key.range.upperBound)"
    var fields: HTTPFields = [:]
    if let access = call.access?.values["access"] { fields["Authorization"] = access }
    return HTTPRequest(.post, "https://vendor.example/\(range)/\(step)", fields: fields)
  }

  private func conclusion(_ response: HTTPResponse, _ call: Call) -> Conclusion {
    switch response.status {
    case 200: .outcomes(call.people.map { _ in .settled(.erased) })
    case 202: .outcomes(call.people.map { _ in .pending(response.job) })
    case 207: .outcomes(response.body.map(Self.outcome))
    case 429: .throttled(response.patience)
    case 401, 403: .blocked(ConnectorFault(.credentialRejected, status: response.status))
    case 301: .blocked(ConnectorFault(.redirectRefused, status: 301))
    case 400: .refused(.refused)
    default: .retry(.vendorFailed)
    }
  }

  private static func outcome(_ byte: UInt8) -> Outcome {
    switch byte {
    case UInt8(ascii: "e"): .settled(.erased)
    case UInt8(ascii: "a"): .settled(.absent)
    case UInt8(ascii: "m"): .settled(.ambiguous)
    case UInt8(ascii: "f"): .settled(.failed(.refused))
    case UInt8(ascii: "p"): .pending(Job(id: "job"))
    default: .retry(.unexpectedBody)
    }
  }

  func objection(to subject: Subject) -> Code? { nil }

  func tokenRequest(at now: Instant) -> HTTPRequest? {
    traits.needsToken ? HTTPRequest(.post, "https://vendor.example/token") : nil
  }

  func token(
    in response: HTTPResponse, at now: Instant
  ) -> Result<AccessToken, ConnectorFault> {
    guard response.status == 200 else {
      return .failure(ConnectorFault(.vendorFailed, patience: response.patience))
    }
    let access = String(decoding: response.body, as: UTF8.self)
    return .success(AccessToken(values: ["access": access], expires: now + .hours(1)))
  }

  func checkRequest(with access: AccessToken?, at now: Instant) -> HTTPRequest? { nil }

  func fault(inCheck response: HTTPResponse) -> ConnectorFault? { nil }
}

extension HTTPResponse {
  fileprivate var patience: Patience? {
    if let reset = number("RateLimit-Reset") { return .until(Instant(milliseconds: reset)) }
    return number("Retry-After").map { .delay(.seconds($0)) }
  }
}

extension HTTPResponse {
  fileprivate var job: Job {
    Job(id: "job", askAgain: number("Ask-Again").map { Instant(milliseconds: $0) })
  }

  private func number(_ name: String) -> Int64? { fields[name].flatMap { Int64($0) } }
}

extension HTTPFailure.Kind {
  var code: Code {
    switch self {
    case .dns: .dns
    case .connect: .connect
    case .tls: .tls
    case .timeout: .timeout
    case .uncertain: .uncertain
    case .addressRefused: .addressRefused
    case .responseTooLarge: .responseTooLarge
    case .unusable: .unusableRequest
    }
  }
}
