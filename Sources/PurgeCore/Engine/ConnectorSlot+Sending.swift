import HTTPTypes

extension ConnectorSlot {
  /// What is sent next.
  private enum Candidate {
    case parked(CallKey)
    case held
  }

  /// Sends until something stands in the way.
  mutating func dispatch(_ turn: inout Turn, _ pools: inout [RatePool]) {
    var isInLine = false
    while let candidate = nextUp, isClear(&turn) {
      guard let pool else { break }
      let admission = pools[pool].admission(of: position, at: turn.now)
      guard admission == .granted else {
        isInLine = true
        if case .at(let instant) = admission { wake(at: instant) }
        break
      }
      launch(candidate, &turn, &pools)
    }
    if !isInLine { leaveLine(&turn, &pools) }
  }

  /// A begun call goes before a new one; while a probe is out, only the probe itself goes on.
  private var nextUp: Candidate? {
    if let key = parked.first, inAir < limit.current {
      if case .probing = breaker.position, !breaker.isProbe(key) { return nil }
      return .parked(key)
    }
    if case .probing = breaker.position { return nil }
    guard flights.count < limit.current, held.hasCall(withBulk: hasRoomForBulk) else { return nil }
    return .held
  }

  /// One slot is kept for requests of few people, where there is more than one.
  private var hasRoomForBulk: Bool { bulkFlights < max(1, limit.current - 1) }

  /// Whether pause, breaker, spacing and token allow an exchange; else notes when to look again.
  private mutating func isClear(_ turn: inout Turn) -> Bool {
    if let until = pausedUntil, until > turn.now { return blocked(until: until) }
    if case .open(let until) = breaker.position, until > turn.now { return blocked(until: until) }
    if let lastSent, traits.spacing > .milliseconds(0), lastSent + traits.spacing > turn.now {
      return blocked(until: lastSent + traits.spacing)
    }
    return hasAccess(&turn)
  }

  private mutating func blocked(until instant: Instant) -> Bool {
    wake(at: instant)
    return false
  }

  private mutating func launch(
    _ candidate: Candidate, _ turn: inout Turn, _ pools: inout [RatePool]
  ) {
    switch candidate {
    case .parked(let key):
      parked.removeFirst()
      fly(key, &turn, &pools)
    case .held:
      if let key = begin(&turn) { fly(key, &turn, &pools) }
    }
  }

  /// Gives the next call in hand its slot.
  private mutating func begin(_ turn: inout Turn) -> CallKey? {
    let next = held.take(
      withBulk: hasRoomForBulk, weights: turn.policy.weights,
      quantum: max(1, traits.peoplePerCall))
    guard let held = next, let behaviour else { return nil }
    var call = held.call
    (call.triedAt, call.nonce) = (turn.now, turn.random.next())
    flights[call.key] = Flight(
      call: call, lane: held.lane, behaviour: behaviour, revision: revision, began: turn.now)
    if held.lane == .bulk { bulkFlights += 1 }
    return call.key
  }

  /// Lets a flight do its next exchange, or conclude without one.
  private mutating func fly(_ key: CallKey, _ turn: inout Turn, _ pools: inout [RatePool]) {
    guard var flight = flights[key] else { return }
    flight.call.access = traits.needsToken ? token.usable(at: turn.now) : nil
    if case .open = breaker.position { breaker.probe(key) }
    switch flight.behaviour.next(flight.call, after: flight.transcript) {
    case .send(let request):
      flight.stage = .inAir(request)
      flights[key] = flight
      depart(key, request, &turn, &pools)
    case .conclude(let conclusion):
      flights[key] = flight
      conclude(key, conclusion, &turn)
    }
  }

  private mutating func depart(
    _ key: CallKey, _ request: HTTPRequest, _ turn: inout Turn, _ pools: inout [RatePool]
  ) {
    inAir += 1
    lastSent = turn.now
    if let pool, let next = pools[pool].take(position, at: turn.now) { turn.roused.append(next) }
    turn.effects.append(.send(key, request))
  }
}

// Access tokens.
extension ConnectorSlot {
  /// Whether there is a token, or none is needed; asks for one when it is missing or ends soon.
  private mutating func hasAccess(_ turn: inout Turn) -> Bool {
    guard traits.needsToken else { return true }
    if token.wantsFetch(at: turn.now), let request = behaviour?.tokenRequest(at: turn.now) {
      token.beginFetch()
      turn.effects.append(.fetchToken(name, request))
    }
    if token.usable(at: turn.now) != nil { return true }
    if let retryAt = token.retryAt, !token.isFetching { wake(at: retryAt) }
    return false
  }

  /// Takes the answer to a token request; no call's tries are used up by it.
  mutating func receiveToken(_ result: Result<HTTPResponse, HTTPFailure>, _ turn: inout Turn) {
    guard token.endFetch(), isServing, let behaviour else { return }
    switch Self.tokenAnswer(result, behaviour, turn.now) {
    case .success(let access): token.hold(access, at: turn.now)
    case .failure(let fault) where fault.isPassing:
      token.failed(
        at: turn.now, asking: span(fault.patience, turn) ?? .seconds(0), turn.policy,
        using: &turn.random)
      noteFailure(probe: nil, &turn)
    case .failure(let fault): disable(for: fault, &turn)
    }
  }

  private static func tokenAnswer(
    _ result: Result<HTTPResponse, HTTPFailure>, _ behaviour: any ConnectorBehaviour, _ now: Instant
  ) -> Result<AccessToken, ConnectorFault> {
    switch result {
    case .failure: return .failure(ConnectorFault(.connect))
    case .success(let response) where [400, 401, 403].contains(response.status):
      return .failure(ConnectorFault(.credentialRejected, status: response.status))
    case .success(let response)
    where response.status >= 500 || [408, 429].contains(response.status):
      var fault = ConnectorFault(.vendorFailed, status: response.status)
      if case .failure(let said) = behaviour.token(in: response, at: now) {
        fault.patience = said.patience
      }
      return .failure(fault)
    case .success(let response):
      return behaviour.token(in: response, at: now).flatMap { token in
        // A token that has ended on arrival would be fetched again and again.
        token.expires > now ? .success(token) : .failure(ConnectorFault(.vendorFailed))
      }
    }
  }
}

extension ConnectorFault {
  /// Whether waiting may help.
  fileprivate var isPassing: Bool { code.isVendorIllness || code == .rateLimited }
}

extension Code {
  /// Whether it shows that the vendor cannot be reached or is down: what breakers count.
  var isVendorIllness: Bool {
    switch self {
    case .dns, .connect, .tls, .timeout, .uncertain, .vendorFailed: true
    default: false
    }
  }
}
