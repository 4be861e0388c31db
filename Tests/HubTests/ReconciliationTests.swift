import PurgeCore
import Testing

@testable import Hub

private let noon = Instant(milliseconds: 1_700_000_000_000)
private let later = Instant(milliseconds: 1_700_000_600_000)
private let request = PurgeRequestID(bits: 7)
private let place = SettingPlace(path: "settings.owner", file: "crm.json5", line: 4)

/// One of each state a connector can be remembered in.
private enum Remembered: String, CaseIterable, CustomTestStringConvertible {
  case nothing, enabled, degraded, references, rejected, administrator, invalid, unreachable
  case removed

  var state: ConnectorState? {
    switch self {
    case .nothing: nil
    case .enabled: .enabled
    case .degraded: .degraded(since: noon)
    case .references: .disabled(.referencesPurgedUser(request, [place]), since: noon)
    case .rejected: .disabled(.credentialRejected(status: 401), since: noon)
    case .administrator: .disabled(.administrator(note: "repairs"), since: noon)
    case .invalid: .disabled(.configurationInvalid(["old"]), since: noon)
    case .unreachable: .disabled(.unreachable(since: noon), since: noon)
    case .removed: .disabled(.removedFromConfiguration, since: noon)
    }
  }

  var testDescription: String { rawValue }
}

@Suite struct `A reconciliation of file and memory` {
  private func decide(
    _ file: FileStanding, _ remembered: Remembered, hasGood: Bool = true
  ) -> Reconciliation {
    Reconciliation.decide(
      file: file, state: remembered.state, revision: "old", hasGoodRevision: hasGood)
  }

  @Test(arguments: Remembered.allCases)
  private func `disables what was in use and has no file any more`(remembered: Remembered) {
    let expected: Reconciliation =
      switch remembered {
      case .nothing: .ignore
      case .removed: .keep([])
      default: .disable(.removedFromConfiguration)
      }
    #expect(decide(.absent, remembered) == expected)
  }

  @Test(arguments: Remembered.allCases)
  private func `P-04 lets no broken file replace a good revision`(remembered: Remembered) {
    let expected: Reconciliation =
      switch remembered {
      case .enabled, .degraded: .keep(["Line 3 is odd. The last good revision stays in use."])
      case .nothing, .invalid, .removed: .disable(.configurationInvalid(["Line 3 is odd."]))
      default: .keep(["Line 3 is odd."])
      }
    #expect(decide(.broken(["Line 3 is odd."]), remembered) == expected)
  }

  @Test(arguments: [Remembered.enabled, .degraded])
  private func `disables by a broken file what has no good revision`(remembered: Remembered) {
    let decision = decide(.broken(["odd"]), remembered, hasGood: false)
    #expect(decision == .disable(.configurationInvalid(["odd"])))
  }

  @Test(arguments: Remembered.allCases)
  private func `ALM-12 enables nothing by a file that was only saved again`(
    remembered: Remembered
  ) {
    let decision = decide(.good(revision: "old"), remembered)
    switch remembered {
    case .enabled, .degraded: #expect(decision == .keep([]))
    case .references, .rejected, .administrator:
      guard case .keep(let problems) = decision else { return #expect(decision == .keep(["..."])) }
      #expect(problems.count == 1)
    case .nothing, .invalid, .unreachable, .removed: #expect(decision == .examine)
    }
  }

  @Test(arguments: Remembered.allCases)
  private func `ALM-12 examines a new revision, but not against an administrator's word`(
    remembered: Remembered
  ) {
    let decision = decide(.good(revision: "new"), remembered)
    guard remembered == .administrator else { return #expect(decision == .examine) }
    #expect(
      decision
        == .keep(["An administrator disabled it; purgehub connectors enable brings it back."]))
  }
}

@Suite struct `A conclusion of an examination` {
  private func conclude(
    _ finding: Reconciliation.Finding, _ remembered: Remembered
  ) -> (state: ConnectorState?, problems: [String]) {
    Reconciliation.conclude(finding, from: remembered.state, at: later)
  }

  @Test(arguments: Remembered.allCases)
  private func `enables what is clean`(remembered: Remembered) {
    let (state, problems) = conclude(.clean, remembered)
    #expect(state == .enabled)
    #expect(problems.isEmpty)
  }

  @Test(arguments: Remembered.allCases)
  private func `K-17 disables whatever names a purged person, however it stood`(
    remembered: Remembered
  ) {
    let (state, problems) = conclude(.references(request, [place]), remembered)
    #expect(state == .disabled(.referencesPurgedUser(request, [place]), since: later))
    #expect(problems.isEmpty)
  }

  @Test(
    arguments: [Remembered.enabled, .degraded],
    [.rejected(status: 403), .unreachable("No answer."), .odd("Status 302.")]
      as [Reconciliation.Finding])
  private func `P-04 keeps the last good revision when the check of a new one fails`(
    remembered: Remembered, finding: Reconciliation.Finding
  ) {
    let (state, problems) = conclude(finding, remembered)
    #expect(state == nil)
    #expect(problems.count == 1)
    #expect(problems.first?.hasSuffix(" The last good revision stays in use.") == true)
  }

  @Test(
    arguments: [Remembered.references, .rejected],
    [.rejected(status: 403), .unreachable("No answer."), .odd("Status 302.")]
      as [Reconciliation.Finding])
  private func `ALM-12 leaves a disabled connector's reason when the check fails`(
    remembered: Remembered, finding: Reconciliation.Finding
  ) {
    let (state, problems) = conclude(finding, remembered)
    #expect(state == nil)
    #expect(problems.count == 1)
    #expect(problems.first?.contains("last good revision") == false)
  }

  @Test(arguments: [
    Remembered.nothing, .administrator, .invalid, .unreachable, .removed,
  ])
  private func `names the new reason where there is nothing better to keep`(
    remembered: Remembered
  ) {
    #expect(
      conclude(.rejected(status: 403), remembered).state
        == .disabled(.credentialRejected(status: 403), since: later))
    #expect(
      conclude(.unreachable("No answer."), remembered).state
        == .disabled(.unreachable(since: later), since: later))
    #expect(
      conclude(.odd("Status 302."), remembered).state
        == .disabled(.configurationInvalid(["Status 302."]), since: later))
  }
}
