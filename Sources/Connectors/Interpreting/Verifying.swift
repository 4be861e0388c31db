import PurgeCore

extension Walk {
  /// The job's name under which a call waits for its look-ups to be asked again; a manifest that
  /// verifies has no jobs of the vendor's.
  private static let verification = "verify"

  /// Lets those the vendor says are gone be looked up again later, unless that would be too late.
  mutating func awaitVerification() {
    guard let verify = manifest.verify, facts.now + verify.after < call.deadline else { return }
    let job = Job(id: Self.verification, askAgain: facts.now + verify.after)
    settle { outcome in
      switch outcome {
      case .settled(.erased), .settled(.accepted): .pending(job)
      default: outcome
      }
    }
  }

  /// Asks the look-ups again: whom they find is still there, or there again.
  mutating func verify(until giveUpAt: Instant) throws(Stop) {
    let lookUps = manifest.steps.prefix { $0.find != nil }
    for (round, elements) in program.rounds.enumerated() {
      var found = everybody
      for step in lookUps { found = try run(step, for: found, elements, round: round) }
      for member in found { note(.settled(.failed(.resurrected)), for: member) }
    }
    let isOver = facts.now >= min(giveUpAt, call.deadline)
    settle { outcome in
      switch outcome {
      case .settled(.absent): .settled(.verifiedAbsent)
      case .settled(.failed) where !isOver: .pending(Job(id: Self.verification))
      // More rows than one person should have are still rows.
      case .settled(.failed(.ambiguous)): .settled(.failed(.resurrected))
      default: outcome
      }
    }
  }
}
