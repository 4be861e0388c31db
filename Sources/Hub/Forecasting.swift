public import PurgeCore
import Store

/// What a reload would do to a connector.
public struct ConnectorForecast: Sendable, Hashable {
  /// Which connector.
  public var name: ConnectorName
  /// Its state now; nil when it never was in use.
  public var state: ConnectorState?
  /// Its state afterwards.
  public var next: ConnectorState?
  /// Whether its state or its revision would change.
  public var isNews: Bool
  /// How many blocked tasks would be released; at most a thousand are counted.
  public var releases = 0
  /// What the administrator should mend.
  public var problems: [String]
}

extension House {
  /// Says what a reload would do now; reads files and asks vendors their harmless question, and
  /// changes nothing.
  public func planReload() async throws(Refusal) -> [ConnectorForecast] {
    try await gate.pass { () async throws(Refusal) in
      let records = try await connectorRecords()
      let files = ConnectorFile.readAll(settings, environment)
      var forecasts: [ConnectorForecast] = []
      for name in Set(files.map(\.name)).union(records.keys).sorted() {
        let file = files.first { $0.name == name }
        if let forecast = try await forecast(name, file, records[name]) {
          forecasts.append(forecast)
        }
      }
      return forecasts
    }
  }

  private func forecast(
    _ name: ConnectorName, _ file: ConnectorFile?, _ record: ConnectorRecord?
  ) async throws(Refusal) -> ConnectorForecast? {
    let state = record?.state
    var forecast = ConnectorForecast(
      name: name, state: state, next: state, isNews: false, problems: [])
    let decision = Reconciliation.decide(
      file: file?.standing ?? .absent, state: state, revision: record?.revision,
      hasGoodRevision: register.installed(name) != nil)
    switch decision {
    case .ignore: return nil
    case .keep(let problems): forecast.problems = problems
    case .disable(let reason):
      let next = ConnectorState.disabled(reason, since: now())
      forecast.isNews = state?.isSame(as: next) != true
      forecast.next = next
      forecast.problems = file?.problems ?? []
    case .examine:
      guard let connector = file?.connector else { return nil }
      let (next, problems) = Reconciliation.conclude(
        try await finding(connector), from: state, at: now())
      forecast.problems = problems
      guard let next else { break }
      forecast.next = next
      forecast.isNews =
        state?.isSame(as: next) != true || record?.revision != connector.revision
      if state?.isDisabled == true, !next.isDisabled {
        forecast.releases = try await openRequests(name).count
      }
    }
    return forecast
  }
}
