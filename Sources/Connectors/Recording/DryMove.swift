public import HTTPTypes
public import PurgeCore

/// What a call would do next, seen by whoever must change nothing at the vendor.
public enum DryMove: Sendable {
  /// A look-up by GET: it changes nothing, so it may be sent.
  case ask(HTTPRequest)
  /// Anything else: it erases, or it looks up in a way that only the vendor knows to be harmless.
  case hold(HTTPRequest, isLookUp: Bool)
  /// The call is over.
  case conclude(Conclusion)
}

extension ManifestBehaviour {
  /// What follows after the exchanges so far, told apart by whether it may be sent in a dry run.
  public func dryMove(_ call: Call, after transcript: [Exchange]) -> DryMove {
    var walk = Walk(program, call, transcript)
    switch walk.move() {
    case .conclude(let conclusion): return .conclude(conclusion)
    case .send(let request):
      let isLookUp = walk.isLookingUp
      return isLookUp && request.method == .get
        ? .ask(request) : .hold(request, isLookUp: isLookUp)
    }
  }
}

extension DryMove {
  /// What must stay the same when answers are replaced by invented ones.
  var gist: String {
    switch self {
    case .ask(let request): "a look-up by \(request.method.rawValue)"
    case .hold(let request, true): "a look-up by \(request.method.rawValue), unsent"
    case .hold(let request, false): "a \(request.method.rawValue) that erases, unsent"
    case .conclude(.outcomes(let outcomes)): outcomes.map(\.gist).joined(separator: ", ")
    case .conclude(.retry(let code)): "retry \(code.number)"
    case .conclude(.throttled): "throttled"
    case .conclude(.blocked(let fault)): "blocked \(fault.code.number)"
    case .conclude(.refused(let code)): "refused \(code.number)"
    }
  }
}

extension Outcome {
  fileprivate var gist: String {
    switch self {
    case .settled(.failed(let code)): "failed \(code.number)"
    case .settled(let verdict): "\(verdict)"
    case .pending: "pending"
    case .retry(let code): "retry \(code.number)"
    }
  }
}
