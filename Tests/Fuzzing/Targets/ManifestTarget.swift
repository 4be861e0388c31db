import Connectors
import Documents
import PurgeCore

/// A manifest, and a connector of it without settings.
enum ManifestTarget {
  static func run(_ bytes: [UInt8]) throws(Broken) {
    let name =
      (try? JSON(reading: bytes, dialect: .json5))?["name"]?.string ?? "vendor"
    let manifest: Manifest
    do throws(Diagnostics) {
      manifest = try Manifest(named: name, reading: bytes)
    } catch {
      try expect(!error.list.isEmpty, "a refusal says what is wrong")
      return
    }
    guard !manifest.isSelfHosted else { return }
    let file: JSON = ["use": .string(name)]
    guard
      let configuration = try? ConnectorConfiguration(
        named: ConnectorName("test"), reading: file.encoded(), file: "test.json5",
        manifests: [name: manifest], resolve: { _ in .success(Shipped.secret) })
    else { return }
    try ManifestBehaviour(manifest, configuration).expectSound()
  }
}
