public import PurgeCore
import Store

/// What a reload, an enabling or a check found and did.
public struct ConnectorReport: Sendable, Hashable {
  /// One line for each connector.
  public struct Line: Sendable, Hashable {
    /// Which connector.
    public var name: ConnectorName
    /// Its state afterwards; nil when it never was in use.
    public var state: ConnectorState?
    /// Whether its state changed.
    public var changed: Bool
    /// What the administrator should mend.
    public var problems: [String]
    /// What the administrator should know, though the file can be used.
    public var warnings: [String] = []
  }

  /// The lines, by name.
  public var lines: [Line]
  /// Requests whose tasks were released, oldest first; at most a thousand are named.
  public var released: [PurgeRequestID] = []
  /// Whether nothing is to be mended.
  public var isClean: Bool { lines.allSatisfy(\.problems.isEmpty) }
}

extension House {
  /// Reads the connector files again and applies what they say, each connector by itself.
  ///
  /// A broken file never replaces a good revision; a disabled connector comes back only by a new
  /// revision that names no purged person and passes the manifest's check (ALM-12).
  public func reload(by actor: String) async throws(Refusal) -> ConnectorReport {
    try await gate.pass { () async throws(Refusal) in
      let records = try await connectorRecords()
      register.files = ConnectorFile.readAll(settings, environment)
      var report = ConnectorReport(lines: [])
      for name in names(records) {
        let (line, released) = try await reconcile(name, records[name], by: actor)
        if let line { report.lines.append(line) }
        report.released += released
      }
      return report
    }
  }

  /// Enables a connector that an administrator or an outage disabled; its file is examined as if new.
  ///
  /// - Throws: `Refusal` 3004 when it was disabled because its settings name a purged person, and
  ///   still do; 3005 when there is no such connector.
  public func enable(_ name: ConnectorName, by actor: String) async throws(Refusal)
    -> ConnectorReport
  {
    try await gate.pass { () async throws(Refusal) in
      let record = try await connectorRecords()[name]
      register.files = ConnectorFile.readAll(settings, environment)
      let file = try known(name, record)
      if case .disabled(let reason, _) = record?.state { try await mayEnable(record, reason, file) }
      guard case .good(let connector) = file?.content else {
        throw Refusal(
          .configurationInvalid, file?.problems.joined(separator: " ") ?? "Its file is gone.",
          action: "Mend the file, then enable it again.", connector: name)
      }
      let (line, released) = try await examine(connector, record, by: actor)
      return ConnectorReport(lines: [line], released: released)
    }
  }

  /// Disables a connector by an administrator's word; what it owes stays owed.
  ///
  /// When this returns, nothing more is sent to its vendor, except what was in flight.
  public func disable(
    _ name: ConnectorName, note: String, by actor: String
  ) async throws(Refusal) {
    try await gate.pass { () async throws(Refusal) in
      let record = try await connectorRecords()[name]
      _ = try known(name, record)
      if case .disabled = record?.state {
        throw Refusal(
          .wrongState, "\(name) is disabled already.", action: "See why with connectors show.",
          connector: name)
      }
      try await set(name, .disabled(.administrator(note: note), since: now()), by: actor)
    }
  }
}

extension House {
  /// Puts the last accepted revisions in use without asking anybody: how a house opens.
  func install() async throws(Refusal) {
    let records = try await connectorRecords()
    register.files = ConnectorFile.readAll(settings, environment)
    for record in records.values {
      let file = register.file(record.name)
      if let connector = file?.connector, file?.isOff == false,
        connector.revision == record.revision
          || record.state.isDisabled
      {
        register.install(connector, as: record.name)
      } else if let good = record.goodConnector(settings, environment), !record.state.isRemoved {
        register.install(good, as: record.name)
      }
      tellEngine(record.name, record.state)
    }
  }

  /// Every name that has a file or a record, in order.
  private func names(_ records: [ConnectorName: ConnectorRecord]) -> [ConnectorName] {
    Set(register.files.map(\.name)).union(records.keys).sorted()
  }

  private func reconcile(
    _ name: ConnectorName, _ record: ConnectorRecord?, by actor: String
  ) async throws(Refusal) -> (ConnectorReport.Line?, released: [PurgeRequestID]) {
    let file = register.file(name)
    let decision = Reconciliation.decide(
      file: file?.standing ?? .absent, state: record?.state, revision: record?.revision,
      hasGoodRevision: register.installed(name) != nil)
    switch decision {
    case .ignore: return (nil, [])
    case .keep(let problems):
      register.note(problems, for: name)
      return (line(name, record?.state, changed: false), [])
    case .examine:
      guard let connector = file?.connector else { return (nil, []) }
      return try await examine(connector, record, by: actor)
    case .disable(let reason):
      let state = ConnectorState.disabled(reason, since: now())
      register.note(file?.problems ?? [], for: name)
      // The same fault again is no news: neither for the audit nor for "since when".
      if let known = record?.state, known.isSame(as: state) {
        register.install(nil, as: name)
        return (line(name, known, changed: false), [])
      }
      try await set(name, state, by: actor) { register.install(nil, as: name) }
      return (line(name, state, changed: true), [])
    }
  }

  /// Looks for purged people in a revision, asks the vendor, and does what follows.
  private func examine(
    _ connector: InstalledConnector, _ record: ConnectorRecord?, by actor: String
  ) async throws(Refusal) -> (ConnectorReport.Line, released: [PurgeRequestID]) {
    let finding = try await finding(connector)
    let (state, problems) = Reconciliation.conclude(finding, from: record?.state, at: now())
    register.note(problems, for: connector.name)
    guard let state else { return (line(connector.name, record?.state, changed: false), []) }
    let text = ConnectorText(revision: connector.revision, text: connector.text)
    try await set(connector.name, state, revision: text, by: actor) {
      register.install(connector, as: connector.name)
    }
    let isBack = record?.state.isDisabled == true && !state.isDisabled
    let released = isBack ? try await openRequests(connector.name) : []
    return (line(connector.name, state, changed: record?.state != state), released)
  }

  private func line(
    _ name: ConnectorName, _ state: ConnectorState?, changed: Bool
  ) -> ConnectorReport.Line {
    ConnectorReport.Line(
      name: name, state: state, changed: changed, problems: register.problems(of: name))
  }

  /// The file of a connector; refuses a name that has neither file nor record.
  private func known(
    _ name: ConnectorName, _ record: ConnectorRecord?
  ) throws(Refusal) -> ConnectorFile? {
    let file = register.file(name)
    guard file != nil || record != nil else { throw .unknownConnector(name) }
    return file
  }

  private func mayEnable(
    _ record: ConnectorRecord?, _ reason: DisabledReason, _ file: ConnectorFile?
  ) async throws(Refusal) {
    guard case .referencesPurgedUser(_, let places) = reason, let name = record?.name,
      file?.connector == nil || file?.connector?.revision == record?.revision
    else { return }
    // Who was to be purged may stay after all: a request in its waiting period can be cancelled.
    if let connector = file?.connector, try await purgedPeople(in: connector.values) == nil {
      return
    }
    let list = places.map { "\($0.file):\($0.line) (\($0.path))" }.joined(separator: ", ")
    throw Refusal(
      .stillReferences, "\(name) still names a purged person at \(list).",
      action: "Edit that place, then run purgehub connectors reload.", connector: name)
  }
}

extension ConnectorState {
  var isRemoved: Bool {
    if case .disabled(.removedFromConfiguration, _) = self { true } else { false }
  }

  /// Whether the states differ in nothing but their time.
  func isSame(as other: ConnectorState) -> Bool {
    switch (self, other) {
    case (.disabled(let one, _), .disabled(let two, _)): one == two
    default: self == other
    }
  }
}
