/// A known bug, planted in a run's world to see that the invariants find it; never used outside tests.
public enum Flaw: Int, CaseIterable, Sendable {
  /// A batch is called durable before it is.
  case slotReleasedBeforeCommit
  /// Planning moves the cursor and writes no calls.
  case cursorMovedWithoutRows
  /// Halving a refused batch keeps one half.
  case bisectDropsHalf
  /// Throttling counts as a try.
  case throttleBurnsAttempt
  /// Disabling a connector closes its tasks.
  case blockedCountsAsDone
  /// The batch of a process that died is applied after the next one started.
  case staleEpochAccepted
  /// What was made durable last is gone after a crash.
  case commitLostInCrash
  /// A client is told 202 before its request is durable.
  case acceptedBeforeDurable
  /// The same idempotency key makes a second request.
  case idempotencyForgotten
  /// After a restart calls stay held by the process that died.
  case holdsSurviveRestart
  /// The engine is never told of new work.
  case newWorkUnannounced
  /// A tick is lost.
  case lostTick
  /// An answer is lost on its way to the engine.
  case lostAnswer
  /// An answer comes again during the next exchange.
  case answerTwice
  /// Two answers are exchanged.
  case answersSwapped
  /// The engine is not told that a connector was disabled.
  case disablingUnheard
  /// The engine is not told that a task ended.
  case withdrawalUnheard
  /// The vendor's hint how long to wait is lost.
  case patienceIgnored
  /// What came of a call is counted twice.
  case countersCountTwice
  /// People who need a person's decision are not written down.
  case exceptionsForgotten
  /// Asking again forgets the people asked for.
  case retryWithoutCalls
  /// Enabling a connector leaves its tasks blocked.
  case neverUnblocked
  /// A connector that names a purged person is not disabled.
  case referenceOverlooked
  /// A new revision that still names a purged person is accepted.
  case stillNamingAccepted
  /// What the engine found replaces what a person decided.
  case engineOverrulesPeople
  /// A wait is a hundred times as long as decided.
  case waitsTooLong
  /// Each try has an operation id of its own.
  case operationIDChanges
  /// A request leaves twice.
  case sentTwice
  /// The engine is not told to drain.
  case drainUnheard
  /// A batch that failed is taken for durable.
  case failureTakenForSuccess
  /// A rejected credential counts as erased.
  case blockedCountsAsErased
  /// A load that came late is lost.
  case lostLoad
  /// The store gives out every due call, however few were asked for.
  case loadUnbounded
  /// A failing call is tried again a hundred times as soon as decided.
  case waitsTooShort
  /// The engine is told nonsense where the vendor failed, so that its breaker never opens.
  case illnessDisguised
  /// A request ends and leaves no notice.
  case noticeForgotten
  /// Numbers of notices that were delivered are given out again.
  case noticeNumbersReused
  /// Notices are marked as delivered before anybody has them.
  case noticeMarkedUnsent
  /// A person's word about a connector is not written down.
  case decisionUnrecorded
  /// The engine hears a minute late that a connector was enabled.
  case enablingHeardLate
  /// What is urgent and what is bulk are exchanged.
  case bulkGoesFirst
  /// The same idempotency key is answered whatever comes with it.
  case otherBodyAccepted
}
