import PurgeCore

/// How a connector's file stands.
enum FileStanding: Sendable, Hashable {
  /// There is none, or it says `enabled: false`.
  case absent
  /// It cannot be used; the sentences say why.
  case broken([String])
  /// It can be used; the revision names what it says.
  case good(revision: String)
}

/// What follows for a connector from its file and from what the store remembers: pure, so that
/// DESIGN section 8 can be read as a table.
enum Reconciliation: Sendable, Hashable {
  /// Nothing to do; the connector was never in use.
  case ignore
  /// It goes on as it is; the sentences are shown to the administrator.
  case keep([String])
  /// A file that may enable it: look for purged people in it, ask the vendor, then decide.
  case examine
  /// It is disabled for this reason.
  case disable(DisabledReason)

  /// Decides.
  ///
  /// `state` is what the store remembers, nil for nothing; `revision` is the one last accepted, and
  /// `hasGoodRevision` says whether it can still be used, its secrets included.
  static func decide(
    file: FileStanding, state: ConnectorState?, revision: String?, hasGoodRevision: Bool
  ) -> Reconciliation {
    switch file {
    case .absent: whenAbsent(state)
    case .broken(let problems): whenBroken(problems, state, hasGoodRevision)
    case .good(let new): whenGood(isNew: new != revision, state)
    }
  }

  private static func whenAbsent(_ state: ConnectorState?) -> Reconciliation {
    switch state {
    case nil: .ignore
    case .disabled(.removedFromConfiguration, _): .keep([])
    default: .disable(.removedFromConfiguration)
    }
  }

  /// A broken file never replaces a good revision.
  private static func whenBroken(
    _ problems: [String], _ state: ConnectorState?, _ hasGoodRevision: Bool
  ) -> Reconciliation {
    switch state {
    case .enabled, .degraded:
      hasGoodRevision
        ? .keep(problems.map { "\($0) The last good revision stays in use." })
        : .disable(.configurationInvalid(problems))
    case nil, .disabled(.configurationInvalid, _), .disabled(.removedFromConfiguration, _):
      .disable(.configurationInvalid(problems))
    case .disabled: .keep(problems)
    }
  }

  /// Neither a file saved again nor a restart ends what a person or a vendor must end (ALM-12).
  private static func whenGood(isNew: Bool, _ state: ConnectorState?) -> Reconciliation {
    switch state {
    case .enabled, .degraded: isNew ? .examine : .keep([])
    case .disabled(.referencesPurgedUser, _):
      isNew ? .examine : .keep(["The file has not changed and still names a purged person."])
    case .disabled(.credentialRejected, _):
      isNew
        ? .examine : .keep(["The file has not changed since the vendor rejected its credential."])
    case .disabled(.administrator, _):
      .keep(["An administrator disabled it; purgehub connectors enable brings it back."])
    case nil, .disabled(.configurationInvalid, _), .disabled(.removedFromConfiguration, _),
      .disabled(.unreachable, _):
      .examine
    }
  }
}

extension Reconciliation {
  /// What an examination found.
  enum Finding: Sendable, Hashable {
    /// It names nobody who was purged, and the vendor takes its credential.
    case clean
    /// It names people purged by that request.
    case references(PurgeRequestID, [SettingPlace])
    /// The vendor rejects the credential.
    case rejected(status: Int)
    /// The vendor did not answer; the sentence says how.
    case unreachable(String)
    /// The check's answer is not what the manifest says; the sentence says how.
    case odd(String)
  }

  /// The state that follows, and what the administrator is told; nil leaves the state as it is.
  static func conclude(
    _ finding: Finding, from state: ConnectorState?, at now: Instant
  ) -> (state: ConnectorState?, problems: [String]) {
    switch finding {
    case .clean: return (.enabled, [])
    case .references(let request, let places):
      return (.disabled(.referencesPurgedUser(request, places), since: now), [])
    case .rejected(let status):
      let problem = "The vendor rejected the credential with status \(status)."
      return notClean(problem, .credentialRejected(status: status), from: state, at: now)
    case .unreachable(let problem):
      return notClean(problem, .unreachable(since: now), from: state, at: now)
    case .odd(let problem):
      return notClean(problem, .configurationInvalid([problem]), from: state, at: now)
    }
  }

  /// A revision that fails its check changes nothing where there is something better to keep.
  private static func notClean(
    _ problem: String, _ reason: DisabledReason, from state: ConnectorState?, at now: Instant
  ) -> (state: ConnectorState?, problems: [String]) {
    switch state {
    case .enabled, .degraded: (nil, ["\(problem) The last good revision stays in use."])
    case .disabled(.referencesPurgedUser, _), .disabled(.credentialRejected, _): (nil, [problem])
    default: (.disabled(reason, since: now), [problem])
    }
  }
}
