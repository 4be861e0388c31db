import Testing

@testable import PurgeCore

@Suite struct `A conclusion` {
  private static let now = World.start + .minutes(1)
  private static let farAway = World.start + .days(30)

  private func reckoning(
    _ people: Int, _ schedule: CallSchedule = CallSchedule(due: World.start),
    deadline: Instant = farAway, keepsHalves: Bool = true,
    _ adjust: (inout ConnectorTraits) -> Void = { _ in }
  ) -> Reckoning {
    var traits = ConnectorTraits()
    adjust(&traits)
    let range = 10..<10 + people
    let call = Call(
      CallKey(TaskKey(PurgeRequestID(bits: 1), World.connector), range),
      people: range.map(ModelStore.person), schedule: schedule, requestedAt: World.start,
      deadline: deadline, lane: .normal)
    return Reckoning(
      call: call, began: Self.now + .seconds(-1), now: Self.now, traits: traits,
      policy: EnginePolicy(), pausedUntil: Self.now + .seconds(7), keepsHalves: keepsHalves)
  }

  private func segments(_ reckoning: Reckoning, _ conclusion: Conclusion) -> [CallSegment] {
    var random = Xoshiro256(seed: 4)
    return reckoning.segments(conclusion, using: &random)
  }

  private func next(_ reckoning: Reckoning, _ conclusion: Conclusion) throws -> CallSchedule {
    let fate = try #require(segments(reckoning, conclusion).first).fate
    guard case .again(let schedule) = fate else {
      throw ConnectorFault(.unexpectedBody)
    }
    return schedule
  }

  private func polling(since age: Span, giveUpAfter: Span = .days(30)) -> CallSchedule {
    let since = Self.now + .milliseconds(-age.milliseconds)
    return CallSchedule(
      due: Self.now, phase: .polling(job: "job", since: since, giveUpAt: since + giveUpAfter))
  }

  @Test(arguments: [
    Verdict.erased, .absent, .accepted, .verifiedAbsent, .notApplicable, .ambiguous,
    .failed(.refused), .waived,
  ])
  func `BZ-17 hands a verdict on as it is`(verdict: Verdict) {
    let segments = segments(reckoning(1), .outcomes([.settled(verdict)]))
    #expect(segments == [CallSegment(10..<11, .settled(verdict))])
  }

  @Test func `joins neighbours who fare alike`() {
    let outcomes: [Outcome] = [
      .settled(.erased), .settled(.erased), .settled(.absent), .retry(.vendorFailed),
      .retry(.vendorFailed), .pending(Job(id: "a")), .pending(Job(id: "b")), .settled(.erased),
    ]
    let ranges = segments(reckoning(8), .outcomes(outcomes)).map(\.range)
    #expect(ranges == [10..<12, 12..<13, 13..<15, 15..<16, 16..<17, 17..<18])
  }

  @Test func `SF-11 lets a job be asked about later`() throws {
    let schedule = try next(reckoning(1), .outcomes([.pending(Job(id: "job"))]))
    let phase = CallPhase.polling(job: "job", since: Self.now, giveUpAt: Self.now + .days(30))
    #expect(schedule == CallSchedule(due: Self.now + .hours(1), phase: phase, tries: 1))
  }

  @Test(arguments: [Conclusion.retry(.timeout), .outcomes([.retry(.timeout)]), .outcomes([])])
  func `is tried again after a wait, and counted`(conclusion: Conclusion) throws {
    let schedule = try next(reckoning(1), conclusion)
    #expect(schedule.attempts == 1)
    #expect(schedule.tries == 1)
    #expect(schedule.firstTried == Self.now + .seconds(-1))
    #expect(schedule.due >= Self.now + .milliseconds(2_500))
    #expect(schedule.due <= Self.now + .seconds(5))
  }

  @Test func `S15 counts a throttle as a try but not as an attempt`() throws {
    let schedule = try next(reckoning(1), .throttled(nil))
    #expect(schedule.attempts == 0)
    #expect(schedule.tries == 1)
    #expect(schedule.due == Self.now + .seconds(7))
  }

  @Test func `BZ-07 leaves people as they were when the connector is ill`() throws {
    let schedule = try next(reckoning(1), .blocked(ConnectorFault(.credentialRejected)))
    #expect(schedule.attempts == 0)
    #expect(schedule.due == Self.now)
  }

  @Test func `S16 fails a single person who is refused`() {
    let segments = segments(reckoning(1), .refused(.refused))
    #expect(segments == [CallSegment(10..<11, .settled(.failed(.refused)))])
  }

  @Test(arguments: [
    (2, 11, true), (3, 11, true), (4, 12, false), (9, 14, true), (50, 35, false),
  ])
  func `S16 halves several who are refused`(people: Int, middle: Int, isHeld: Bool) {
    let segments = segments(reckoning(people, keepsHalves: isHeld), .refused(.refused))
    #expect(segments.map(\.range) == [10..<middle, middle..<10 + people])
    for segment in segments {
      guard case .again(let half) = segment.fate else { continue }
      #expect(half.isHeld == isHeld && half.due == Self.now && half.attempts == 0)
    }
  }
}

extension `A conclusion` {
  @Test(arguments: [(0, true), (-1, true), (1, false)])
  func `fails when the deadline is over`(milliseconds: Int, isOver: Bool) {
    let deadline = Self.now + .milliseconds(Int64(milliseconds))
    let segments = segments(reckoning(1, deadline: deadline), .retry(.timeout))
    #expect((segments == [CallSegment(10..<11, .settled(.failed(.timeout)))]) == isOver)
  }

  @Test func `is tried for the last time at the deadline`() throws {
    let deadline = Self.now + .milliseconds(800)
    #expect(try next(reckoning(1, deadline: deadline), .retry(.timeout)).due == deadline)
  }

  @Test(arguments: [(59, false), (60, true), (61, true)])
  func `fails when it was retried as long as its connector says`(minutes: Int, isOver: Bool) {
    var schedule = CallSchedule(due: World.start)
    schedule.firstTried = Self.now + .minutes(Int64(-minutes))
    let reckoning = reckoning(1, schedule) { $0.retryFor = .hours(1) }
    #expect((segments(reckoning, .retry(.dns)).first?.fate == .settled(.failed(.dns))) == isOver)
  }

  @Test(arguments: [(1, 1_800, 3_600), (23, 1_800, 3_600), (24, 10_800, 21_600)])
  func `waits up to an hour on its first day and up to six later`(
    hours: Int, least: Int, most: Int
  ) throws {
    var schedule = CallSchedule(due: World.start, attempts: 50)
    schedule.firstTried = Self.now + .hours(Int64(-hours))
    let wait = try next(reckoning(1, schedule), .retry(.timeout)).due - Self.now
    #expect(wait >= .seconds(Int64(least)) && wait <= .seconds(Int64(most)))
  }

  @Test(arguments: [(0, 60, 60), (59, 60, 60), (180, 90, 180), (240, 120, 240), (6_000, 120, 240)])
  func `SF-11 asks less often the longer a job takes`(
    age: Int, least: Int, most: Int
  ) throws {
    let reckoning = reckoning(1, polling(since: .minutes(Int64(age))))
    let due = try next(reckoning, .outcomes([.pending(Job(id: "job"))])).due
    #expect(due - Self.now >= .minutes(Int64(least)) && due - Self.now <= .minutes(Int64(most)))
  }

  @Test(arguments: [(20, 20_000), (-20, 1_000), (0, 1_000), (90_000, 3_600_000)])
  func `asks again when the vendor says, within bounds`(seconds: Int, wait: Int) throws {
    let reckoning = reckoning(1, polling(since: .hours(47), giveUpAfter: .days(2))) {
      $0.giveUpAfter = .days(2)
    }
    let job = Job(id: "job", askAgain: Self.now + .seconds(Int64(seconds)))
    let due = try next(reckoning, .outcomes([.pending(job)])).due
    #expect(due == Self.now + .milliseconds(Int64(wait)))
  }

  @Test(arguments: [(47, false), (48, true), (49, true)])
  func `SF-11 gives a job up when it took too long`(hours: Int, isOver: Bool) {
    let reckoning = reckoning(1, polling(since: .hours(Int64(hours)))) {
      $0.giveUpAfter = .days(2)
    }
    let segments = segments(reckoning, .outcomes([.pending(Job(id: "job"))]))
    #expect((segments.first?.fate == .settled(.failed(.noConfirmation))) == isOver)
  }

  @Test func `SF-11 starts the count of failures anew with each sign of life`() throws {
    var schedule = polling(since: .days(2))
    (schedule.attempts, schedule.firstTried) = (6, World.start)
    let next = try next(reckoning(1, schedule), .outcomes([.pending(Job(id: "job"))]))
    #expect(next.attempts == 0)
    #expect(next.firstTried == nil)
  }

  @Test func `fails at the end of a job's time when nobody answers any more`() {
    let reckoning = reckoning(1, polling(since: .days(3), giveUpAfter: .days(3)))
    let segments = segments(reckoning, .retry(.timeout))
    #expect(segments == [CallSegment(10..<11, .settled(.failed(.timeout)))])
  }
}
