public import PurgeCore
import Store

/// A connector as pages show it; no setting's value.
public struct ConnectorStatus: Sendable, Hashable {
  /// Its name.
  public var name: ConnectorName
  /// The manifest it uses; nil when its file cannot be read.
  public var use: String?
  /// Its file's path; nil when it is gone.
  public var file: String?
  /// Its state; nil when it never was in use.
  public var state: ConnectorState?
  /// The revision last accepted.
  public var revision: String?
  /// What the administrator should mend.
  public var problems: [String]
  /// Whether requests wait for it.
  public var owes: Bool
}

extension House {
  /// Every connector that has a file or owes something, by name; those whose file says
  /// `enabled: false` and that never were in use only when asked for.
  public func connectors(includingOff: Bool) async throws(Refusal) -> [ConnectorStatus] {
    let records = try await connectorRecords()
    let owing = try await owingConnectors()
    let names = Set(register.files.map(\.name)).union(records.keys).union(owing)
    return names.sorted().compactMap { name in
      let status = status(name, records[name], owes: owing.contains(name))
      let isGone = status.state?.isRemoved ?? true
      let isOff = register.file(name)?.isOff ?? true
      return isGone && isOff && !status.owes && !includingOff ? nil : status
    }
  }

  /// One connector; refuses a name that has neither file nor record.
  public func connector(_ name: ConnectorName) async throws(Refusal) -> ConnectorStatus {
    let record = try await connectorRecords()[name]
    guard record != nil || register.file(name) != nil else { throw .unknownConnector(name) }
    return status(name, record, owes: try await owingConnectors().contains(name))
  }

  private func status(
    _ name: ConnectorName, _ record: ConnectorRecord?, owes: Bool
  ) -> ConnectorStatus {
    let file = register.file(name)
    let problems = register.problems(of: name)
    return ConnectorStatus(
      name: name, use: file?.connector?.use ?? register.installed(name)?.use, file: file?.path,
      state: record?.state, revision: record?.revision,
      problems: problems.isEmpty ? file?.problems ?? [] : problems, owes: owes)
  }

  private func owingConnectors() async throws(Refusal) -> Set<ConnectorName> {
    do throws(StoreError) { return Set(try await store.ghosts(besides: [])) } catch {
      throw Refusal(error)
    }
  }
}
