import HTTPTypes
import PurgeCore

/// What the vendor said before it is looked up whether it is so.
enum Claim: String, Sendable {
  case erased, accepted

  /// The claim in the name of a job that no vendor gave.
  init?(job: String) {
    guard job.hasPrefix(Self.mark) else { return nil }
    self.init(rawValue: String(job.dropFirst(Self.mark.count)))
  }

  var job: Job { Job(id: Self.mark + rawValue) }

  var verdict: Verdict { self == .erased ? .erased : .accepted }

  private static let mark = "verify "
}

extension Verify {
  /// What the engine does with an outcome: what can be looked up later is not final yet.
  ///
  /// Nothing is looked up beyond the deadline, which the vendor's word then has to meet.
  func outcome(_ outcome: Outcome, of call: Call, at now: Instant) -> Outcome {
    guard now + after < call.deadline else { return outcome }
    switch outcome {
    case .settled(.erased): return .pending(Claim.erased.job)
    case .settled(.accepted): return .pending(Claim.accepted.job)
    default: return outcome
    }
  }
}

extension Walk {
  /// Looks again for people of whom the vendor said that they are gone, or would be.
  mutating func verify(_ claim: Claim) throws(Stop) {
    guard manifest.verify != nil else {
      // A later revision of the manifest looks nobody up; the vendor's word is what there is.
      for member in everybody { note(.settled(claim.verdict), for: member) }
      return
    }
    for member in everybody {
      if try isThere(member) { note(claim.contradiction, for: member) }
    }
    confirmAbsence()
  }

  /// Whether the look-ups that erasing begins with still find somebody.
  private mutating func isThere(_ member: Member) throws(Stop) -> Bool {
    var found = [member]
    for step in manifest.steps {
      guard let find = step.find else { break }
      var next: [Member] = []
      for one in found {
        var frame = Frame(program, facts, [one], isList: false)
        frame.place = "verify/\(step.label)"
        frame.with = step.with
        next += try look(step, find, frame)
      }
      found = next
    }
    return !found.isEmpty
  }
}

extension Claim {
  /// What it means that the person is there: who was said to be gone is back, who was queued waits.
  fileprivate var contradiction: Outcome {
    self == .erased ? .settled(.failed(.resurrected)) : .pending(job)
  }
}
