import HTTPTypes

extension ConnectorSlot {
  /// Takes the answer to an exchange of a call.
  mutating func receive(
    _ key: CallKey, _ result: Result<HTTPResponse, HTTPFailure>, _ turn: inout Turn
  ) {
    guard var flight = flights[key], case .inAir(let request) = flight.stage else { return }
    inAir -= 1
    flight.exchanges += 1
    flight.stage = .parked
    if needsNewToken(flight, result) {
      if let access = flight.call.access { token.drop(access) }
      flight.hasRenewedToken = true
      flights[key] = flight
      wait(flight, &turn)
    } else {
      flight.transcript.append(Exchange(request, result))
      flights[key] = flight
      goOn(flight, &turn)
    }
  }

  /// An access token can end early; one refusal of it is not yet the credential's.
  private func needsNewToken(
    _ flight: Flight, _ result: Result<HTTPResponse, HTTPFailure>
  ) -> Bool {
    guard case .success(let response) = result, response.status == 401 else { return false }
    return flight.call.access != nil && !flight.hasRenewedToken && flight.revision == revision
  }

  private mutating func goOn(_ flight: Flight, _ turn: inout Turn) {
    let key = flight.call.key
    switch flight.behaviour.next(flight.call, after: flight.transcript) {
    case .conclude(let conclusion): conclude(key, conclusion, &turn)
    case .send where flight.exchanges >= turn.policy.exchangesPerTry:
      conclude(key, .retry(.unexpectedBody), &turn)
    case .send: wait(flight, &turn)
    }
  }

  /// Waits for the next exchange's turn; what must not go on is given back, not dropped.
  private mutating func wait(_ flight: Flight, _ turn: inout Turn) {
    let key = flight.call.key
    guard isServing, !turn.isDraining, !flight.isWithdrawn, flight.revision == revision else {
      return release(key, &turn)
    }
    if breaker.isProbe(key) { parked.insert(key, at: 0) } else { parked.append(key) }
  }

  /// Ends a try and asks for what came of it to be made durable; the slot stays taken until then.
  mutating func conclude(_ key: CallKey, _ conclusion: Conclusion, _ turn: inout Turn) {
    guard let flight = flights[key] else { return }
    let conclusion = flight.heeding(conclusion)
    weigh(conclusion, flight, &turn)
    let reckoning = Reckoning(
      call: flight.call, began: flight.began, now: turn.now, traits: flight.behaviour.traits,
      policy: turn.policy, pausedUntil: pausedUntil ?? turn.now,
      keepsHalves: isServing && !turn.isDraining && !flight.isWithdrawn)
    let segments = reckoning.segments(conclusion, using: &turn.random)
    let attempt = flight.attempt(conclusion, at: turn.now)
    turn.changes.append(.concluded(attempt, segments))
    flights[key]?.stage = .recording
    flights[key]?.transcript = []
    if case .blocked(let fault) = conclusion, flight.revision == revision, isServing {
      disable(for: fault, &turn)
    }
  }

  /// What came of a call is durable: its slot is free, and what stays in hand can be sent.
  mutating func recorded(_ key: CallKey, _ segments: [CallSegment], _ turn: inout Turn) {
    guard let flight = flights[key], flight.isRecording else { return }
    remove(key)
    for segment in segments {
      guard case .again(let schedule) = segment.fate else { continue }
      if schedule.isHeld {
        keep(flight.part(segment.range, schedule), flight, &turn)
      } else {
        nextDue = WakeTable.earlier(nextDue, schedule.due)
      }
    }
  }

  private mutating func keep(_ call: Call, _ flight: Flight, _ turn: inout Turn) {
    if flight.isWithdrawn { return }
    if isServing, !turn.isDraining {
      hold(call, wasLoaded: false, turn)
    } else {
      turn.release([call.key])
    }
  }

  /// Gives a flight's call back without a try.
  mutating func release(_ key: CallKey, _ turn: inout Turn) {
    let isWithdrawn = flights[key]?.isWithdrawn ?? true
    drop(key, turn.now)
    if !isWithdrawn { turn.release([key]) }
  }

  /// Ends a flight that showed nothing.
  mutating func drop(_ key: CallKey, _ now: Instant) {
    if breaker.isProbe(key) { breaker.probeShowedNothing(nextAt: now) }
    remove(key)
  }

  private mutating func remove(_ key: CallKey) {
    guard let flight = flights.removeValue(forKey: key) else { return }
    if flight.lane == .bulk { bulkFlights -= 1 }
  }
}

// What an answer says about the vendor.
extension ConnectorSlot {
  private mutating func weigh(_ conclusion: Conclusion, _ flight: Flight, _ turn: inout Turn) {
    guard flight.revision == revision else { return showNothing(flight.call.key, turn.now) }
    switch conclusion {
    case .outcomes, .refused: noteSuccess(flight, &turn)
    case .retry(let code) where code.isVendorIllness: noteFailure(probe: flight.call.key, &turn)
    case .retry: noteSuccess(flight, &turn)
    case .throttled(let patience): noteThrottle(patience, flight, &turn)
    case .blocked: break
    }
  }

  private mutating func noteSuccess(_ flight: Flight, _ turn: inout Turn) {
    // A call that concluded without an exchange shows nothing about the vendor.
    guard flight.exchanges > 0 else { return showNothing(flight.call.key, turn.now) }
    throttles = 0
    guard breaker.isProbe(flight.call.key) else {
      if breaker.isClosed { limit.succeeded() }
      return breaker.succeeded(at: turn.now)
    }
    breaker.probeSucceeded()
    limit.startSlowly()
    if isServing {
      state = .enabled
      turn.judge(name, .enabled)
    }
  }

  private mutating func showNothing(_ key: CallKey, _ instant: Instant) {
    if breaker.isProbe(key) { breaker.probeShowedNothing(nextAt: instant) }
  }

  /// Counts a failure of the vendor; of the failures while the breaker is open only the probe's, or
  /// that of the token it needs, counts.
  mutating func noteFailure(probe key: CallKey?, _ turn: inout Turn) {
    guard isServing else { return }
    if breaker.isClosed {
      guard breaker.failed(at: turn.now, turn.policy, using: &turn.random) else { return }
      let degraded = ConnectorState.degraded(since: turn.now)
      state = degraded
      turn.judge(name, degraded)
    } else if key.map(breaker.isProbe) ?? !breaker.isProbing {
      breaker.probeFailed(at: turn.now, turn.policy, using: &turn.random)
      disableIfUnreachable(&turn)
    }
  }

  private mutating func disableIfUnreachable(_ turn: inout Turn) {
    guard let since = breaker.openSince, turn.now - since >= turn.policy.unreachableAfter,
      breaker.trips > turn.policy.unreachableProbes
    else { return }
    disable(.unreachable(since: since), &turn)
  }

  /// The whole connector waits; calls that were in flight together count as one refusal.
  private mutating func noteThrottle(
    _ patience: Patience?, _ flight: Flight, _ turn: inout Turn
  ) {
    if throttledAt.map({ flight.began > $0 }) ?? true {
      throttles += 1
      throttledAt = turn.now
    }
    limit.throttled(began: flight.began, at: turn.now)
    let until = turn.now + pause(patience, &turn)
    if pausedUntil.map({ $0 < until }) ?? true {
      pausedUntil = until
      turn.announce(.throttled(name, until: until))
    }
    showNothing(flight.call.key, until)
  }

  /// How long a vendor asks to wait, which is not for ever; nil when it does not say.
  func span(_ patience: Patience?, _ turn: Turn) -> Span? {
    let asked: Span? =
      switch patience {
      case .delay(let span): span
      case .until(let instant): instant - turn.now
      case nil: nil
      }
    return asked.map { min($0, turn.policy.longestPatience) }
  }

  private func pause(_ patience: Patience?, _ turn: inout Turn) -> Span {
    if let asked = span(patience, turn), asked > .milliseconds(0) { return asked }
    return Backoff.wait(
      turn.policy.firstWait, failures: throttles - 1, cap: turn.policy.longestWait,
      using: &turn.random)
  }
}
