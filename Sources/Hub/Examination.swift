import Directory
import HTTPTypes
import PurgeCore
import Store
import Synchronization
import Transport

extension House {
  /// Examines a revision: first for purged people, then by asking the vendor.
  func finding(_ connector: InstalledConnector) async throws(Refusal) -> Reconciliation.Finding {
    if let (request, places) = try await purgedPeople(in: connector.values) {
      return .references(request, places)
    }
    return await ask(connector)
  }

  /// The places that name purged people, and the newest request that purged one of them.
  func purgedPeople(
    in values: [SettingValue]
  ) async throws(Refusal) -> (PurgeRequestID, [SettingPlace])? {
    try await refusing { () async throws(StoreError) in
      var maker = try store.fingerprints()
      var places: [(Fingerprint, SettingPlace)] = []
      for value in values {
        for form in NormalIdentity.candidates(in: value.text) {
          places.append((try maker.of(form: form.form.rawValue, form.text), value.place))
        }
      }
      let purges = try await store.purges(of: places.map(\.0))
      let named = places.filter { purges[$0.0] != nil }
      guard let request = named.first.flatMap({ purges[$0.0]?.first }) else { return nil }
      var seen = Set<SettingPlace>()
      return (request, named.map(\.1).filter { seen.insert($0).inserted })
    }
  }

  /// Asks the vendor the manifest's harmless question, with a token where it needs one.
  private func ask(_ connector: InstalledConnector) async -> Reconciliation.Finding {
    let vendor = "check " + connector.name.description
    engine.post([.policy(ConnectorName(vendor), connector.policy)])
    defer { engine.post([.policy(ConnectorName(vendor), nil)]) }
    let behaviour = connector.behaviour
    var access: AccessToken?
    if let request = behaviour.tokenRequest(at: now()) {
      switch await engine.perform(request, to: vendor) {
      case .failure(let failure): return .unreachable(Self.sentence(failure, "token"))
      case .success(let response):
        switch behaviour.token(in: response, at: now()) {
        case .success(let token): access = token
        case .failure(let fault): return Self.finding(fault)
        }
      }
    }
    guard let request = behaviour.checkRequest(with: access, at: now()) else { return .clean }
    switch await engine.perform(request, to: vendor) {
    case .failure(let failure): return .unreachable(Self.sentence(failure, "check"))
    case .success(let response):
      return behaviour.fault(inCheck: response).map(Self.finding) ?? .clean
    }
  }

  private static func finding(_ fault: ConnectorFault) -> Reconciliation.Finding {
    switch fault.code {
    case .credentialRejected: .rejected(status: fault.status ?? 401)
    case .vendorFailed, .rateLimited:
      .unreachable("The vendor answered the check with status \(fault.status ?? 0).")
    default:
      .odd(
        "The vendor answered the check with status \(fault.status ?? 0), code \(fault.code.number)."
      )
    }
  }

  private static func sentence(_ failure: HTTPFailure, _ what: String) -> String {
    "The vendor's \(what) address did not answer: \(failure.detail)."
  }
}

extension EngineThread {
  /// A round trip outside the engine.
  func perform(
    _ request: HTTPRequest, to vendor: String
  ) async -> Result<HTTPResponse, HTTPFailure> {
    await withCheckedContinuation { continuation in
      post([
        .errand(Errand(request: request, vendor: vendor) { continuation.resume(returning: $0) })
      ])
    }
  }

  /// Whether the thread takes a letter within so long.
  func isHeard(within limit: Duration) async -> Bool {
    await withCheckedContinuation { continuation in
      let answer = FirstAnswer(continuation)
      post([.mark { answer.give(true) }])
      Task {
        try? await Task.sleep(for: limit)
        answer.give(false)
      }
    }
  }

  /// Waits until everything in flight after a `drain` is finished and durable, or time is up.
  func untilDrained(or limit: ContinuousClock.Instant) async {
    await until(limit) { $0.isDrained }
  }

  /// Waits until something became durable or changed after a revision, or time is up.
  func untilNews(after revision: Int, or limit: ContinuousClock.Instant) async {
    await until(limit) { $0.revision > revision }
  }

  private func until(
    _ limit: ContinuousClock.Instant, _ isMet: @escaping @Sendable (Activity) -> Bool
  ) async {
    let timer = Task {
      try? await Task.sleep(until: limit)
      bell.ring()
    }
    await withCheckedContinuation { continuation in
      watch { activity in
        guard isMet(activity) || activity.hasEnded || ContinuousClock.now >= limit else {
          return true
        }
        continuation.resume()
        return false
      }
    }
    timer.cancel()
  }
}

/// Resumes somebody once, with whatever comes first.
private final class FirstAnswer: Sendable {
  private let continuation: Mutex<CheckedContinuation<Bool, Never>?>

  init(_ continuation: CheckedContinuation<Bool, Never>) {
    self.continuation = Mutex(continuation)
  }

  func give(_ answer: Bool) {
    let waiting = continuation.withLock { continuation in
      defer { continuation = nil }
      return continuation
    }
    waiting?.resume(returning: answer)
  }
}
