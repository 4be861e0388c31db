/// What can be wrong with a vendor, or with the way to it, for a while.
enum Weather: Int, CaseIterable, Sendable {
  case serverErrors
  case flapping
  case refusedConnections
  case failedNames
  case brokenHandshakes
  case resetsBeforeActing
  case resetsAfterActing
  case timeoutsAfterActing
  case throttledWithoutHint
  case throttledWithSeconds
  case throttledWithDate
  case throttledWithEpoch
  case throttledWithNegative
  case throttledWithNonsense
  case throttledForYears
  case refusedBatches
  case refusedPeople
  case garbledBodies
  case hugeBodies
  case wrongLengths
  case miscounting
  case ambiguousPeople
  case rejectedCredential
  case forbidden
  case redirects
  case stuckJobs
  case failedJobs
  case forgottenTokens
  case failingTokens
  case slowness
}
