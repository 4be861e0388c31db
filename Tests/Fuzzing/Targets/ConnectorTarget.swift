import Connectors
import PurgeCore

/// A connector's file, against the shipped manifests.
enum ConnectorTarget {
  static var recorded: [[UInt8]] {
    Shipped.names.map { Shipped.bytes("config/connectors/\($0).json5") }
  }

  static func run(_ bytes: [UInt8]) throws(Broken) {
    let configuration: ConnectorConfiguration
    do throws(Diagnostics) {
      configuration = try ConnectorConfiguration(
        named: ConnectorName("test"), reading: bytes, file: "test.json5",
        manifests: Shipped.manifests
      ) { _ in .success(Shipped.secret) }
    } catch {
      try expect(!error.list.isEmpty, "a refusal says what is wrong")
      try expect(!error.description.contains(Shipped.secret), "a diagnostic holds no secret")
      try expect(!error.description.contains(Marker.text), "a diagnostic names nobody")
      return
    }
    guard let manifest = Shipped.manifests[configuration.use], !configuration.isSelfHosted
    else { return }
    try ManifestBehaviour(manifest, configuration).expectSound()
  }
}

extension ManifestBehaviour {
  /// The first thing sent is sound, whatever the manifest and the settings say.
  func expectSound() throws(Broken) {
    let call = Call.made(for: ConnectorName("test"))
    let access = traits.needsToken ? AccessToken(values: [:], expires: call.deadline) : nil
    for person in call.people { _ = objection(to: person) }
    try tokenRequest(at: call.triedAt)?.expectSound()
    try checkRequest(with: access, at: call.triedAt)?.expectSound()
    if case .send(let request) = next(call, after: []) { try request.expectSound() }
  }
}
