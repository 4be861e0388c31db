import Directory
import HTTPTypes
import PurgeCore
import Store
import Transport

@testable import Hub

/// A vendor that knows some identifier kinds and erases at once, without a round trip.
struct ScriptedBehaviour: ConnectorBehaviour {
  var kinds: Set<IdentityKind> = [.email]
  var asksForPrioritization = false
  var traits = ConnectorTraits()
  var verdict = Verdict.erased

  func next(_ call: Call, after transcript: [Exchange]) -> Move {
    .conclude(.outcomes(call.people.map { _ in .settled(verdict) }))
  }

  func objection(to subject: Subject) -> Code? {
    guard let known = subject.identities.first(where: { kinds.contains($0.kind) }) else {
      return .notApplicable
    }
    return asksForPrioritization && known.prioritization.isEmpty ? .prioritizationMissing : nil
  }

  func tokenRequest(at now: Instant) -> HTTPRequest? { nil }

  func token(in response: HTTPResponse, at now: Instant) -> Result<AccessToken, ConnectorFault> {
    .failure(ConnectorFault(.unexpectedBody))
  }

  func checkRequest(with access: AccessToken?, at now: Instant) -> HTTPRequest? { nil }

  func fault(inCheck response: HTTPResponse) -> ConnectorFault? { nil }
}

extension House {
  /// Puts a connector in use as an accepted file would; its one setting holds this text.
  func install(
    _ name: String, _ behaviour: ScriptedBehaviour = ScriptedBehaviour(),
    owner: String = "ops@example.org", as state: ConnectorState = .enabled
  ) async throws {
    let name = ConnectorName(name)
    let place = SettingPlace(path: "settings.owner", file: "\(name).json5", line: 4)
    register.install(
      InstalledConnector(
        name: name, use: "scripted", title: "Scripted", file: place.file, revision: "1", text: "",
        kinds: [.email, .externalId, .phone, .userAlias, .deviceId],
        behaviour: behaviour, policy: ConnectionPolicy(),
        personalPlaces: [], values: [SettingValue(place: place, text: owner)],
        consequences: ["no undo"],
        residuals: ["backups"], evidence: .confirmed),
      as: name)
    try await set(name, state, revision: ConnectorText(revision: "1", text: ""), by: "test")
  }
}
