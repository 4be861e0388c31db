import Directory
import Foundation
import PurgeCore
import Store

/// The kinds of vendor, and the connectors that use them.
extension Doctor {
  func kinds(_ patient: Patient) -> Finding {
    let topic = "kinds of vendor"
    let catalogue = Catalogue(settings)
    let names = catalogue.names
    let broken = names.filter { name in (try? catalogue.manifest(name)) == nil }
    if names.isEmpty {
      return .fault(
        topic, "\(settings.manifests) holds none", "Name the folder with the setting manifests.")
    }
    guard broken.isEmpty else {
      return .fault(
        topic, "\(broken.joined(separator: ", ")) cannot be read",
        "purgehub connectors test KIND names file and line.")
    }
    return .ok(topic, "all \(names.count) in \(settings.manifests) can be read")
  }

  func connectorFiles(_ patient: Patient) -> Finding {
    let topic = "connector files"
    // A hub that serves has its secrets in an environment of its own.
    let files = ConnectorFile.readAll(settings, patient.holder == nil ? environment : nil)
    let used = files.filter { !$0.isOff }
    let broken = used.filter { !$0.problems.isEmpty }
    guard broken.isEmpty else {
      return .fault(
        topic, broken.flatMap(\.problems).prefix(5).joined(separator: " "),
        "Mend them, then run purgehub connectors reload.")
    }
    guard !used.isEmpty else {
      return .warning(
        topic, "\(settings.connectors) has none that is enabled",
        "Write one with purgehub connectors new.")
    }
    let secrets =
      patient.holder == nil ? "their secrets are there" : "their secrets are the serving hub's"
    return .ok(topic, "\(used.count) can be used; \(secrets)")
  }

  func purgedPeople(_ patient: Patient) -> Finding {
    ask(patient, "purged people in settings") { probe, topic throws(StoreError) in
      guard let key = patient.masterKey else { return .ok(topic, "there is no key to compare by") }
      var maker = try StoreProbe.fingerprints(under: key)
      var places: [String] = []
      for file in ConnectorFile.readAll(settings, nil) {
        for value in file.connector?.values ?? [] {
          var prints: [Fingerprint] = []
          for form in NormalIdentity.candidates(in: value.text) {
            prints.append(try maker.of(form: form.form.rawValue, form.text))
          }
          guard try !probe.purged(prints).isEmpty else { continue }
          places.append("\(value.place.file):\(value.place.line) (\(value.place.path))")
        }
      }
      guard !places.isEmpty else { return .ok(topic, "no connector's file names one") }
      return .warning(
        topic, "\(places.joined(separator: ", ")) names a purged person",
        "Edit that place, then run purgehub connectors reload; see purgehub explain 3001.")
    }
  }

  func disabledConnectors(_ patient: Patient) -> Finding {
    ask(patient, "disabled connectors") { probe, topic throws(StoreError) in
      var owing: [String] = []
      let disabled = try probe.connectors().filter(\.state.isDisabled)
      for (name, state) in disabled {
        let tasks = try probe.openTasks(of: name, limit: Self.most).count
        guard tasks > 0, let code = state.blockingCode else { continue }
        owing.append("\(name) blocks \(tasks.orMore) (code \(code.number))")
      }
      guard !owing.isEmpty else {
        return .ok(topic, "\(disabled.count) disabled; none of them owes anything")
      }
      return .warning(
        topic, "requests wait for them: \(owing.joined(separator: ", "))",
        "purgehub connectors show NAME says what brings each back.")
    }
  }
}
