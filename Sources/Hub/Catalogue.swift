import Connectors
public import Documents
import Foundation
import PurgeCore

/// The kinds of vendor this installation knows: one folder each, found by listing.
public struct Catalogue: Sendable {
  private let folder: String

  /// The catalogue in the settings' folder of manifests.
  public init(_ settings: Settings) { folder = settings.manifests }

  /// The folders that hold a manifest, in alphabetical order.
  public var names: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { name in
      FileManager.default.fileExists(atPath: "\(folder)/\(name)/connector.json5")
    }
    .sorted()
  }

  /// Plays the folder's recorded exchanges against its manifest, in memory; nothing is sent.
  public func review(_ name: String) -> ConnectorReview {
    var review = ConnectorReview(name: name)
    do throws(Diagnostics) {
      let manifest = try read(name)
      review.problems = manifest.gaps
      let exchanges = try exchanges(of: name)
      review.cases = exchanges.cases.count
      review.problems += exchanges.gaps
      for story in exchanges.cases {
        let place = "exchanges.json5 in Connectors/\(name), line \(story.line): \(story.title)"
        review.problems += story.replay(manifest).map { "\(place): \($0)" }
      }
    } catch {
      review.problems += error.list.map(\.description)
    }
    if contents(of: "README.md", in: name) == nil {
      review.problems.append("There is no README.md in Connectors/\(name).")
    }
    return review
  }

  /// The JSON Schema of a connector's file that uses this kind.
  ///
  /// - Throws: `Refusal` 3002 when the manifest cannot be read.
  public func schema(of name: String) throws(Refusal) -> JSON {
    try manifest(name).connectorFileSchema
  }

  /// A connector's file of this kind to begin with, switched off.
  ///
  /// - Throws: `Refusal` 3002 when the manifest cannot be read.
  public func connectorFile(of name: String, named connector: String) throws(Refusal) -> String {
    try manifest(name).connectorFile(named: connector)
  }

  /// Whether a person erases there by hand; false also for a manifest that cannot be read.
  public func sendsNothing(_ name: String) -> Bool { (try? manifest(name))?.isByHand ?? false }

  func manifest(_ name: String) throws(Refusal) -> Manifest {
    do throws(Diagnostics) {
      return try read(name)
    } catch {
      throw Refusal(
        .configurationInvalid, error.description, action: "Mend the manifest, then try again.")
    }
  }

  func exchanges(of name: String) throws(Diagnostics) -> Exchanges {
    try Exchanges(of: name, reading: bytes(of: "exchanges.json5", in: name))
  }

  private func read(_ name: String) throws(Diagnostics) -> Manifest {
    try Manifest(named: name, reading: bytes(of: "connector.json5", in: name))
  }

  private func contents(of file: String, in name: String) -> Data? {
    FileManager.default.contents(atPath: "\(folder)/\(name)/\(file)")
  }

  private func bytes(of file: String, in name: String) throws(Diagnostics) -> [UInt8] {
    if let data = contents(of: file, in: name) { return Array(data) }
    throw Diagnostics([
      Diagnostic(
        file: "\(file) in Connectors/\(name)", line: 1, setting: "", problem: "is missing",
        remedy: "write it; Connectors/README.md says how")
    ])
  }
}

/// What came of a folder's recorded exchanges.
public struct ConnectorReview: Sendable, Hashable {
  /// The folder's name.
  public let name: String
  /// How many cases it has.
  public var cases = 0
  /// What went otherwise than recorded or is missing, a sentence each; none when all is well.
  public var problems: [String] = []
}
