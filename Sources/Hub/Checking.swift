public import PurgeCore
import Store

extension House {
  /// Reads connector files, looks for purged people in them and asks vendors their harmless
  /// question; changes nothing.
  ///
  /// A nil name checks all whose file does not say `enabled: false`. Throws `Refusal` 3005 when there
  /// is no file of that name.
  public func check(_ name: ConnectorName?) async throws(Refusal) -> ConnectorReport {
    let files = ConnectorFile.readAll(settings, environment)
    if let name, !files.contains(where: { $0.name == name }) { throw .unknownConnector(name) }
    let records = try await connectorRecords()
    var report = ConnectorReport(lines: [])
    for file in files where name.map({ $0 == file.name }) ?? !file.isOff {
      report.lines.append(
        ConnectorReport.Line(
          name: file.name, state: records[file.name]?.state, changed: false,
          problems: try await problems(of: file), warnings: file.warnings))
    }
    return report
  }

  /// Reads connector files without their secrets, and asks nobody: for pipelines that have neither
  /// the hub's data nor its secrets.
  ///
  /// A nil name checks every file, also those that say `enabled: false`. Throws `Refusal` 3005 when
  /// there is no file of that name.
  public static func lint(
    _ settings: Settings, _ name: ConnectorName?
  ) throws(Refusal) -> ConnectorReport {
    let files = ConnectorFile.readAll(settings, nil)
    if let name, !files.contains(where: { $0.name == name }) { throw .unknownConnector(name) }
    let lines = files.filter { name == nil || name == $0.name }.map { file in
      ConnectorReport.Line(
        name: file.name, state: nil, changed: false, problems: file.problems,
        warnings: file.warnings)
    }
    return ConnectorReport(lines: lines)
  }

  private func problems(of file: ConnectorFile) async throws(Refusal) -> [String] {
    guard let connector = file.connector else { return file.problems }
    switch try await finding(connector) {
    case .clean: return []
    case .references(let request, let places):
      return places.map {
        "\($0.file):\($0.line) (\($0.path)) names a person purged by \(request); name somebody else."
      }
    case .rejected(let status):
      return ["The vendor rejected the credential with status \(status); give one that works."]
    case .unreachable(let problem), .odd(let problem): return [problem]
    }
  }
}
