/// What a conclusion means for the people of a call.
struct Reckoning {
  let call: Call
  let began: Instant
  let now: Instant
  let traits: ConnectorTraits
  let policy: EnginePolicy
  /// When a throttled call is tried again.
  let pausedUntil: Instant
  /// Whether halves of a refused batch stay in hand.
  let keepsHalves: Bool

  private var schedule: CallSchedule { call.schedule }
  private var range: Range<Int> { call.key.range }

  /// Parts that cover the call's range exactly; neighbours with the same fate are one part.
  func segments(
    _ conclusion: Conclusion, using random: inout Xoshiro256
  ) -> [CallSegment] {
    switch conclusion {
    case .outcomes(let outcomes):
      guard outcomes.count == range.count else {
        return [CallSegment(range, retried(.countMismatch, wait(using: &random)))]
      }
      return merged(outcomes, using: &random)
    case .refused(let code): return refused(code)
    case .retry(let code): return [CallSegment(range, retried(code, wait(using: &random)))]
    case .throttled: return [CallSegment(range, unchanged(due: pausedUntil))]
    case .blocked: return [CallSegment(range, unchanged(due: now))]
    }
  }

  private func merged(
    _ outcomes: [Outcome], using random: inout Xoshiro256
  ) -> [CallSegment] {
    // One draw each, so that people who fare alike stay together.
    let (retryWait, pollWait) = (wait(using: &random), pollWait(using: &random))
    var segments: [CallSegment] = []
    for (place, outcome) in zip(range, outcomes) {
      let fate = fate(outcome, retryWait, pollWait)
      if let last = segments.last, last.fate == fate {
        segments[segments.count - 1].range = last.range.lowerBound..<place + 1
      } else {
        segments.append(CallSegment(place..<place + 1, fate))
      }
    }
    return segments
  }

  private func fate(_ outcome: Outcome, _ retryWait: Span, _ pollWait: Span) -> CallSegment.Fate {
    switch outcome {
    case .settled(let verdict): .settled(verdict)
    case .pending(let job): pending(job, pollWait)
    case .retry(let code):
      schedule.phase.isPolling ? anew(code, retryWait) : retried(code, retryWait)
    }
  }
}

extension Reckoning {
  /// A single person is never halved: their refusal is a verdict.
  private func refused(_ code: Code) -> [CallSegment] {
    guard range.count > 1 else { return [CallSegment(range, .settled(.failed(code)))] }
    let middle = range.lowerBound + range.count / 2
    var half = tried
    (half.due, half.isHeld) = (now, keepsHalves)
    return [range.lowerBound..<middle, middle..<range.upperBound].map {
      CallSegment($0, .again(half))
    }
  }

  private func unchanged(due: Instant) -> CallSegment.Fate {
    var next = tried
    next.due = due
    return .again(next)
  }

  /// Later, unless time is up: then a person is asked.
  private func retried(_ code: Code, _ wait: Span) -> CallSegment.Fate {
    guard let end = lastTry, now < end else { return .settled(.failed(code)) }
    var next = tried
    next.attempts += 1
    next.due = min(now + wait, end)
    return .again(next)
  }

  /// The vendor gave the job up for a person: it is asked to erase once more, not about the job.
  private func anew(_ code: Code, _ wait: Span) -> CallSegment.Fate {
    guard case .again(var next) = retried(code, wait) else { return .settled(.failed(code)) }
    next.phase = .erasing
    return .again(next)
  }

  /// When the last try is made; nil when it has been made.
  private var lastTry: Instant? {
    var end = call.deadline
    if let span = traits.retryFor { end = min(end, (tried.firstTried ?? now) + span) }
    if case .polling(_, _, let giveUpAt) = schedule.phase { end = min(end, giveUpAt) }
    return now < end ? end : nil
  }

  private func pending(_ job: Job, _ wait: Span) -> CallSegment.Fate {
    let since = pollingSince ?? now
    let giveUpAt = since + traits.giveUpAfter
    guard pollingSince == nil || now < giveUpAt else { return .settled(.failed(.noConfirmation)) }
    let earliest = now + .seconds(1)
    let due = max(earliest, min(job.askAgain ?? (now + wait), max(giveUpAt, earliest)))
    return .again(
      CallSchedule(
        due: due, phase: .polling(job: job.id, since: since, giveUpAt: giveUpAt),
        tries: tried.tries))
  }

  private var pollingSince: Instant? {
    guard case .polling(_, let since, _) = schedule.phase else { return nil }
    return since
  }

  /// The schedule with this try noted, and not in hand.
  private var tried: CallSchedule {
    var next = schedule
    next.firstTried = schedule.firstTried ?? began
    next.tries += 1
    next.isHeld = false
    return next
  }

  private func wait(using random: inout Xoshiro256) -> Span {
    let isLater = now - (schedule.firstTried ?? began) >= .hours(24)
    return Backoff.wait(
      policy.firstWait, failures: schedule.attempts,
      cap: isLater ? policy.longestWaitLater : policy.longestWait, using: &random)
  }

  /// Grows with the time a job already takes, from the manifest's interval to a few times that, but
  /// not beyond a day (S11).
  private func pollWait(using random: inout Xoshiro256) -> Span {
    let interval = max(.seconds(1), traits.pollEvery)
    guard let since = pollingSince else { return interval }
    let age = Span(milliseconds: max(0, (now - since).milliseconds))
    let longest = min(Span(milliseconds: interval.milliseconds * policy.pollGrowth), .hours(24))
    return max(interval, min(age, longest).jittered(using: &random))
  }
}
