import Documents
import Foundation
import TestSupport
import Testing

@Suite struct `A plan of the connectors` {
  // A hub that serves reads the edit by itself, and then there is nothing left to plan.
  @Test(.withoutHub) func `ALM-12 tells the edit that brings one back, and changes nothing`()
    async throws
  {
    let journey = try Journey("batch", "lookup")
    try journey.edit("lookup", "ops@example.org", to: "canary0@example.org")
    #expect(try await journey.purge().code == 1)
    try journey.edit("lookup", "canary0@example.org", to: "ops@example.org")
    for _ in 0..<2 {
      let plan = try await journey.run("connectors", "plan")
      #expect(plan.code == 0)
      #expect(
        plan.output
          == "batch stays as it is.\nThis edit re-enables lookup and releases 1 blocked task.\n")
    }
    #expect(try await journey.request().state(of: "lookup") == "blocked")
    #expect(try await journey.run("connectors", "reload").code == 0)
    #expect(try await journey.request()["state"]?.string == "completed")
  }

  @Test(.withoutHub)
  func `K-17 tells the edit that would disable one, at its line, and names nobody`()
    async throws
  {
    let journey = try Journey("batch", "lookup")
    #expect(try await journey.purge().code == 0)
    try journey.edit("lookup", "ops@example.org", to: "canary1@example.org")
    let plan = try await journey.run("connectors", "plan", "--json")
    let lookup = try #require(try plan.json["connectors"]?.array?.last)
    #expect(lookup["next"] == "disabled")
    #expect(lookup["isNews"] == true)
    #expect(lookup["places"]?[0]?["line"] == 5)
    #expect(lookup["sentence"]?.string?.contains("connectors/lookup.json5:5") == true)
    #expect(!plan.everything.lowercased().contains("canary"))
  }

  @Test(.withoutHub) func `tells new files, files that are gone, and files that cannot be used`()
    async throws
  {
    let journey = try Journey("batch", "lookup", "jobs")
    #expect(try await journey.purge().code <= 1)
    try journey.edit("batch", "enabled: true", to: "enabled: false")
    try journey.edit("jobs", "settings:", to: "setings:")
    try journey.desk.write("{ use: 'sandbox-batch' }", to: "connectors/extra.json5")
    let plan = try await journey.run("connectors", "plan")
    #expect(plan.output.contains("This disables batch: its file is gone or says enabled: false."))
    #expect(plan.output.contains("extra cannot be enabled: its configuration cannot be used."))
    #expect(plan.output.contains("jobs stays as it is."))
    #expect(plan.output.contains("The last good revision stays in use."))
  }
}

@Suite struct `A connector's file, before it is used` {
  private static let kinds = [
    "braze", "intercom", "klaviyo", "mixpanel", "opendsr", "salesforce", "stripe", "webhook",
  ]
  private let desk: Desk

  init() throws {
    desk = try Desk()
    try desk.write(
      "{ data: \"data\", connectors: \"connectors\", manifests: \"\(Sources.root)/Connectors\" }",
      to: "hub.json5")
  }

  @Test(arguments: kinds)
  func `is written with every setting, and lacks only what nobody can know`(kind: String)
    async throws
  {
    let made = try await desk.run("connectors", "new", "mine", "--use", kind)
    #expect(made.code == 0, "\(made.everything)")
    let report = try await desk.run("connectors", "check", "mine", "--offline", "--json").json
    let problems = report["connectors"]?[0]?["problems"]?.array?.compactMap(\.string) ?? []
    for problem in problems { #expect(problem.contains("\"settings."), "\(problem)") }
    let text = try String(contentsOfFile: desk.folder + "/connectors/mine.json5", encoding: .utf8)
    let schema = try await desk.run("schema", kind).json
    for setting in schema["properties"]?["settings"]?["properties"]?.members ?? [] {
      #expect(text.contains("\(setting.name): "), "\(setting.name)")
    }
  }

  @Test func `is never written over one that is there`() async throws {
    let file = desk.folder + "/connectors/mine.json5"
    #expect(try await desk.run("connectors", "new", "mine", "--use", "braze").code == 0)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let again = try await desk.run("connectors", "new", "mine", "--use", "stripe")
    #expect(again.code == 73)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  @Test(arguments: ["../mine", ".mine", "a/b", "a b", ""])
  func `has a name that stays in its folder`(name: String) async throws {
    #expect(try await desk.run("connectors", "new", name, "--use", "braze").code == 2)
    #expect(!FileManager.default.fileExists(atPath: desk.folder + "/mine.json5"))
  }

  @Test func `is checked in a pipeline without secrets, data and vendors`() async throws {
    let example = try String(
      contentsOfFile: Sources.root + "/config/connectors/salesforce.json5", encoding: .utf8)
    try FileManager.default.createDirectory(
      atPath: desk.folder + "/connectors", withIntermediateDirectories: true)
    try desk.write(example, to: "connectors/sf.json5")
    let lenient = try await desk.run("connectors", "check", "--offline")
    #expect(lenient.code == 0)
    #expect(lenient.output.contains("warning: "))
    #expect(lenient.output.contains("sf.json5:9 (settings.runAs) names a person"))
    #expect(try await desk.run("connectors", "check", "--offline", "--strict").code == 78)
    #expect(Desk.isServed || !FileManager.default.fileExists(atPath: desk.folder + "/data"))
  }

  @Test func `may name its schema, which changes nothing`() async throws {
    let journey = try Journey("batch")
    #expect(try await journey.run("connectors", "reload").code == 0)
    let before = try await journey.connector("batch")["revision"]
    try journey.edit("batch", "  use:", to: "  $schema: \"./batch.schema.json\", use:")
    #expect(try await journey.run("connectors", "reload").code == 0)
    #expect(try await journey.connector("batch")["revision"] == before)
  }
}
