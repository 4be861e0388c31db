import Documents
import Foundation
import HTTPTypes
import Hub
import PurgeCore
import Web

/// A house that purged one person; it sends nothing, for the request still waits.
struct PurgedHouse: Sendable {
  /// The person's address.
  static let person = Marker.text + "example.com"

  let api: API
  /// A receipt of the request.
  let receipt: [UInt8]

  private static let opening = Task { try? await PurgedHouse() }

  /// The one house of this process.
  static func shared() async throws(Broken) -> PurgedHouse {
    guard let house = await opening.value else { throw Broken("a house can purge somebody") }
    return house
  }

  private init() async throws {
    let folder = NSTemporaryDirectory() + "purgehub-fuzz-\(UInt64.random(in: 0 ... .max))"
    var settings = Settings(root: folder)
    settings.waitingPeriod = .days(20)
    try Self.write(Self.manifest, to: settings.manifests + "/vendor/connector.json5")
    try Self.write("{ use: \"vendor\" }", to: settings.connectors + "/vendor.json5")
    api = API(try await House.open(settings, .asAccepted, environment: [:]))
    _ = await api.respond(to: HTTPRequest(.post, "/v1/connectors/reload"))
    let people: [JSON.Member] = [.init("identifiers", ["email": [.string(Self.person)]])]
    let plan = try await Self.ask(api, "/v1/plans", .object(people))
    let request = try await Self.ask(
      api, "/v1/requests",
      .object(people + [.init("plan", plan["plan"] ?? .null), .init("consent", true)]))
    let id = request["id"]?.string ?? ""
    receipt = await api.respond(to: HTTPRequest(.post, "/v1/requests/\(id)/receipt")).body
  }

  private static let manifest = """
    { name: "vendor", title: "V", docs: "https://v.example", people: [{ email: "email" }],
      base: "https://v.example", erase: [{ delete: "/u/{id}" }] }
    """

  private static func write(_ text: String, to path: String) throws {
    let file = URL(filePath: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private static func ask(_ api: API, _ path: String, _ body: JSON) async throws -> JSON {
    let answer = await api.respond(
      to: HTTPRequest(
        .post, path, fields: ["Content-Type": "application/json"], body: body.encoded()))
    guard (200..<300).contains(answer.status) else { throw Broken("\(path) is answered") }
    return try JSON(reading: answer.body)
  }
}
