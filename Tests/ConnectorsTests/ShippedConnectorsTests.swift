import Connectors
import Foundation
import PurgeCore
import Testing

@Suite struct `The shipped connectors` {
  @Test(arguments: Shipped.names)
  func `have an example file that is off and fits`(name: String) throws {
    let connector = try Shipped.connector(name)
    #expect(!connector.isEnabled)
    #expect(!connector.isSelfHosted)
    #expect(connector.use == name)
  }

  @Test(arguments: Shipped.names)
  func `have every setting in the example, each with a comment`(name: String) throws {
    let lines = try Shipped.text("config/connectors/\(name).json5").split(separator: "\n")
    let settings = try Shipped.manifest(name).schema.properties.map(\.name)
    for setting in ["use", "enabled"] + settings {
      let line = lines.first { $0.drop { $0 == " " }.hasPrefix("\(setting):") }
      #expect(line?.contains(" // ") == true, "\(setting)")
    }
  }

  @Test(arguments: Shipped.names)
  func `record only people who do not exist`(name: String) throws {
    let text = try Shipped.text("Connectors/\(name)/exchanges.json5")
    for address in text.matches(of: /@([A-Za-z0-9.-]+)/) {
      let host = address.output.1.lowercased()
      #expect(["example.com", "example.org", "example.com.au"].contains(host))
    }
    for number in text.matches(of: /(?:\+|%2B)(\d{8,})/) {
      #expect(number.output.1.wholeMatch(of: /1\d{3}55501\d\d/) != nil)
    }
  }

  @Test func `BZ-02 take fifty people in a call to Braze`() throws {
    #expect(try Shipped.behaviour("braze").traits.peoplePerCall == 50)
  }

  @Test func `BZ-08 share Braze's quota with whoever uses the same pool`() throws {
    let traits = try Shipped.behaviour("braze").traits
    #expect(traits.pool == "braze-users")
    #expect(traits.rates == [Rate(20_000, per: .minutes(1))])
  }

  @Test(arguments: [IdentityKind.email, .phone])
  func `BZ-15 plan nothing at Braze without a prioritization`(kind: IdentityKind) throws {
    let behaviour = try Shipped.behaviour("braze")
    #expect(behaviour.objection(to: Subject([Identity(kind, "x")])) == .prioritizationMissing)
    let whole = Identity(kind, "x", prioritization: [.identified])
    #expect(behaviour.objection(to: Subject([whole])) == nil)
  }

  @Test func `BZ-21 never take Braze's word for more than accepted`() throws {
    #expect(try Shipped.behaviour("braze").traits.isAcceptedOnly)
  }

  @Test(arguments: [
    ("mixpanel", "tokenOwner"), ("salesforce", "runAs"),
  ])
  func `know which setting names a person`(name: String, setting: String) throws {
    let properties = try Shipped.manifest(name).schema.properties
    #expect(properties.filter { $0.person != nil }.map(\.name) == [setting])
  }
}

/// What stands in `Connectors/` and `config/connectors/`.
private enum Shipped {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let names = [
    "braze", "intercom", "klaviyo", "mixpanel", "opendsr", "salesforce", "stripe", "webhook",
  ]

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
  }

  static func manifest(_ name: String) throws -> Manifest {
    let text = try text("Connectors/\(name)/connector.json5")
    return try Manifest(named: name, reading: Array(text.utf8))
  }

  /// The example file with an invented secret, long enough for every vendor.
  static func connector(_ name: String) throws -> ConnectorConfiguration {
    let file = "config/connectors/\(name).json5"
    return try ConnectorConfiguration(
      named: ConnectorName(name), reading: Array(try text(file).utf8), file: file,
      manifests: [name: try manifest(name)]
    ) { _ in .success("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") }
  }

  static func behaviour(_ name: String) throws -> ManifestBehaviour {
    ManifestBehaviour(try manifest(name), try connector(name))
  }
}
