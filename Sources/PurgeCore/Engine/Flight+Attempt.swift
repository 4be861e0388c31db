import HTTPTypes

extension Flight {
  /// The conclusion as it counts: one outcome per person, or it is no outcome.
  func heeding(_ conclusion: Conclusion) -> Conclusion {
    guard case .outcomes(let outcomes) = conclusion, outcomes.count != call.people.count
    else { return conclusion }
    return .retry(.countMismatch)
  }

  /// This try as support reads it later.
  func attempt(_ conclusion: Conclusion, at now: Instant) -> Attempt {
    Attempt(
      call: call.key, number: max(call.schedule.tries, call.schedule.attempts) + 1, began: began,
      ended: now,
      exchanges: exchanges, status: lastAnswer?.status, code: conclusion.code,
      evidence: lastAnswer?.evidence ?? [:])
  }
}

extension Conclusion {
  /// The code that sums it up.
  fileprivate var code: Code {
    switch self {
    case .outcomes(let outcomes):
      guard let first = outcomes.first?.code else { return .completed }
      return outcomes.allSatisfy { $0.code == first } ? first : .partial
    case .refused(let code), .retry(let code): return code
    case .throttled: return .rateLimited
    case .blocked(let fault): return fault.code
    }
  }
}

extension Outcome {
  fileprivate var code: Code {
    switch self {
    case .settled(let verdict): verdict.code
    case .pending: .jobAccepted
    case .retry(let code): code
    }
  }
}

extension HTTPResponse {
  private static let evidenceLength = 128

  /// Header fields that help support, short and without anything about a person.
  fileprivate var evidence: [String: String] {
    var kept: [String: String] = [:]
    for field in fields.prefix(64) {
      let name = field.name.lowercased()
      guard name.isEvidence, kept[name] == nil, field.value.utf8.allSatisfy({ $0 < 0x7F })
      else { continue }
      kept[name] = String(field.value.prefix(Self.evidenceLength))
    }
    return kept
  }
}

extension String {
  fileprivate var isEvidence: Bool {
    switch self {
    case "request-id", "x-request-id", "date", "retry-after": true
    default: utf8.count <= 64 && (hasPrefix("ratelimit") || hasPrefix("x-ratelimit"))
    }
  }
}
